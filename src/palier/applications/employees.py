"""What an employer may know of its employees' applications: a step for whoever agreed to it, counts for all of them.

Never a file, an offer, a place, a reason: the database itself answers with a state and a number (`palier_employee_states`,
`palier_employee_counts`), for the employees of the actor's own company alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import NotYours
from palier.homes.models import Offer
from palier.homes.queries import candidate_counts
from palier.law.secrecy import hidden
from palier.territories.queries import setting

NONE, HOUSED = "Pas de candidature en cours", "Bail signé"
_STEPS = {
    "submitted": "Candidature déposée",
    "sent": "Dossier chez un bailleur",
    "admissible": "Commission à venir",
    "on_agenda": "Commission à venir",
    "allocated": "Logement proposé",
    "ranked": "Logement proposé",
    "accepted": "Logement accepté",
    "leased": HOUSED,
}
STEPS = (NONE, *dict.fromkeys(_STEPS.values()))


@dataclass(frozen=True, slots=True)
class Step:
    """Where an employee's application stands, in words that tell nothing of why."""

    label: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """`employees`: None when the figure is too small to be shown."""

    label: str
    employees: int | None


@dataclass(frozen=True, slots=True)
class Reserved:
    """A dwelling of the employer's contingent; `candidates`: None when too few to be told."""

    offer: Offer
    candidates: int | None


def steps(actor: Actor) -> dict[int, Step]:
    """attestation → the step, for the employees who agreed that their employer follows them."""
    _employer(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT attestation_id, state, since FROM palier_employee_states()")
        return {key: Step(_STEPS.get(state, NONE), since) for key, state, since in cursor.fetchall()}


def counts(actor: Actor) -> list[Count]:
    """How many of the employees who agreed to be known are at each step, small figures hidden (`law.secrecy`)."""
    _employer(actor)
    found = dict.fromkeys(STEPS, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT application, employees FROM palier_employee_counts()")
        for state, employees in cursor.fetchall():
            found[_STEPS.get(state, NONE)] += employees
    shown = hidden(found, least())
    return [Count(label, shown[label]) for label in STEPS]


def reserved(actor: Actor) -> list[Reserved]:
    """The dwellings that the employer's contribution reserves now, the last published first."""
    _employer(actor)
    offers = list(
        Offer.objects.filter(reserved_for__organisation=actor.organisation_id)
        .exclude(state__in=("draft", "withdrawn", "let"))
        .select_related("dwelling__commune")
        .order_by("-published_at", "-pk")
    )
    told = candidate_counts([offer.pk for offer in offers])
    few = least()
    candidates = ((offer, told.get(offer.pk, 0)) for offer in offers)
    return [Reserved(offer, None if 0 < count < few else count) for offer, count in candidates]


def least() -> int:
    """The smallest number of employees that an employer reads."""
    figure: int = setting("employer_least", on=clock.today())
    return figure


def _employer(actor: Actor) -> None:
    if actor.role != Role.EMPLOYER:
        raise NotYours(f"{actor.role} is not an employer")
