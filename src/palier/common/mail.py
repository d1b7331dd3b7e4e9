"""Outgoing mail: decided in the action's transaction, sent afterwards by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from palier.common import clock
from palier.common.appending import append
from palier.common.models import Message


def post(
    *,
    to: str,
    kind: str,
    subject: str,
    template: str,
    context: Mapping[str, Any] | None = None,
    person: int | None = None,
    thread: int | None = None,
) -> None:
    """Queue one mail. `emails/<template>.txt` holds its paragraphs; the frame of `email/base.*` goes around them.

    `action_path` and `action_label` in the context add one button to a page of the site: no link acts by itself.
    """
    words = {"subject": subject, "base_url": settings.BASE_URL, "name": "", "action_url": "", **(context or {})}
    if words.get("action_path"):
        words["action_url"] = settings.BASE_URL + str(words["action_path"])
    words["body"] = render_to_string(f"emails/{template}.txt", words).strip()
    queue(
        to=to,
        kind=kind,
        subject=subject,
        text=render_to_string("email/frame.txt", words),
        html=render_to_string("email/frame.html", words),
        person=person,
        thread=thread,
    )


def queue(
    *, to: str, kind: str, subject: str, text: str, html: str = "", person: int | None = None, thread: int | None = None
) -> None:
    """Queue a mail already written."""
    append(
        Message(
            created_at=clock.now(),
            to=to,
            kind=kind,
            subject=subject,
            text=text,
            html=html,
            person=person,
            thread=thread,
        )
    )


def send(message: Message) -> None:
    """Hand one message to the mail server; raises what the server raises."""
    mail = EmailMultiAlternatives(message.subject, message.text, settings.DEFAULT_FROM_EMAIL, [message.to])
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()
