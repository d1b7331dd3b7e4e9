"""Demo mode's mail server: messages end in a page instead of leaving."""

from __future__ import annotations

from django.core.mail.backends.base import BaseEmailBackend

from palier.common import clock
from palier.common.isolation import as_system
from palier.demo.models import Mail


class MailboxBackend(BaseEmailBackend):
    """Stores each message for the mailbox page."""

    def send_messages(self, email_messages):
        with as_system("the demo's mailbox stores every mail"):
            for message in email_messages:
                html = next((b for b, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
                Mail.objects.bulk_create(
                    [
                        Mail(at=clock.now(), to=to, subject=message.subject, text=message.body, html=html)
                        for to in message.to
                    ]
                )
        return len(email_messages)
