"""Mails to tenants who have an account; the others are written to on paper."""

from __future__ import annotations

from palier.accounts.models import Person
from palier.common import mail
from palier.common.isolation import as_system
from palier.reviews.models import Review


def tell(review: Review, template: str, subject: str) -> None:
    """One mail that names neither the dwelling nor a situation: a mail travels in clear."""
    tenancy = review.tenancy
    if tenancy.person_id is None:
        return
    with as_system("the tenant's address is needed to write to them"):
        person = Person.objects.get(pk=tenancy.person_id)
        mail.post(
            to=person.email,
            kind=f"reviews.{template}",
            subject=subject,
            template=f"review_{template}",
            context={
                "name": person.first_name,
                "landlord": tenancy.landlord.name,
                "answer_by": review.answer_by,
                "action_path": "/mon-espace/mon-logement/",
                "action_label": "Ouvrir « Mon logement »",
            },
            person=person.pk,
        )
