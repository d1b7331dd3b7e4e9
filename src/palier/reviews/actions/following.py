"""After the opinion: the landlord reviews the way with the tenant."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from palier.accounts.actor import Actor
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.demands.queries import find_by_number
from palier.law.reasons import day
from palier.reviews.models import FollowUp, Review
from palier.reviews.queries import reviews_of
from palier.reviews.states import FOLLOW_UPS, REVIEW


@transaction.atomic
def follow(*, actor: Actor, review_id: int, kind: str, on: date, note: str = "", number: str = "") -> FollowUp:
    """Write down a step: a meeting, a transfer demand (linked by its number when there is one), works, ownership.

    The same step of the same day is written once.
    """
    review = locked(reviews_of(actor), review_id)
    if review.state not in ("given", "followed"):
        raise Refused("follow.early", "Le parcours se revoit une fois l’avis de la commission rendu.")
    if kind not in FOLLOW_UPS:
        raise Refused("follow.kind", "Choisissez dans la liste.", field="kind")
    held = FollowUp.objects.filter(review=review, kind=kind, on=on).first()
    if held is not None:
        return held
    if review.state == "followed":
        raise Refused("follow.closed", "Le parcours est déjà revu.")
    if on > clock.today():
        raise Refused("follow.future", "Notez l’étape une fois faite : cette date est à venir.", field="on")
    demand = find_by_number(actor, number) if number.strip() else None
    if number.strip() and (kind != "transfer" or demand is None):
        words = (
            "Aucune demande de votre département n’a ce numéro."
            if kind == "transfer"
            else "Un numéro ne va qu’avec une mutation."
        )
        raise Refused("follow.number", words, field="number")
    step = FollowUp.objects.create(
        review=review, kind=kind, on=on, note=" ".join(note.split())[:500], demand=demand, recorded_at=clock.now()
    )
    ledger.record(verb="reviews.follow", subject=review, actor=actor, data={"step": FOLLOW_UPS[kind], "on": day(on)})
    return step


@transaction.atomic
def close(*, actor: Actor, review_id: int) -> Review:
    """The way is reviewed: at least one step was written down."""
    review = locked(reviews_of(actor), review_id)
    if review.state == "followed":
        return review
    if not review.steps.exists():
        raise Refused("close.nothing", "Notez d’abord ce qui a été vu avec le locataire.")
    REVIEW.fire(review, "close", actor=actor)
    return review
