"""The words of account mail, and where one goes after signing up. All of it passes through the outbox."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse

from palier.common import mail

# The library's mail → our template, its subject, the key of its link and the button's label.
LETTERS = {
    "email_confirmation": ("account_confirm", "Confirmez votre adresse", "activate_url", "Confirmer mon adresse"),
    "email_confirmation_signup": (
        "account_confirm",
        "Confirmez votre adresse",
        "activate_url",
        "Confirmer mon adresse",
    ),
    "password_reset_key": (
        "account_reset",
        "Choisissez un nouveau mot de passe",
        "password_reset_url",
        "Choisir un mot de passe",
    ),
    "account_already_exists": (
        "account_exists",
        "Vous avez déjà un compte",
        "password_reset_url",
        "Retrouver mon mot de passe",
    ),
    "unknown_account": ("account_unknown", "Aucun compte à cette adresse", "signup_url", "Créer un compte"),
}
CHANGED = ("account_changed", "Votre compte a été modifié", "", "")


class AccountAdapter(DefaultAccountAdapter):
    """The accounts library decides when to write; we choose the words."""

    def send_mail(self, template_prefix, email, context):
        kind = template_prefix.rsplit("/", 1)[-1]
        template, subject, link, label = LETTERS.get(kind, CHANGED)
        mail.post(
            to=email,
            kind=f"account.{kind}",
            subject=subject,
            template=template,
            context={"action_url": context.get(link, "") if link else "", "action_label": label},
        )

    def get_signup_redirect_url(self, request):
        return reverse("spaces:home")
