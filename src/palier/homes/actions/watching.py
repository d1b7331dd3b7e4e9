"""Silence has consequences: reminders to the landlord's agents, then the offer stops taking applications."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from palier.accounts.actor import PALIER
from palier.accounts.models import Membership
from palier.accounts.queries import agents_of
from palier.accounts.roles import Role
from palier.common import clock, mail
from palier.common.isolation import as_system
from palier.common.locks import locked_all
from palier.homes.actions.following import after_pause
from palier.homes.models import Offer
from palier.homes.states import OFFER
from palier.law import freshness
from palier.territories.queries import setting


def _published() -> Iterator[tuple[str, int]]:
    """Each department with published offers, and the hours for which a confirmation holds there."""
    places = Offer.objects.filter(state="published").order_by("dwelling__commune__department")
    for department in places.values_list("dwelling__commune__department", flat=True).distinct():
        yield department, setting("freshness_hours", on=clock.today(), territory=department)


def _published_in(department: str, before: datetime):
    return (
        Offer.objects.filter(state="published", dwelling__commune__department=department, confirmed_at__lt=before)
        .select_related("dwelling__commune", "dwelling__landlord")
        .order_by("pk")
    )


def suspend_stale() -> int:
    """Offers that no landlord confirmed in the territory's delay stop taking applications; candidates are told.

    Run by the worker; each offer's row is held, so that a confirmation made meanwhile is seen.
    """
    suspended = 0
    with as_system("freshness is watched by nobody in particular"):
        for department, hours in list(_published()):
            for offer in locked_all(_published_in(department, freshness.stale_before(clock.now(), hours))):
                OFFER.fire(offer, "suspend", actor=PALIER)
                suspended += 1
                for follow in after_pause:
                    follow(offer)
    return suspended


def remind_landlords() -> int:
    """One mail to each agent of a landlord for all its offers near the end of their delay; how many mails.

    It leaves when one offer is within the territory's notice, and speaks of those within twice that notice too: they
    will not need another.
    """
    with as_system("the agents' addresses are needed to write to them"):
        due: dict[int, list[tuple[datetime, Offer]]] = defaultdict(list)
        urgent: set[int] = set()
        for department, hours in list(_published()):
            notice = setting("freshness_reminder_hours", on=clock.today(), territory=department)
            near = freshness.remind_before(clock.now(), hours, notice)
            wide = freshness.remind_before(clock.now(), hours, 2 * notice)
            for offer in locked_all(_published_in(department, wide).filter(reminded_at=None)):
                due[offer.dwelling.landlord_id].append((freshness.ends_at(offer.confirmed_at, hours), offer))
                if offer.confirmed_at < near:
                    urgent.add(offer.dwelling.landlord_id)
        told = 0
        for landlord in sorted(urgent):
            offers = sorted(due[landlord], key=lambda row: (row[0], row[1].pk))
            Offer.objects.filter(pk__in=[offer.pk for _, offer in offers]).update(reminded_at=clock.now())
            for agent in agents_of(landlord, Role.LANDLORD):
                _remind(agent, offers)
                told += 1
    return told


def _remind(agent: Membership, offers: list[tuple[datetime, Offer]]) -> None:
    mail.post(
        to=agent.person.email,
        kind="homes.freshness",
        subject="Offres à confirmer avant qu’elles ne soient suspendues",
        template="offers_reminder",
        context={
            "name": agent.person.first_name,
            "offers": [(ends, offer.dwelling) for ends, offer in offers],
            "action_path": "/bailleur/offres/confirmer/",
            "action_label": "Tout confirmer",
        },
        person=agent.person_id,
    )
