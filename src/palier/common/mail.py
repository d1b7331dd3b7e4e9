"""Outgoing mail: decided in the action's transaction, sent afterwards by the worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.html import escape

from palier.common import clock
from palier.common.appending import append, append_all
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
    written = _written(subject, template, context or {})
    queue(to=to, kind=kind, subject=subject, text=written[0], html=written[1], person=person, thread=thread)


def post_all(
    *,
    kind: str,
    subject: str,
    template: str,
    rows: Iterable[tuple[str, str, Mapping[str, Any], int | None, int | None]],
) -> None:
    """Queue many mails of one kind: (to, name, context, person, thread). What differs by the name alone is written once."""
    written: dict[tuple, tuple[str, str]] = {}
    messages = []
    for to, name, context, person, thread in rows:
        key = tuple(sorted(context.items()))
        if key not in written:
            written[key] = _written(subject, template, {**context, "name": _NAME})
        text, html = written[key]
        greeting = f" {name}" if name else ""
        messages.append(
            Message(
                created_at=clock.now(),
                to=to,
                kind=kind,
                subject=subject,
                text=text.replace(f" {_NAME}", greeting),
                html=html.replace(f" {_NAME}", escape(greeting)),
                person=person,
                thread=thread,
            )
        )
    append_all(messages)


# Stands for the household's name while a mail is written once for many.
_NAME = "\ue000"


def _written(subject: str, template: str, context: Mapping[str, Any]) -> tuple[str, str]:
    words = {"subject": subject, "base_url": settings.BASE_URL, "name": "", "action_url": "", **context}
    if words.get("action_path"):
        words["action_url"] = settings.BASE_URL + str(words["action_path"])
    words["body"] = render_to_string(f"emails/{template}.txt", words).strip()
    return render_to_string("email/frame.txt", words), render_to_string("email/frame.html", words)


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
