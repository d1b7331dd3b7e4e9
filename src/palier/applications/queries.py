"""Reads on applications: what an actor may see, ranks, and the household's own offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.applications.models import Application, Instruction, SeenRank, Shortlist
from palier.applications.states import LIVE
from palier.demands.models import Demand
from palier.homes.models import Offer
from palier.law.moves import Move, Rival, Standing, explain
from palier.law.products import DIRECT, Applied, Placed, order
from palier.law.workload import Handled, Load, loads

# Over which days the work of agents is counted: a page for those who share it, no figure of the law.
WORKLOAD_DAYS = 90


@dataclass(frozen=True, slots=True)
class Rank:
    """One live candidate's place: `position` from 1 among `of`."""

    application_id: int
    demand_id: int
    points: Decimal
    registered_on: date
    position: int
    of: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a household stands, or would stand, among an offer's live candidates: `ahead` of them come before it.

    Exact to the draw: whoever has the same points and the same day of registration is not counted as ahead.
    """

    candidates: int
    ahead: int

    @property
    def position(self) -> int:
        return self.ahead + 1

    @property
    def among(self) -> int:
        """How many there would be with one more household."""
        return self.candidates + 1


def visible_to(actor: Actor) -> QuerySet[Application]:
    """The applications an actor may see: one's own; those on one's dwellings or held offers; a desk's department."""
    every = Application.objects.select_related("offer__dwelling__commune", "offer__dwelling__landlord", "demand")
    match actor.role:
        case Role.APPLICANT:
            return every.filter(demand__person=actor.person_id)
        case Role.LANDLORD | Role.SECRETARY:
            return every.filter(offer__dwelling__landlord=actor.organisation_id)
        case Role.RESERVATION_HOLDER:
            return every.filter(offer__holder=actor.organisation_id)
        case Role.DESK | Role.SUPPORT:
            return every.filter(demand__department__in=actor.departments)
        case Role.SYSTEM:
            return every
    return every.none()


def of_demand(demand: Demand) -> QuerySet[Application]:
    """A household's applications, newest first."""
    return (
        Application.objects.filter(demand=demand)
        .select_related("offer__dwelling__commune", "offer__dwelling__landlord")
        .order_by("-applied_at", "-pk")
    )


def live_of(demand: Demand) -> QuerySet[Application]:
    """The household's live applications."""
    return of_demand(demand).filter(state__in=LIVE)


class Live(NamedTuple):
    """A live application of the household, by its keys."""

    pk: int
    offer_id: int


def live_place(demand: Demand) -> Live | None:
    """The household's last live application, for pages that only have to name it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT application_id, offer_id FROM palier_live(%s) LIMIT 1", [demand.pk])
        row = cursor.fetchone()
    return Live(*row) if row else None


def ranks(offer_id: int) -> list[Rank]:
    """Every live candidate of an offer in order, counted by the database over rows the actor may not see."""
    return _ranks("palier_ranks(%s) ORDER BY rank", offer_id)


def own_rank(application: Application) -> Rank | None:
    """The application's own place now; None once it is no longer live, or where points order nothing."""
    if application.offer.terms.direct:
        return None
    return next(iter(_ranks("palier_own_ranks(%s)", [application.pk])), None)


def own_ranks(applications: Iterable[Application]) -> dict[int, Rank]:
    """application → its place now, for those that are live: one question to the database however many they are."""
    live = [a.pk for a in applications if a.state in LIVE and not a.offer.terms.direct]
    return {rank.application_id: rank for rank in _ranks("palier_own_ranks(%s)", live)} if live else {}


@dataclass(frozen=True, slots=True)
class Queued:
    """A candidate's place in the order of a landlord's choice (`law.products`), among those still live.

    `held`: the landlord has proposed the dwelling to another one, whose answer comes first.
    """

    position: int
    of: int
    held: bool


def own_turn(application: Application) -> Queued | None:
    """The application's own place where the landlord chooses; None once it is no longer live, or where points order."""
    if not application.offer.terms.direct:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, among, held FROM palier_own_turn(%s)", [application.pk])
        row = cursor.fetchone()
    return Queued(*row) if row else None


def in_order(offer: Offer) -> list[tuple[Placed, Application]]:
    """The live candidates of a landlord's own choice in the public order, each with why it comes before the next."""
    live = Application.objects.filter(offer=offer, state__in=LIVE).select_related("demand").order_by("pk")
    held = {application.pk: application for application in live}
    placed = order(offer.terms, (Applied(a.pk, a.applied_at, a.priority) for a in held.values()))
    return [(one, held[one.key]) for one in placed]


def _ranks(source: str, value: int | list[int]) -> list[Rank]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT application_id, demand_id, points, registered, rank, among FROM {source}", [value])
        return [Rank(*row) for row in cursor.fetchall()]


def places(demand: Demand, offer_ids: Sequence[int]) -> dict[int, Place]:
    """offer → the household's place there, applied or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT offer_id, candidates, ahead FROM palier_places(%s, %s)", [demand.pk, list(offer_ids)])
        return {offer: Place(candidates, ahead) for offer, candidates, ahead in cursor.fetchall()}


def last_seen(application: Application, today: date) -> SeenRank | None:
    """How the household last found its place on a day before this one."""
    return SeenRank.objects.filter(application=application, on__lt=today).order_by("-on").first()


def move_since(application: Application, seen: SeenRank, rank: Rank, why: str = "") -> Move:
    """Why the place is no longer the one seen; `why`: what moved the household's own points since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT points, registered, draw, joined, gone FROM palier_rivals(%s, %s)", [application.pk, seen.at]
        )
        rivals = [Rival(Standing(*row[:3]), *row[3:]) for row in cursor.fetchall()]
    then = Standing(seen.points, seen.registered_on, application.draw)
    return explain(seen.position, then, Standing(rank.points, rank.registered_on, application.draw), rivals, why)


def latest_shortlist(offer_id: int) -> Shortlist | None:
    """The last shortlist of an offer, with its entries and their applications."""
    return (
        Shortlist.objects.filter(offer=offer_id)
        .prefetch_related("entries__application__demand")
        .order_by("-made_at", "-pk")
        .first()
    )


def lists_of(offer: Offer) -> dict[str, Shortlist | None]:
    """`shortlist`: the list an offer stands on; `former`: the one nobody took, while it takes applications again."""
    last = latest_shortlist(offer.pk)
    open_again = offer.state in ("published", "suspended")
    return {"shortlist": None if open_again else last, "former": last if open_again else None}


def waiting_files(actor: Actor, whose: str = "") -> QuerySet[Application]:
    """The files that wait for the landlord's answer, the oldest first; `whose`: « mine », « free » (nobody took) or all."""
    files = visible_to(actor).filter(state="sent").select_related("instruction__taken_by").order_by("state_at", "pk")
    if whose == "mine":
        return files.filter(instruction__taken_by=actor.person_id)
    if whose == "free":
        return files.filter(Q(instruction=None) | Q(instruction__taken_by=None))
    return files


def neighbours(actor: Actor, application: Application) -> tuple[int | None, int | None]:
    """The files before and after one in the queue, whether or not it still waits; None at an end."""
    keys = list(waiting_files(actor).values_list("state_at", "pk"))
    here = (application.state_at, application.pk)
    before, after = [pk for at, pk in keys if (at, pk) < here], [pk for at, pk in keys if (at, pk) > here]
    return (before[-1] if before else None, after[0] if after else None)


def workload(actor: Actor, *, now: datetime) -> list[Load]:
    """The landlord's examination by agent: what waits, what was answered over `WORKLOAD_DAYS`, the median days."""
    waiting = waiting_files(actor).values_list("instruction__taken_by", "state_at")
    since = now - timedelta(days=WORKLOAD_DAYS)
    held = Instruction.objects.filter(application__offer__dwelling__landlord=actor.organisation_id)
    # What a landlord's system answered is nobody's work.
    done = held.filter(answered_at__gte=since, answered_by__isnull=False).order_by("pk")
    done = done.values_list("answered_by", "received_at", "answered_at")
    return loads(
        [*(Handled(agent, at, None) for agent, at in waiting), *(Handled(*row) for row in done)], since=since, now=now
    )


def for_commission(actor: Actor) -> QuerySet[Application]:
    """The files that a commission may examine: admissible, of social dwellings."""
    return visible_to(actor).filter(state="admissible").exclude(offer__product__in=DIRECT)


def to_instruct(actor: Actor) -> QuerySet[Application]:
    """Files sent to the actor's organisation and not yet ready for a commission, the oldest first."""
    return visible_to(actor).filter(Q(state="sent") | Q(state="admissible")).order_by("state_at", "pk")
