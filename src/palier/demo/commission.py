"""The commission of the cast's landlord: its seats as the law composes them, its rules by date, a stand-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from allauth.account.models import EmailAddress

from palier.accounts.models import Membership, Organisation, Person
from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Commission, RulesVersion, Seat, Session
from palier.commissions.rules import Rules
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.people import BY_KEY
from palier.demo.playing import character, play

CAEN, CAEN_LA_MER = "14118", "200065597"
# key → (first name, last name, capacity, title); those of the cast have their names there.
MEMBERS: dict[str, tuple[str, str, str, str]] = {
    "yves.membre": ("", "", "board", ""),
    "helene.maire": ("", "", "mayor", ""),
    "ines.membre": ("", "", "tenants", ""),
    "denis.membre": ("", "", "board", ""),
    "odile.membre": ("Odile", "Prévost", "board", "Membre désignée par le conseil"),
    "rachid.membre": ("Rachid", "Benamar", "board", "Membre désigné par le conseil"),
    "lucie.membre": ("Lucie", "Garnier", "board", "Membre désignée par le conseil"),
    "etat.membre": ("Anne", "Vasseur", "prefect", "Représentante du préfet"),
    "interco.membre": ("Sylvie", "Le Goff", "epci", "Représentante de la présidence de Caen la mer"),
    "ccas.membre": ("Thomas", "Heuzé", "advisory", "Centre communal d’action sociale"),
}
FIRST = Rules(
    quorum=3, quorum_kinds={"tenants": 1}, reminder_hours=(20, 3), notice_days=3, opens="wed 09:00", closes="thu 13:00"
)
# Voted by the board, in force in some weeks: what a new version changes can be read before it applies.
NEXT = replace(FIRST, quorum=4, tallies="after_own", notice_days=5)


def settle(landlord: Organisation, since: date) -> None:
    """The commission with its seats and its first version; run again, it adds nothing."""
    with acting(SYSTEM):
        commission, _ = Commission.objects.get_or_create(
            landlord=landlord, name=f"Commission d’attribution, {landlord.name}", defaults={"department_id": "14"}
        )
        for key, (first_name, last_name, capacity, title) in MEMBERS.items():
            person = _person(key, first_name, last_name)
            Membership.objects.get_or_create(
                person=person, organisation=landlord, role=Role.MEMBER, defaults={"since": since, "title": title}
            )
            Seat.objects.get_or_create(
                commission=commission, person=person, until=None,
                defaults={
                    "capacity": capacity, "president": key == "yves.membre", "since": since,
                    "title": title or BY_KEY[key].title, "commune_id": CAEN if capacity == "mayor" else None,
                    "epci_id": CAEN_LA_MER if capacity == "epci" else None,
                },
            )  # fmt: skip
        known = RulesVersion.objects.filter(commission=commission).count()
    for number, (rules, valid_from, note) in enumerate(
        (
            (FIRST, since, "Adopté par le conseil, forme numérique approuvée par le préfet."),
            (NEXT, clock.today() + timedelta(days=40), "Voté par le conseil, à la demande des membres."),
        )
    ):
        if known <= number:
            play(
                character("nadia.secretaire"), actions.publish_rules,
                commission_id=commission.pk, rules=rules, valid_from=valid_from, note=note,
            )  # fmt: skip


def _person(key: str, first_name: str, last_name: str) -> Person:
    email = f"{key}@exemple.fr"
    person, _ = Person.objects.get_or_create(
        email=email, defaults={"first_name": first_name, "last_name": last_name, "password": "!"}
    )
    EmailAddress.objects.get_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
    return person


def replace_denis(session: Session) -> None:
    """A member on leave names who sits in his place for this session."""
    denis = character("denis.membre")
    with acting(SYSTEM):
        seat = Seat.objects.get(commission=session.commission_id, person=denis.person_id, until=None)
    play(
        denis, actions.name_stand_in, seat_id=seat.pk, person_id=character("olga.suppleante").person_id,
        session_id=session.pk, reason="Congés",
    )  # fmt: skip
