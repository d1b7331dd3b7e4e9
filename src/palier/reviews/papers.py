"""The letters of a review: the question to a tenant without an account, and the opinion."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from palier.accounts.actor import Actor
from palier.common import pdf
from palier.law.occupancy import words
from palier.reviews.models import Review
from palier.reviews.queries import reviews_of
from palier.reviews.states import WISHES


def opinion_letter(actor: Actor, review_id: int) -> bytes:
    """The opinion as it was given; DoesNotExist before, and for whoever may not see the review."""
    review = reviews_of(actor).get(pk=review_id, given_at__isnull=False)
    opinion = review.opinion
    return _render(
        "occupancy_opinion",
        {
            **_head(review),
            "dated_on": timezone.localdate(review.given_at),
            "situations": opinion["situations"],
            "opinion": opinion["words"],
            "notes": [note["text"] for note in opinion["notes"]],
            "commission": {
                "name": opinion["commission"], "session": opinion["session"], "held_on": opinion["held_on"],
            },
            "signatory": opinion["signatory"],
        },
    )  # fmt: skip


def request_letter(actor: Actor, review_id: int) -> bytes:
    """The question on paper, with the answer to fill in; DoesNotExist once it is answered."""
    review = reviews_of(actor).get(pk=review_id, state="asked")
    asked_on = timezone.localdate(review.asked_at)
    return _render(
        "occupancy_request",
        {
            **_head(review),
            "dated_on": asked_on,
            "answer_by": review.answer_by,
            "reference": review.tenancy.dwelling.reference,
            "year": asked_on.year - 2,
            "adapted": review.tenancy.dwelling.adapted,
            "wishes": list(WISHES.values()),
        },
    )


def _head(review: Review) -> dict[str, Any]:
    tenancy = review.tenancy
    dwelling, landlord = tenancy.dwelling, tenancy.landlord
    return {
        "sender": {
            "name": landlord.name, "address": landlord.address, "phone": landlord.phone, "email": landlord.email,
        },
        "recipient": {
            "name": tenancy.tenants,
            "address": [dwelling.address, f"{dwelling.postcode} {dwelling.commune.name}"],
        },
        "dwelling": f"{words(dwelling.type)} de {dwelling.surface:.0f} m² à {dwelling.commune.name}",
        "signed_on": tenancy.signed_on,
    }  # fmt: skip


def _render(template: str, data: dict[str, Any]) -> bytes:
    return pdf.render(template, {**data, "demo": settings.DEMO, "origin": settings.BASE_URL})
