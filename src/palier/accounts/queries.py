"""Who a person may act as."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from palier.accounts.actor import Actor
from palier.accounts.models import Invitation, Membership, Organisation, Person
from palier.accounts.roles import Role
from palier.common import clock
from palier.territories.models import Epci


def memberships_of(person: Person) -> QuerySet[Membership]:
    """The memberships in force today, oldest first."""
    return _in_force(Membership.objects.filter(person=person).select_related("organisation"))


def _in_force(held: QuerySet[Membership]) -> QuerySet[Membership]:
    today = clock.today()
    return held.filter(Q(until=None) | Q(until__gt=today), since__lte=today).order_by("pk")


def current_membership(person: Person, chosen: int | None) -> Membership | None:
    """The membership chosen in the session if it still holds, else the first one; None for an applicant.

    `chosen` 0 means that a professional acts as an applicant, for their own demand.
    """
    if chosen == 0:
        return None
    mine = list(memberships_of(person))
    return next((m for m in mine if m.pk == chosen), mine[0] if mine else None)


def colleagues(actor: Actor) -> QuerySet[Membership]:
    """Who acts today for the actor's organisation under the same role, oldest first."""
    return _acting_for(actor.organisation_id, actor.role)


def _acting_for(organisation_id: int | None, role: str) -> QuerySet[Membership]:
    return _in_force(Membership.objects.filter(organisation=organisation_id, role=role).select_related("person"))


def agents_of(organisation_id: int, role: str) -> list[Membership]:
    """Who may be written to of what an organisation has to do under a role: those who act for it, with an account in use."""
    return list(_acting_for(organisation_id, role).filter(person__is_active=True))


def former_colleagues(actor: Actor) -> QuerySet[Membership]:
    """Those whose access has ended, the latest first."""
    ended = Membership.objects.filter(organisation=actor.organisation_id, role=actor.role, until__lte=clock.today())
    return ended.select_related("person").order_by("-until", "-pk")


def sent_by(actor: Actor) -> QuerySet[Invitation]:
    """The invitations of the actor's organisation, under the actor's role."""
    return Invitation.objects.filter(organisation=actor.organisation_id, role=actor.role).select_related("invited_by")


def invitations_for(actor: Actor) -> QuerySet[Invitation]:
    """The invitations sent to the addresses that a person proved, whoever sent them."""
    proved = EmailAddress.objects.filter(user=actor.person_id, verified=True).order_by("pk")
    lowered = [address.lower() for address in proved.values_list("email", flat=True)]
    every = Invitation.objects.annotate(address=Lower("email")).filter(address__in=lowered)
    return every.select_related("organisation").order_by("-invited_at", "-pk")


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
