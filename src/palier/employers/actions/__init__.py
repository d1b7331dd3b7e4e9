"""Every write on companies, jobs and an employer's priorities."""

from palier.employers.actions.answering import Answer, Result, answer_all, confirm, deny
from palier.employers.actions.declaring import ask, declare, follow, unfollow, withdraw_consent
from palier.employers.actions.prioritising import publish_priorities, refresh_points
from palier.employers.actions.registering import load_companies, tell_headcounts
from palier.employers.actions.telling import after_answer, threads

__all__ = [
    "Answer", "Result", "after_answer", "answer_all", "ask", "confirm", "declare", "deny", "follow", "load_companies",
    "publish_priorities", "refresh_points", "tell_headcounts", "threads", "unfollow", "withdraw_consent",
]  # fmt: skip
