"""Tenancies of the cast's landlord: some due, some answered, some found, a session that examines two of them, and two
tenants who may swap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation, Person
from palier.accounts.roles import Role
from palier.commissions import actions as commissions
from palier.commissions.models import Commission
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands import actions as demands
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demo.people import BY_KEY
from palier.demo.playing import character, play
from palier.homes.models import Dwelling
from palier.law.calendar import add_months
from palier.law.occupancy_review import find, suitable
from palier.reviews import actions
from palier.reviews.declared import Declared, let, occupation
from palier.reviews.models import Review, Tenancy

# Invented, like everybody here.
_TENANTS = (
    "Odette Lefranc", "Mehdi et Sarah Cherif", "Paulette Auvray", "Kevin Delaunay", "Aïcha Traoré", "Robert Hamel",
    "Lucie et Marc Pottier", "Fatou Diallo", "Ginette Lebas", "Hugo Marie", "Nora Saïdi", "Yvonne Leroux",
)  # fmt: skip
_ANSWERS = (
    Declared(adults=1, age=72, needs_adaptation=False, tax_income=17_200, monthly=1_450, wish="stay"),
    Declared(
        adults=2, couple=True, age=34, partner_age=33, children=3, needs_adaptation=False, tax_income=21_300,
        monthly=2_150, wish="larger",
    ),
    Declared(adults=1, age=68, needs_adaptation=True, tax_income=15_900, monthly=1_380, wish="adapted"),
    Declared(adults=2, couple=True, age=51, partner_age=49, needs_adaptation=False, tax_income=74_000, monthly=5_600, wish="buy"),
)  # fmt: skip


_CAEN = "14118"
# Who may swap: the dwelling that each leaves, its surface, and how many people live in it.
_SWAP = (("T4", 78, [1]), ("T2", 43, [4, 5]))
# One dwelling of each type for the answers, in their order; the tenant of the cast has the first.
_TYPES = ("T4", "T5", "T1", "T3", "T3", "T2", "T4", "T3", "T2", "T5", "T4", "T3")


def begin(landlord: Organisation) -> dict[str, int]:
    """Twelve leases of three or six years in Caen, due this quarter; a session that is open examines what was found."""
    with acting(SYSTEM):
        if Tenancy.objects.filter(landlord=landlord).exists():
            return {}
        held = _tenancies(landlord)
        swapping = _swapping(landlord, taken=[tenancy.dwelling_id for tenancy in held])
    agent = character("sophie.bailleur")
    asked = [play(agent, actions.ask, tenancy_id=tenancy.pk) for tenancy in held[: len(_ANSWERS) + 2]]
    for review, declared in zip(asked[1:], _ANSWERS, strict=False):
        play(agent, actions.declare, review_id=review.pk, declared=declared)
    checked = [play(agent, actions.check, review_id=review.pk) for review in asked[1 : len(_ANSWERS)]]
    found = [review for review in checked if review.state == "found"]
    if found:
        _examine(agent, found)
    return {
        "baux": len(held) + len(swapping), "examens": len(asked), "situations": len(found), "échange possible": len(swapping) // 2
    }  # fmt: skip


def _free(landlord: Organisation, kind: str, taken: list[int], **more: str) -> Dwelling | None:
    free = Dwelling.objects.filter(landlord=landlord, commune=_CAEN, type=kind, offers=None, adapted=False, **more)
    return free.exclude(pk__in=taken).order_by("pk").first()


def _tenancies(landlord: Organisation) -> list[Tenancy]:
    person = Person.objects.get(email=BY_KEY["jeanne.locataire"].email)
    taken: list[int] = []
    held = []
    for n, kind in enumerate(_TYPES):
        home = _free(landlord, kind, taken)
        if home is None:
            continue
        taken.append(home.pk)
        held.append(
            Tenancy.objects.create(
                landlord=landlord, dwelling=home, person=None if held else person,
                tenants=_TENANTS[n] if held else person.full_name, recorded_at=clock.now(),
                signed_on=add_months(clock.today(), -36 * (1 + n % 2)) + timedelta(days=n - 6),
            )
        )  # fmt: skip
    return held


def _swapping(landlord: Organisation, taken: list[int]) -> list[Tenancy]:
    """Two of the oldest transfer demands that wish to stay in Caen: one household has too many rooms, the other too few."""
    held = []
    for kind, surface, people in _SWAP:
        asked = Demand.objects.filter(state="active", transfer=True, person=None, sheltered=False, people__in=people)
        forms = ((demand, Form.from_json(demand.form)) for demand in asked.order_by("first_registered_on", "pk"))
        found = next(((d, form) for d, form in forms if _CAEN in form.wish.communes and d.tax_income), None)
        home = _free(landlord, kind, taken, financing="PLUS")
        if found and home:
            held.append(_rents(landlord, *found, home, surface))
    return held


def _rents(landlord: Organisation, demand: Demand, form: Form, home: Dwelling, surface: int) -> Tenancy:
    """The household has an account, and says itself where it lives."""
    names = {"first_name": form.applicant.first_names, "last_name": form.applicant.last_name}
    demand.person = Person.objects.create(email=f"locataire{demand.pk}@exemple.fr", **names)
    demand.save(update_fields=["person"])
    play(
        Actor(role=Role.APPLICANT, person=demand.person, membership=None), demands.change, demand_id=demand.pk,
        form=replace(form, home=replace(form.home, type=home.type, surface=surface)), revision=demand.revision,
        sections=["logement"],
    )  # fmt: skip
    return Tenancy.objects.create(
        landlord=landlord, dwelling=home, person=demand.person, tenants=demand.person.full_name, recorded_at=clock.now(),
        signed_on=add_months(clock.today(), -60),
    )  # fmt: skip


def _examine(agent: Actor, found: list[Review]) -> None:
    """On a session that is open now, each with the opinion that the law starts from."""
    secretary, now = character("nadia.secretaire"), clock.now()
    with acting(SYSTEM):
        commission = Commission.objects.get(landlord=agent.organisation_id)
    session = play(
        secretary, commissions.create_session, commission_id=commission.pk,
        opens_at=now - timedelta(hours=2), closes_at=now + timedelta(days=2),
    )  # fmt: skip
    for review in found:
        dwelling, on = let(review.tenancy.dwelling), review.declared_on
        lived = occupation(Declared.from_dict(review.declaration), on)
        proposed = suitable(find(dwelling, lived, on), dwelling, lived, on, effort=0.33)
        play(agent, actions.send, review_id=review.pk, session_id=session.pk, proposed=proposed)
    play(secretary, commissions.publish, session_id=session.pk)
