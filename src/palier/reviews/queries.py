"""Reads on tenancies and reviews: what is due, what is found, what a session examines, who has spoken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions.business import concerns
from palier.commissions.models import Seat, Session
from palier.commissions.queries import sessions_for
from palier.common import clock
from palier.common.isolation import as_system
from palier.law.calendar import add_months
from palier.law.occupancy_review import quarter
from palier.law.parameters import parameter_set
from palier.reviews.models import Examination, Review, StepOut, Tenancy, Voice
from palier.territories.models import Commune
from palier.territories.queries import setting


def tenancies_of(actor: Actor) -> QuerySet[Tenancy]:
    """A landlord's tenancies; a tenant's own."""
    every = Tenancy.objects.select_related("dwelling__commune", "landlord")
    if actor.role in (Role.LANDLORD, Role.SECRETARY):
        return every.filter(landlord=actor.organisation_id)
    if actor.role == Role.APPLICANT:
        return every.filter(person=actor.person_id)
    return every.none()


def reviews_of(actor: Actor) -> QuerySet[Review]:
    """Reviews of the tenancies an actor may see."""
    return Review.objects.filter(tenancy__in=tenancies_of(actor).order_by().values("pk")).select_related(
        "tenancy__dwelling__commune", "tenancy__landlord"
    )


def due(actor: Actor, on: date) -> QuerySet[Tenancy]:
    """Tenancies whose triennial day falls by the end of this quarter and whose review has not begun.

    In tense zones only (CCH L442-5-2). What an earlier quarter left undone is still due.
    """
    last = quarter(on).last
    rule = parameter_set("occupancy_review", on=on).values
    before = add_months(last, -12 * rule["years"])
    named = {
        code for department in actor.departments for code in setting("tense_communes", on=on, territory=department)
    }
    tense = Q(dwelling__commune__rent_zone__in=rule["zones"]) | Q(dwelling__commune__in=sorted(named))
    begun = Review.objects.filter(due_on__gt=before).values("tenancy")
    return (
        tenancies_of(actor)
        .filter(tense, ended_on=None, signed_on__lte=before)
        .exclude(pk__in=begun)
        .order_by("signed_on", "pk")
    )


def own_reviews(actor: Actor) -> list[Review]:
    """A tenant's reviews, the latest first."""
    return list(reviews_of(actor).exclude(state="cancelled").order_by("-due_on", "-pk").prefetch_related("steps"))


def examinations_for(actor: Actor, session: Session) -> QuerySet[Examination]:
    """What an actor examines in a session: a member what concerns the seat and was not stepped out of."""
    held = Examination.objects.filter(session=session).select_related("session__commission").order_by("position", "pk")
    if actor.role == Role.MEMBER:
        return held.filter(pk__in=reviewed_by(actor).values("pk"))
    return held if actor.role in (Role.LANDLORD, Role.SECRETARY) else held.none()


def reviewed_by(actor: Actor) -> QuerySet[Examination]:
    """What a member examines in every session: the seat is called there, and did not step out.

    Asked of the database's own function: a member reads no tenancy, hence not where its dwelling is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT examination FROM palier_reviewed(%s)", [actor.person_id])
        return Examination.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()])


def examination_for(actor: Actor, pk: int) -> Examination:
    """One of them; DoesNotExist for whoever may not see it."""
    session_id = Examination.objects.values_list("session_id", flat=True).get(pk=pk)
    return examinations_for(actor, sessions_for(actor).get(pk=session_id)).get(pk=pk)


def commune_of(examination: Examination) -> Commune:
    """The commune of the dwelling, from the frozen facts: a member reads no tenancy."""
    return Commune.objects.get(pk=examination.facts["commune"])


def turnouts(examinations: Sequence[Examination]) -> dict[int, dict[str, int]]:
    """examination → how many seats are called and have spoken; never what they said. Of one session."""
    if not examinations:
        return {}
    commission = examinations[0].session.commission_id
    communes = Commune.objects.in_bulk({e.facts["commune"] for e in examinations})
    out, spoken = defaultdict(set), defaultdict(set)
    with as_system("how many have spoken or stepped out is public to the session, what they said is not"):
        seats = list(Seat.objects.filter(commission=commission, until=None).order_by("pk"))
        for key, seat in StepOut.objects.filter(examination__in=examinations).values_list("examination", "seat"):
            out[key].add(seat)
        for key, seat in Voice.objects.filter(examination__in=examinations).values_list("examination", "seat"):
            spoken[key].add(seat)
    found = {}
    for e in examinations:
        called = {s.pk for s in seats if s.voting and concerns(s, communes[e.facts["commune"]])} - out[e.pk]
        found[e.pk] = {"called": len(called), "voted": len(called & spoken[e.pk]), "recused": len(out[e.pk])}
    return found


def preparing(actor: Actor) -> QuerySet[Session]:
    """The sessions on whose agenda a situation may still be put."""
    return sessions_for(actor).filter(state="preparing", closes_at__gt=clock.now()).order_by("opens_at", "pk")
