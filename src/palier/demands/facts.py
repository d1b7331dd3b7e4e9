"""From a declared form to the frozen facts that `law` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from palier.demands import sheltering
from palier.demands.form import Adult, Form
from palier.demands.models import Demand
from palier.employers.models import JobAttestation
from palier.employers.queries import as_employer
from palier.law import household as law
from palier.territories.models import Commune

COUPLE_LINKS = frozenset({"M", "P", "C"})


def household(
    demand: Demand,
    *,
    on: date,
    situations: Iterable[law.Situation] = (),
    proofs: Mapping[str, str] | None = None,
    job: JobAttestation | None = None,
    refusals: Iterable[law.Refusal] = (),
) -> law.Household:
    """The household of a demand as it stands. `job`: its job attestation, when the applicant has one.

    The income of the last twelve months is known of nobody: no document's amounts are typed in Palier.
    """
    form = sheltering.places(demand)
    employer = as_employer(job, on) if job is not None else None
    return from_form(
        form, demand, epcis=_epcis(form), situations=situations, proofs=proofs, employer=employer, refusals=refusals
    )


def from_form(
    form: Form,
    demand: Demand,
    *,
    epcis: tuple[str, ...],
    situations: Iterable[law.Situation] = (),
    proofs: Mapping[str, str] | None = None,
    employer: law.Employer | None = None,
    refusals: Iterable[law.Refusal] = (),
) -> law.Household:
    """The same from a form at hand and the SIREN of its communes' EPCI, without asking the database."""
    return law.Household(
        people=_people(form),
        couple=form.coapplicant is not None and form.coapplicant.link in COUPLE_LINKS,
        expected=form.expected.count if form.expected else 0,
        expected_on=form.expected.due_on if form.expected else None,
        home=law.Home(
            status=form.home.status,
            kind=form.home.kind,
            type=form.home.type,
            surface=form.home.surface,
            occupants=form.home.occupants,
            rent=form.home.rent,
            entered_on=form.home.entered_on,
            commune=form.address.commune,
        ),
        motives=form.motives,
        wish=_wish(form, epcis),
        registered_on=demand.first_registered_on,
        employer=employer,
        situations=tuple(situations),
        transfer=form.home.status == "HLM",
        refusals=tuple(refusals),
        proofs=proofs or {},
    )


def _people(form: Form) -> tuple[law.Person, ...]:
    # A card without a name is the applicant's: older files do not say whose it is.
    carded = set(form.disability.persons or (law.APPLICANT,)) if form.disability.card else set()
    adults = [_adult(form.applicant, law.APPLICANT, law.APPLICANT, law.APPLICANT in carded)]
    if form.coapplicant:
        adults.append(_adult(form.coapplicant, law.COAPPLICANT, law.COAPPLICANT, law.COAPPLICANT in carded))
    adults += [
        _adult(a, law.ADULT, ref := f"adult-{n}", ref in carded) for n, a in enumerate(form.other_adults, start=1)
    ]
    dependants = [
        law.Person(
            kind=law.DEPENDANT,
            birth_date=d.birth_date,
            ref=(ref := f"dependant-{n}"),
            link=d.link,
            disability=ref in carded,
        )
        for n, d in enumerate(form.dependants, start=1)
    ]
    custody = [
        law.Person(
            kind=law.CUSTODY if c.arrangement == "G" else law.VISITING, birth_date=c.birth_date, ref=f"custody-{n}"
        )
        for n, c in enumerate(form.custody, start=1)
    ]
    return (*adults, *dependants, *custody)


def _adult(adult: Adult, kind: str, ref: str, disability: bool = False) -> law.Person:
    return law.Person(
        kind=kind,
        birth_date=adult.birth_date,
        ref=ref,
        nationality=adult.nationality,
        family_status=adult.family_status,
        link=adult.link,
        contract=adult.work.contract,
        workplace=adult.work.workplace,
        disability=disability,
        tax={int(year): amount for year, amount in adult.tax.items()},
        resources=dict(adult.resources),
        paid=dict(adult.paid),
    )


def _epcis(form: Form) -> tuple[str, ...]:
    named = Commune.objects.filter(code__in=form.wish.communes).exclude(epci=None).order_by("epci")
    return tuple(named.values_list("epci", flat=True).distinct())


def _wish(form: Form, epcis: tuple[str, ...]) -> law.Wish:
    return law.Wish(
        types=form.wish.types,
        kind=form.wish.kind,
        communes=form.wish.communes,
        epcis=epcis,
        widened=form.wish.widened,
        max_rent=form.wish.max_rent,
        ground_floor=form.wish.ground_floor,
        without_lift=form.wish.without_lift,
        step_free=form.disability.wheelchair,
        adapted=form.disability.adapted,
    )
