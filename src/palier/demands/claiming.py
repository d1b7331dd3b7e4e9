"""A household takes over, in its account, a demand registered elsewhere (A6): its number, then a code by mail.

The code goes to the address that the demand itself holds, never to one typed today. What the page
answers is the same whether the number exists or not, so that nobody learns who has a demand.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from palier.accounts.actions import name_once
from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.demands.form import Form
from palier.demands.models import Claim, Demand
from palier.law import numbers

VALID = timedelta(hours=24)
TRIES = 5
CODES_A_DAY = 3
# Neither 0 and O nor 1, I and L: the code is copied by hand from a mail.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


@transaction.atomic
def ask(*, actor: Actor, number: str) -> Claim:
    """Mail a code to the address of the demand that bears this number, if there is one to take over."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household claims for itself")
    try:
        wanted = str(numbers.parse(number))
    except numbers.NumberError as error:
        raise Refused("claim.number", str(error), field="number") from error
    now = clock.now()
    recent = Claim.objects.filter(person=actor.person_id, sent_at__gt=now - VALID)
    if recent.count() >= CODES_A_DAY:
        raise Refused(
            "claim.many",
            "Vous avez demandé trois codes en un jour. Réessayez demain, ou adressez-vous à un guichet.",
            field="number",
        )
    with as_system("a household that claims a demand cannot see it yet"):
        demand = Demand.objects.filter(number=wanted, person=None, state="active").first()
        address = Form.from_json(demand.form).applicant.email if demand else ""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    claim = Claim.objects.create(
        person=actor.person, demand=demand if address else None, code=make_password(code), sent_at=now
    )
    if demand is not None and address:
        mail.post(
            to=address, kind="demands.claim", subject="Votre code pour retrouver votre demande", template="demand_claim",
            context={"code": f"{code[:4]} {code[4:]}"}, thread=demand.pk,
        )  # fmt: skip
    return claim


@transaction.atomic
def take_over(*, actor: Actor, claim_id: int, code: str) -> bool:
    """Give the demand to the account when the code is right; False, and one try less, when it is not.

    The demand keeps its number, its seniority and every field. Taking it over twice is once.
    """
    claim = locked(Claim.objects.filter(person=actor.person_id), claim_id)
    if claim.used_at is not None:
        return True
    if claim.sent_at + VALID <= clock.now():
        raise Refused(
            "claim.late", "Ce code n’est plus valable : il durait 24 heures. Demandez-en un autre.", field="code"
        )
    if claim.tries >= TRIES:
        raise Refused(
            "claim.tries", "Cinq essais sans succès : ce code ne sert plus. Demandez-en un autre.", field="code"
        )
    typed = "".join(code.split()).upper()
    if claim.demand_id is None or not check_password(typed, claim.code):
        claim.tries += 1
        claim.save(update_fields=["tries"])
        return False
    claim.used_at = clock.now()
    claim.save(update_fields=["used_at"])
    with as_system("the code proves that the demand is the household's"):
        _link(actor, claim.demand_id)
    return True


def _link(actor: Actor, demand_id: int) -> None:
    demand = locked(Demand.objects.filter(person=None, state="active"), demand_id)
    demand.person = actor.person
    try:
        with transaction.atomic():
            demand.save(update_fields=["person"])
    except IntegrityError as error:
        raise Refused(
            "claim.twice",
            "Vous avez déjà une demande active dans ce département : un guichet peut les réunir.",
            field="code",
        ) from error
    applicant = Form.from_json(demand.form).applicant
    name_once(actor.person, first_name=applicant.first_names, last_name=applicant.last_name)
    ledger.record(verb="demands.claim", subject=demand, actor=actor, thread=demand.pk)
