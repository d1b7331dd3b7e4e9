"""Building the territory, step by step; a finished step is never done twice, an interrupted one goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from allauth.account.models import EmailAddress

from palier.accounts.actor import PALIER
from palier.accounts.models import Membership, Organisation, Person
from palier.applications.models import Application
from palier.applications.offers import facts
from palier.applications.placing import follow
from palier.applications.receipts import lot
from palier.common import clock
from palier.common.bulk import renew_statistics
from palier.common.isolation import SYSTEM, acting
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Grid, Score
from palier.demands.facts import from_form
from palier.demands.form import Address, Adult, Dependant, Form, Home, Wish, Work, columns
from palier.demands.models import Demand, DemandVersion, NumberCounter
from palier.demands.models import Wish as WishRow
from palier.demo import (
    availability,
    bodies,
    commission,
    flow,
    kinds,
    occupation,
    registering,
    sandbox,
    sittings,
    storing,
)
from palier.demo.chance import DATA
from palier.demo.meeting import meet
from palier.demo.models import BuildStep
from palier.demo.people import CAST
from palier.demo.scales import SCALES
from palier.demo.underway import begin, reserve
from palier.documents.models import Recognition
from palier.employers import actions as employers
from palier.employers import register
from palier.employers.models import Company
from palier.exchanges.landlords import changes
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.law import calendar, eligibility, numbers, occupancy
from palier.law.grid_files import source_of
from palier.law.household import AUTHORITY, Situation
from palier.observatory import learning
from palier.observatory.actions import refresh, refresh_quarters
from palier.territories.models import Epci, Setting

BATCH = 50
# A department has some three hundred offers; of the thousands of a region, the first have candidates and the rest none.
APPLIED_FOR = 1000
# Offers of the cast's landlord, and the one of them whose list is to be made.
OWN_OFFERS, PAST = 9, 7
# Dwellings whose lists are made together: as many households head each of them, and others want one alone.
SEVERAL, HEADS, OTHERS = 3, 6, 7
CONTINGENT_OF = {"state": "state_priority", "action_logement": "action_logement"}


def build(size: str, say: Callable[[str], None]) -> None:
    """Every step of the territory of that size."""
    scale = SCALES[size]
    for name, step in STEPS:
        with acting(SYSTEM):
            done = BuildStep.objects.filter(name=name).exists()
        if done:
            continue
        detail = step(scale)
        with acting(SYSTEM):
            renew_statistics()
            BuildStep.objects.create(name=name, size=size, finished_at=clock.now(), detail=detail)
        say(f"  {name} : {detail}")


def _bodies(scale) -> dict[str, int]:
    _companies()
    with acting(SYSTEM):
        for body in bodies.everyone():
            organisation, _ = Organisation.objects.get_or_create(
                name=body.name, kind=body.kind,
                defaults={"siret": body.siret, "register_desk": body.register_desk, "departments": list(body.departments),
                          "epci_id": body.epci, "commune_id": body.commune, "address": body.address},
            )  # fmt: skip
            if body.kind == "employer":
                told = {str(clock.today().year - n): body.headcount for n in range(1, 7)}
                Company.objects.filter(siret=body.siret).update(organisation=organisation, headcounts=told)
        return {"organismes": Organisation.objects.count()}


def _companies() -> None:
    """The invented register of companies, in the files of the real one."""
    units, establishments, successions = (
        DATA / f"sirene_{name}.csv" for name in ("units", "establishments", "successions")
    )
    employers.load_companies(
        establishments=register.establishments(establishments, register.units(units, register.sirens(establishments))),
        successions=register.successions(successions),
        seen_on=clock.today().replace(day=1),
    )


def _organisation(key: str) -> Organisation:
    body = next(b for b in bodies.everyone() if b.key == key)
    return Organisation.objects.get(name=body.name, kind=body.kind)


def _cast(scale) -> dict[str, int]:
    since = clock.today() - timedelta(days=900)
    with acting(SYSTEM):
        for c in CAST:
            person, _ = Person.objects.get_or_create(
                email=c.email, defaults={"first_name": c.first_name, "last_name": c.last_name, "password": "!"}
            )
            EmailAddress.objects.get_or_create(user=person, email=c.email, defaults={"verified": True, "primary": True})
            if c.organisation:
                Membership.objects.get_or_create(
                    person=person,
                    organisation=_organisation(c.organisation),
                    role=c.role,
                    defaults={"since": since, "title": c.title},
                )
        epcis = list(Epci.objects.values_list("pk", flat=True))
        publish_grid(
            actor=PALIER, key="calvados-orne", title="Grille d’exemple, Calvados et Orne", example=True,
            source=source_of("exemple-calvados-orne"), valid_from=since, epcis=epcis,
        )  # fmt: skip
        _draft(epcis)
        landlord = _organisation("landlord")
    commission.settle(landlord, since)
    return {"personnages": len(CAST)}


def _draft(epcis: list[str]) -> None:
    """A grid that nobody has voted yet, to try on the register: each month of waiting counts double."""
    source = source_of("exemple-calvados-orne")
    for old, new in (("version = 1\n", "version = 2\n"), ("points = 1\nmost = 40\n", "points = 2\nmost = 80\n"),
                     ("cap = 60\n", "cap = 100\n")):  # fmt: skip
        if source.count(old) != 1:
            raise ValueError(f"the example grid no longer holds {old!r} once")
        source = source.replace(old, new)
    held, made = Grid.objects.get_or_create(
        key="calvados-orne", version=2,
        defaults={"title": "Projet : l’ancienneté compte double", "source": source, "valid_from": clock.today(), "example": True},
    )  # fmt: skip
    if made:
        held.epcis.set(epcis)


def settle_cast() -> None:
    """The bodies and the cast alone, without stock nor demands: enough for a journey."""
    _bodies(None)
    _cast(None)


def _demands(scale) -> dict[str, int]:
    return {"demandes": storing.store_demands(scale)}


def _dwellings(scale) -> dict[str, int]:
    return {"logements": storing.store_dwellings(scale)}


def _offers(scale) -> dict[str, int]:
    """Nine dwellings of the cast's landlord in Caen, that journeys can count on, then those that were drawn."""
    chance, today, now = Random(61), clock.today(), clock.now()
    with acting(SYSTEM):
        holders = list(Organisation.objects.filter(kind__in=["state", "action_logement"]).order_by("pk"))
        own = _organisation("holder")
        first = Dwelling.objects.filter(
            landlord=_organisation("landlord"), commune="14118", type__in=["T2", "T3"], financing="PLUS", adapted=False,
            kind="flat", offers=None,
        ).order_by("pk")[:OWN_OFFERS]  # fmt: skip
        for n, dwelling in enumerate(first):
            holder = own if n == 2 else holders[int(chance.random() * len(holders))] if n == 3 else None
            vacancy = Vacancy.objects.create(
                dwelling=dwelling, notice_on=today - timedelta(days=chance.randint(20, 70)),
                available_on=today + timedelta(days=chance.randint(-10, 40)),
            )  # fmt: skip
            Offer.objects.create(
                vacancy=vacancy, dwelling=dwelling, state="published",
                rent=(Decimal("6.2") * dwelling.surface).quantize(Decimal("0.01")),
                charges=(Decimal("1.4") * dwelling.surface).quantize(Decimal("0.01")),
                contingent="none" if holder is None else CONTINGENT_OF[holder.kind], holder=holder,
                published_at=now - timedelta(days=chance.randint(1, 9), hours=chance.randint(0, 20)),
                closes_at=now - timedelta(hours=5) if n == PAST else now + timedelta(days=chance.randint(6, 14)),
                confirmed_at=now - timedelta(hours=chance.randint(1, 60)),
                draw_seed=hashlib.sha256(f"demo {dwelling.reference}".encode()).hexdigest()[:32],
            )  # fmt: skip
    vacancies, offers = storing.store_vacancies(scale)
    return {"logements vides": vacancies + OWN_OFFERS, "offres": offers + OWN_OFFERS}


def _candidates(scale) -> dict[str, int]:
    """About a hundred candidates on a wanted dwelling, few on the others; none whom the law would refuse."""
    chance, now, made = Random(1414), clock.now(), 0
    with acting(SYSTEM):
        offers = (
            Offer.objects.filter(state="published").select_related("dwelling__commune").order_by("pk")[:APPLIED_FOR]
        )
        for rank, offer in enumerate(offers):
            wanted = chance.randint(80, 120) if rank % 10 == 1 else chance.randint(5 if rank < OWN_OFFERS else 2, 18)
            free = _eligible(offer, wanted)
            Application.objects.bulk_create(
                Application(
                    demand_id=d, offer=offer, applied_at=now, state_at=now, registered_on=now, **lot(offer.draw_seed, d)
                )
                for d in free
            )
            follow(free)
            made += len(free)
    return {"candidatures": made}


def _eligible(offer: Offer, most: int, contingent: str = "") -> list[int]:
    """Demands without an account nor a live application that wish the commune and may have the dwelling, the oldest first.

    `contingent`: as if the dwelling were reserved otherwise.
    """
    wishing = WishRow.objects.filter(
        commune=offer.dwelling.commune_id, demand__wanted_types__contains=[offer.dwelling.type],
        demand__state="active", demand__person=None, demand__department=offer.dwelling.commune.department_id,
        demand__people__in=[n for n in range(1, 15) if offer.dwelling.type in occupancy.types_for(n, clock.today()).types],
    ).exclude(
        demand__in=Application.objects.filter(live_slot__isnull=False).values("demand")
    ).order_by("demand").values_list("demand_id", flat=True)  # fmt: skip
    # Not the whole register: as many again and again are looked at, and a dwelling few may have keeps few.
    free, found = list(wishing[: max(most * 4, 400)]), []
    for start in range(0, len(free), BATCH):
        found += _among(free[start : start + BATCH], offer, contingent)
        if len(found) >= most:
            break
    return found[:most]


def _among(demands: list[int], offer: Offer, contingent: str = "") -> list[int]:
    """Those of these demands that may have the dwelling, the oldest first."""
    dwelling, on = facts(offer), clock.today()
    dwelling = replace(dwelling, contingent=contingent or dwelling.contingent)
    recognised = _recognised(demands) if dwelling.contingent == "state_priority" else {}
    found = []
    for demand in Demand.objects.filter(pk__in=demands).order_by("pk"):
        held = recognised.get(demand.pk, ())
        household = from_form(Form.from_json(demand.form), demand, epcis=(dwelling.epci,), situations=held)
        if eligibility.check(household, dwelling, on=on).eligible:
            found.append(demand.pk)
    return found


def _recognised(demands: list[int]) -> dict[int, tuple[Situation, ...]]:
    """What services recognised of these households: dwellings reserved for priority households go to them alone."""
    held: dict[int, tuple[Situation, ...]] = {}
    for r in Recognition.objects.filter(demand__in=demands, state="recognised").order_by("pk"):
        held[r.demand_id] = (*held.get(r.demand_id, ()), Situation(r.situation, AUTHORITY, r.valid_from, r.valid_to))
    return held


def _underway(scale) -> dict[str, int]:
    """Of the first offers: the first stays open, the third is the holder's, the eighth has passed its deadline."""
    with acting(SYSTEM):
        first = list(Offer.objects.select_related("dwelling__commune").order_by("pk")[:OWN_OFFERS])
        made = Application.objects.filter(offer__in=first).exists()
        if not made:
            return {}
        employees = list(Demand.objects.filter(pk__in=_eligible(first[2], 6, "none")).order_by("pk"))
    begun = begin(instructed=first[1], convened=[first[4], first[6]], allocated=first[5])
    begun |= meet(first[8])
    return {**begun, "candidats du logement réservé": reserve(first[2], employees)}


def _past(scale) -> dict[str, int]:
    made = {
        "attributions": storing.store_past_allocations(scale),
        "offres passées": storing.store_past_offers(scale),
        "communes": refresh(clock.today()),
        "comparaisons": refresh_quarters(clock.today()),
    }
    learning.compare(clock.today())
    return made


def _heroes(scale) -> dict[str, int]:
    """The demands of the two applicants of the cast, with accounts."""
    today = clock.today()
    amina = Form(
        applicant=Adult(last_name="Benali", first_names="Amina", civility="2", birth_date=today.replace(year=today.year - 34), nationality="1", family_status="C",
                        phone="06 39 98 00 01", work=Work(contract="CDI", profession="aide-soignante", employer="Clinique", workplace="14118"),
                        tax={str(today.year - 2): 15_200, str(today.year - 1): 15_600}, resources={"SAL": 1_480, "AF": 0}),
        dependants=(Dependant(first_names="Lina", last_name="Benali", birth_date=today.replace(year=today.year - 8), sex="F"),),
        address=Address(line="4 rue des Écoles", extra="Caen", postcode="14000", commune="14118"),
        home=Home(status="LP", kind="A", type="T1", surface=27, occupants=2, rent=490), motives=("13", "19"),
        wish=Wish(types=("T2", "T3"), communes=("14118",), widened=True, max_rent=650),
    )  # fmt: skip
    morel = Form(
        applicant=Adult(last_name="Morel", first_names="Julie", civility="2", birth_date=today.replace(year=today.year - 39), nationality="1", family_status="S",
                        phone="06 39 98 00 02", work=Work(contract="CDD", profession="agente d’entretien"),
                        tax={str(today.year - 2): 11_800, str(today.year - 1): 11_200}, resources={"SAL": 1_050, "AF": 151}),
        dependants=(Dependant(first_names="Tom", last_name="Morel", birth_date=today.replace(year=today.year - 11), sex="M"), Dependant(first_names="Zélie", last_name="Morel", birth_date=today.replace(year=today.year - 6), sex="F")),
        address=Address(line="12 allée des Tilleuls", extra="Caen", postcode="14000", commune="14118"),
        home=Home(status="LP", kind="A", type="T2", surface=41, occupants=3, rent=610), motives=("05",),
        wish=Wish(types=("T3", "T4"), communes=("14118",), widened=True, max_rent=700),
    )  # fmt: skip
    with acting(SYSTEM):
        for key, form, days, sequence in (
            ("amina.benali", amina, 1_150, 900_001),
            ("famille.morel", morel, 420, 900_002),
        ):
            registered = today - timedelta(days=days)
            demand, made = Demand.objects.get_or_create(
                person=Person.objects.get(email=f"{key}@exemple.fr"), register_code="014", state="active",
                defaults={"number": str(numbers.compose("014", registered, sequence, "PALIE")), "department_id": "14", "first_registered_on": registered,
                          "received_at": clock.now() - timedelta(days=days), "renewed_on": today - timedelta(days=40), "expires_on": calendar.add_months(today - timedelta(days=40), 12),
                          "form": form.to_json(), **columns(form)},
            )  # fmt: skip
            if made:
                DemandVersion.objects.create(demand=demand, revision=1, at=demand.received_at, form=demand.form)
                WishRow.objects.create(demand=demand, commune_id="14118", rank=1)
                rescore(demand)
        for register in ("014", "061"):
            NumberCounter.objects.get_or_create(
                register_code=register, month=f"{today:%m%y}", defaults={"last": 910_000}
            )
    return {"ménages": 2}


def _several(scale) -> dict[str, int]:
    """Three more dwellings of the cast's landlord wait for their lists; the same households head all of them.

    Until last week this department allowed three applications at a time: that is how they came.
    """
    now, before = clock.now(), clock.today() - timedelta(days=7)
    with acting(SYSTEM):
        general = {
            "key": "live_applications",
            "territory": "14",
            "source": "Règle de la démonstration, avant la présente",
        }
        Setting.objects.create(**general, value=SEVERAL, valid_from=before - timedelta(days=700), valid_to=before)
        dwellings = Dwelling.objects.filter(
            landlord=_organisation("landlord"), commune="14118", type="T3", financing="PLUS", adapted=False,
            kind="flat", offers=None,
        ).select_related("commune").order_by("pk")[:SEVERAL]  # fmt: skip
        offers = [
            Offer.objects.create(
                vacancy=Vacancy.objects.create(dwelling=d, notice_on=before - timedelta(days=40), available_on=clock.today()),
                dwelling=d, state="published", rent=(Decimal("6.1") * d.surface).quantize(Decimal("0.01")),
                charges=(Decimal("1.3") * d.surface).quantize(Decimal("0.01")), contingent="none",
                published_at=now - timedelta(days=12), closes_at=now - timedelta(hours=4), confirmed_at=now - timedelta(hours=9),
                draw_seed=hashlib.sha256(f"demo {d.reference}".encode()).hexdigest()[:32],
            )
            for d in dwellings
        ]  # fmt: skip
        made, heads = 0, []
        for slot, offer in enumerate(offers, start=1):
            ready = _among(heads, offer) + _eligible(offer, OTHERS if heads else HEADS + OTHERS)
            best = Score.objects.filter(demand__in=ready, epci=offer.dwelling.commune.epci_id).order_by(
                "-points", "demand"
            )
            heads = heads or list(best.values_list("demand_id", flat=True)[:HEADS])
            Application.objects.bulk_create(
                Application(
                    demand_id=demand, offer=offer, applied_at=now - timedelta(days=10), state_at=now - timedelta(days=10),
                    live_slot=slot, registered_on=now, **lot(offer.draw_seed, demand),
                )
                for demand in ready
            )  # fmt: skip
            follow(ready)
            made += len(ready)
    return {"logements dont la liste attend": len(offers), "candidatures": made}


def _occupation(scale) -> dict[str, int]:
    """Past sessions that draw charts; tenancies to review, and a session that examines some of them."""
    with acting(SYSTEM):
        landlord = _organisation("landlord")
    return {**sittings.store(landlord), **occupation.begin(landlord)}


def _availability(scale) -> dict[str, int]:
    """Two sources that contradict each other, and what steps took each organisation."""
    with acting(SYSTEM):
        landlord = _organisation("landlord")
    return availability.begin(landlord)


def _flow(scale) -> dict[str, int]:
    """Conventions of the cast's landlord, and whose turn each of its dwellings was."""
    with acting(SYSTEM):
        landlord = _organisation("landlord")
    return flow.begin(landlord)


def _kinds(scale) -> dict[str, int]:
    """What the cast's landlord offers without a commission."""
    with acting(SYSTEM):
        landlord = _organisation("landlord")
    return kinds.begin(landlord)


def _register(scale) -> dict[str, int]:
    return {"demandes du jour": registering.take()}


def connect_systems(scale) -> dict[str, int]:
    """Where a landlord's program may be tried (docs/api)."""
    changes.number()
    with acting(SYSTEM):
        made = [sandbox.connect(_organisation(key), token) for key, token in sandbox.TOKENS.items()]
    return {"systèmes": len(made)}


STEPS = (
    ("bodies", _bodies), ("cast", _cast), ("demands", _demands), ("dwellings", _dwellings), ("offers", _offers), ("candidates", _candidates),
    ("past", _past), ("heroes", _heroes), ("underway", _underway),
    ("several", _several), ("register", _register), ("occupation", _occupation), ("availability", _availability),
    ("flow", _flow), ("kinds", _kinds), ("systems", connect_systems),
)  # fmt: skip
