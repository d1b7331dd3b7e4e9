"""Who a person may act as."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Organisation, Person
from palier.accounts.roles import Role
from palier.common import clock
from palier.territories.models import Epci


def memberships_of(person: Person) -> QuerySet[Membership]:
    """The memberships in force today, oldest first."""
    today = clock.today()
    return (
        Membership.objects.filter(person=person, since__lte=today)
        .filter(Q(until=None) | Q(until__gt=today))
        .select_related("organisation")
        .order_by("pk")
    )


def current_membership(person: Person, chosen: int | None) -> Membership | None:
    """The membership chosen in the session if it still holds, else the first one; None for an applicant.

    `chosen` 0 means that a professional acts as an applicant, for their own demand.
    """
    if chosen == 0:
        return None
    mine = list(memberships_of(person))
    return next((m for m in mine if m.pk == chosen), mine[0] if mine else None)


def organisations(*kinds: str) -> QuerySet[Organisation]:
    """Organisations of these kinds, by name."""
    return Organisation.objects.filter(kind__in=kinds).order_by("name", "pk")


def territories(actor: Actor) -> list[Epci]:
    """The territories that an authority speaks for: its own, or those of its departments; of others, none."""
    body = actor.organisation
    if actor.role != Role.AUTHORITY or body is None:
        return []
    every = (
        Epci.objects.filter(pk=body.epci_id) if body.epci_id else Epci.objects.filter(department__in=body.departments)
    )
    return list(every.order_by("name"))


def agents_of(organisation_id: int, role: str) -> list[Membership]:
    """Who acts for an organisation under a role today, with the person."""
    today = clock.today()
    held = Membership.objects.filter(organisation=organisation_id, role=role, since__lte=today, person__is_active=True)
    return list(held.filter(Q(until=None) | Q(until__gt=today)).select_related("person").order_by("pk"))
