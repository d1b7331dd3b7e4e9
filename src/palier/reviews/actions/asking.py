"""The campaign: ask the tenant, take the answer, check it against the law."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.law.occupancy_review import due_on, find, quarter
from palier.reviews.declared import Declared, let, occupation
from palier.reviews.models import Review, Tenancy
from palier.reviews.queries import due, reviews_of, tenancies_of
from palier.reviews.states import REVIEW, WISHES
from palier.reviews.telling import tell
from palier.territories.queries import setting

# People in one dwelling: beyond, somebody typed a year or a rent.
MOST_PEOPLE = 20


@transaction.atomic
def ask(*, actor: Actor, tenancy_id: int) -> Review:
    """Begin the review that is due: the tenant is asked who lives there, by mail where there is an account."""
    tenancy = locked(tenancies_of(actor), tenancy_id)
    day = due_on(tenancy.signed_on, quarter(clock.today()).last)
    if day is None or tenancy.ended_on is not None:
        raise Refused("review.not_due", "Ce bail n’a pas encore trois ans : son examen n’est pas dû.")
    held = Review.objects.filter(tenancy=tenancy, due_on=day).first()
    if held is not None:
        return held
    if not due(actor, clock.today()).filter(pk=tenancy.pk).exists():
        raise Refused("review.not_due", "L’occupation de ce logement n’est pas à examiner ce trimestre.")
    review = Review.objects.create(tenancy=tenancy, due_on=day, asked_at=clock.now(), answer_by=_answer_by(tenancy))
    ledger.record(verb="reviews.ask", subject=review, actor=actor)
    tell(review, "asked", "Dites-nous qui vit dans votre logement")
    return review


@transaction.atomic
def ask_all(*, actor: Actor) -> int:
    """Begin every review that is due this quarter; how many."""
    keys = list(due(actor, clock.today()).values_list("pk", flat=True))
    for key in sorted(keys):
        ask(actor=actor, tenancy_id=key)
    return len(keys)


@transaction.atomic
def remind(*, actor: Actor, review_id: int) -> Review:
    """Ask again once the delay is over, with a new one."""
    review = locked(reviews_of(actor), review_id)
    if review.state == "asked" and clock.today() <= review.answer_by:
        raise Refused("review.early", f"Le locataire a jusqu’au {review.answer_by:%d/%m/%Y} pour répondre.")
    REVIEW.fire(review, "remind", actor=actor, answer_by=_answer_by(review.tenancy))
    tell(review, "asked", "Rappel : dites-nous qui vit dans votre logement")
    return review


def _answer_by(tenancy: Tenancy) -> date:
    days = setting("review_answer_days", on=clock.today(), territory=tenancy.dwelling.commune.department_id)
    return clock.today() + timedelta(days=days)


@transaction.atomic
def declare(*, actor: Actor, review_id: int, declared: Declared) -> Review:
    """Who lives there now: said by the tenant, or typed by the landlord from the paper answer."""
    review = locked(reviews_of(actor), review_id)
    _check(declared, adapted=review.tenancy.dwelling.adapted)
    said = declared.to_dict()
    if review.declaration == said and review.declared_on is not None:
        return review
    REVIEW.fire(
        review,
        "declare",
        actor=actor,
        declaration=said,
        declared_on=clock.today(),
        on_paper=actor.role != Role.APPLICANT,
        finding={},
    )
    return review


def _check(declared: Declared, *, adapted: bool) -> None:
    if not 1 <= declared.adults <= MOST_PEOPLE:
        raise Refused("declared.adults", "Comptez au moins un adulte, vous compris.", field="adults")
    for field, count in (("children", declared.children), ("expected", declared.expected)):
        if not 0 <= count <= MOST_PEOPLE:
            raise Refused("declared.count", f"Indiquez un nombre entre 0 et {MOST_PEOPLE}.", field=field)
    if declared.couple and declared.adults < 2:
        raise Refused("declared.couple", "Un couple compte deux adultes : corrigez leur nombre.", field="adults")
    for field, age in (("age", declared.age), ("partner_age", declared.partner_age)):
        if age is not None and not 16 <= age <= 120:
            raise Refused("declared.age", "Indiquez un âge entre 16 et 120 ans.", field=field)
    if any(amount is not None and amount < 0 for amount in (declared.tax_income, declared.monthly)):
        raise Refused("declared.amount", "Un montant ne peut pas être négatif.", field="tax_income")
    if adapted and declared.disabled_left is None:
        raise Refused(
            "declared.adapted", "Votre logement est adapté : dites si la personne concernée y vit encore.",
            field="disabled_left",
        )  # fmt: skip
    if declared.wish not in WISHES:
        raise Refused("declared.wish", "Choisissez dans la liste.", field="wish")


@transaction.atomic
def check(*, actor: Actor, review_id: int) -> Review:
    """The landlord's check: the law's situations from what was declared; none of them closes the review."""
    review = locked(reviews_of(actor), review_id)
    if review.state in ("found", "clear"):
        return review
    if review.state != "declared":
        raise Refused("review.nothing", "Rien n’est déclaré : il n’y a rien à contrôler.")
    declared, on = Declared.from_dict(review.declaration), review.declared_on
    found = find(let(review.tenancy.dwelling), occupation(declared, on), on)
    REVIEW.fire(
        review,
        "find" if found.to_commission else "clear",
        actor=actor,
        finding={
            "situations": [reason.to_dict() for reason in found.situations],
            "notes": [reason.to_dict() for reason in found.notes],
        },
    )
    return review


@transaction.atomic
def cancel(*, actor: Actor, review_id: int, reason: str) -> Review:
    """The review has no object any more; why is kept."""
    review = locked(reviews_of(actor), review_id)
    if review.state == "cancelled":
        return review
    if not reason.strip():
        raise Refused("cancel.reason", "Dites pourquoi cet examen est sans objet.", field="reason")
    REVIEW.fire(review, "cancel", actor=actor, data={"reason": reason.strip()[:200]}, declaration={})
    return review
