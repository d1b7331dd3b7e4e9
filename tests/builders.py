"""Objects for tests: explicit values, synthetic people, no chance."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Organisation, Person
from palier.accounts.roles import OrganisationKind, Role
from palier.applications.models import Application
from palier.applications.placing import follow
from palier.applications.receipts import lot
from palier.commissions.models import Commission, RulesVersion, Session
from palier.common import clock
from palier.demands.form import Address, Adult, Dependant, Form, Home, Wish, Work, columns
from palier.demands.models import Demand, DemandVersion
from palier.demands.models import Wish as WishRow
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.law.procedure import Rules
from palier.law.products import usual
from palier.territories.models import Commune

CAEN, LISIEUX, ALENCON = "14118", "14366", "61001"
KIND_OF_ROLE = {
    Role.DESK: OrganisationKind.DESK,
    Role.LANDLORD: OrganisationKind.LANDLORD,
    Role.SECRETARY: OrganisationKind.LANDLORD,
    Role.MEMBER: OrganisationKind.LANDLORD,
    Role.RESERVATION_HOLDER: OrganisationKind.ACTION_LOGEMENT,
    Role.EMPLOYER: OrganisationKind.EMPLOYER,
    Role.AUTHORITY: OrganisationKind.AUTHORITY,
    Role.SUPPORT: OrganisationKind.OPERATOR,
    Role.ADMINISTRATOR: OrganisationKind.OPERATOR,
}


class Builder:
    """Makes one of each noun; what a test does not name gets a plain valid value."""

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def next(self) -> int:
        self._next += 1
        return self._next - 1

    def person(self, **fields: Any) -> Person:
        n = self.next()
        fields = {"email": f"personne{n}@exemple.fr", "first_name": "Camille", "last_name": f"Essai{n}", **fields}
        person = Person.objects.create(**fields)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        return person

    def organisation(self, kind: str = OrganisationKind.LANDLORD, **fields: Any) -> Organisation:
        n = self.next()
        return Organisation.objects.create(**{"kind": kind, "name": f"Organisme {n}", "departments": ["14"], **fields})

    def actor(self, role: str, organisation: Organisation | None = None, person: Person | None = None) -> Actor:
        """Someone acting under `role`; applicants have no organisation."""
        person = person or self.person()
        if role == Role.APPLICANT:
            return Actor(role=role, person=person)
        organisation = organisation or self.organisation(KIND_OF_ROLE[Role(role)])
        membership = Membership.objects.create(
            person=person, organisation=organisation, role=role, since=date(2020, 1, 1)
        )
        return Actor(role=role, person=person, membership=membership)

    def form(self, **fields: Any) -> Form:
        """A lone parent with one child, private tenant in Caen, modest wage."""
        defaults: dict[str, Any] = {
            "applicant": Adult(
                last_name="Essai", first_names="Camille", civility="2", birth_date=date(1990, 5, 4), nationality="1",
                family_status="C", phone="0639980001", email="camille@exemple.fr",
                work=Work(contract="CDI", profession="aide-soignante", employer="Clinique d’essai", workplace=CAEN),
                tax={"2024": 15000, "2025": 15400}, resources={"SAL": 1450, "AF": 60},
            ),
            "address": Address(line="1 rue de l’Essai", postcode="14000", commune=CAEN),
            "dependants": (Dependant(first_names="Noa", last_name="Essai", birth_date=date(2018, 3, 2), sex="F"),),
            "home": Home(status="LP", kind="A", type="T1", surface=28, occupants=2, rent=520),
            "motives": ("13",),
            "wish": Wish(types=("T2", "T3"), communes=(CAEN,), max_rent=650),
        }  # fmt: skip
        return Form(**{**defaults, **fields})

    def demand(self, person: Person | None = None, *, form: Form | None = None, **fields: Any) -> Demand:
        n = self.next()
        form = form or self.form()
        first = fields.pop("first_registered_on", date(2025, 3, 10))
        demand = Demand.objects.create(
            **{
                "number": f"014{first:%m%y}{n:06d}PALIE",
                "register_code": "014",
                "department_id": "14",
                "person": person,
                "first_registered_on": first,
                "received_at": clock.now(),
                "expires_on": clock.today() + timedelta(days=200),
                "form": form.to_json(),
                **columns(form),
                **fields,
            }
        )
        DemandVersion.objects.create(demand=demand, revision=1, at=clock.now(), form=form.to_json())
        for rank, code in enumerate(form.wish.communes, start=1):
            WishRow.objects.create(demand=demand, commune_id=code, rank=rank)
        return demand

    def dwelling(self, landlord: Organisation, **fields: Any) -> Dwelling:
        n = self.next()
        defaults = {
            "reference": f"LOG-{n:05d}", "address": f"{n} rue des Essais", "postcode": "14000",
            "commune": Commune.objects.get(code=CAEN), "kind": "flat", "type": "T3", "surface": Decimal("62.0"),
            "floor": 1, "lift": False, "energy_class": "C", "financing": "PLUS", "latitude": 49.18, "longitude": -0.37,
        }  # fmt: skip
        return Dwelling.objects.create(landlord=landlord, **{**defaults, **fields})

    def offer(self, landlord: Organisation | None = None, dwelling: Dwelling | None = None, **fields: Any) -> Offer:
        dwelling = dwelling or self.dwelling(landlord or self.organisation())
        now = clock.now()
        vacancy = Vacancy.objects.create(
            dwelling=dwelling, notice_on=now.date() - timedelta(days=20), available_on=now.date() + timedelta(days=10)
        )
        defaults = {
            "state": "published", "product": usual(dwelling.financing), "rent": Decimal("410.00"), "charges": Decimal("85.00"),
            "published_at": now - timedelta(days=3), "closes_at": now + timedelta(days=11),
            "confirmed_at": now - timedelta(hours=3), "draw_seed": f"{self.next():032x}",
        }  # fmt: skip
        return Offer.objects.create(vacancy=vacancy, dwelling=dwelling, **{**defaults, **fields})

    def rules(self, commission: Commission, **fields: Any) -> RulesVersion:
        """A version of a commission's rules of procedure; what a test does not name is the house's."""
        version = RulesVersion.objects.filter(commission=commission).count() + 1
        defaults = {"version": version, "valid_from": date(2020, 1, 1), "made_at": clock.now(), **asdict(Rules())}
        defaults["reminder_hours"] = list(fields.pop("reminder_hours", defaults["reminder_hours"]))
        return RulesVersion.objects.create(commission=commission, **{**defaults, **fields})

    def session_rules(self, **fields: Any) -> None:
        """Change what every published session keeps of its rules, which no later version reaches."""
        for session in Session.objects.exclude(rules=None).order_by("pk"):
            Session.objects.filter(pk=session.pk).update(rules={**session.rules, **fields})

    def application(self, demand: Demand, offer: Offer, **fields: Any) -> Application:
        now = clock.now()
        defaults = {
            "applied_at": now, "state_at": now, "registered_on": demand.first_registered_on,
            **lot(offer.draw_seed, demand.pk),
        }  # fmt: skip
        made = Application.objects.create(demand=demand, offer=offer, **{**defaults, **fields})
        follow([demand.pk])
        return made
