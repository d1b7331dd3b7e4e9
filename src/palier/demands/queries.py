"""Reads on demands."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.demands.models import Demand, Draft, Notice
from palier.law import calendar
from palier.territories.queries import search_key


def visible_to(actor: Actor) -> QuerySet[Demand]:
    """The first wall; the second is in `policies`. Reservation holders and members reach a demand through
    what they examine, in later apps: the database bounds them there."""
    every = Demand.objects.exclude(state="erased").select_related("department", "person")
    match actor.role:
        case Role.APPLICANT:
            return every.filter(person=actor.person_id)
        case Role.DESK | Role.LANDLORD | Role.SECRETARY | Role.SUPPORT:
            return every.filter(department__in=actor.departments)
        case Role.RESERVATION_HOLDER | Role.SYSTEM:
            return every
    return every.none()


def current_for(person: Person) -> Demand | None:
    """The person's live demand, or the last one removed; None when there is none."""
    mine = Demand.objects.filter(person=person).select_related("department")
    return mine.order_by("state", "-received_at", "-pk").first()


def draft_of(person: Person, demand: Demand | None = None) -> Draft | None:
    """What the person has typed and not registered yet."""
    drafts = Draft.objects.filter(author=person, demand=demand)
    return drafts.filter(for_self=True).first() if demand is None else drafts.first()


def find_by_number(actor: Actor, number: str) -> Demand | None:
    """A demand by its unique number, spaces ignored."""
    return visible_to(actor).filter(number="".join(number.split()).upper()).first()


def find_by_identity(actor: Actor, last_name: str, first_name: str, birth_date: date) -> QuerySet[Demand]:
    """Demands of one person: exact names without accents, and birth date."""
    return (
        visible_to(actor)
        .filter(last_name_key=search_key(last_name), first_name_key=search_key(first_name), birth_date=birth_date)
        .order_by("-received_at", "-pk")
    )


def to_renew(actor: Actor, on: date) -> QuerySet[Demand]:
    """Active demands of the actor's territory whose notice day has come, the nearest end of validity first."""
    last = calendar.add_months(on, calendar.notice_months(on))
    return visible_to(actor).filter(state="active", expires_on__lte=last).order_by("expires_on", "pk")


def warnings(actor: Actor) -> QuerySet[Notice]:
    """Households warned of a removal for no answer or a rejection, the nearest term first."""
    return (
        _open_notices(actor).filter(ground__in=("RADCON", "RADIRR"), sent_on__isnull=False).order_by("removal_on", "pk")
    )


def to_post(actor: Actor) -> QuerySet[Notice]:
    """Letters to households without an account, waiting to be posted: until then no delay runs."""
    return _open_notices(actor).filter(sent_on=None).order_by("made_at", "pk")


def notices(actor: Actor) -> QuerySet[Notice]:
    """Warnings of the demands an actor may see."""
    mine = visible_to(actor).filter(state="active").order_by().values("pk")
    return Notice.objects.filter(demand__in=mine).select_related("demand").order_by("pk")


def _open_notices(actor: Actor) -> QuerySet[Notice]:
    return notices(actor).filter(closed_on=None)


def reactivable(actor: Actor, on: date) -> QuerySet[Demand]:
    """Removed demands that may still come back, the last removed first. Short months: see `Demand.reactivation_until`."""
    renewal, silence = calendar.reactivation_bounds(on)
    window = Q(removal_ground="RADREN", expires_on__gte=renewal) | Q(removal_ground="RADCON", removed_on__gte=silence)
    return visible_to(actor).filter(window, state="removed").order_by("-removed_on", "pk")
