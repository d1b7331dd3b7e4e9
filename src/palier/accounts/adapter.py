"""How the accounts library writes mail and chooses the next page."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse

from palier.common import mail


class AccountAdapter(DefaultAccountAdapter):
    """All account mail goes through the outbox, like every other mail."""

    def send_mail(self, template_prefix, email, context):
        message = self.render_mail(template_prefix, email, context)
        html = next((body for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
        mail.queue(to=email, kind="account", subject=message.subject, text=message.body, html=html)

    def get_signup_redirect_url(self, request):
        return reverse("spaces:home")
