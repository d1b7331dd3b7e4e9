"""After the window: count each dwelling, settle what the votes left equal, send on what had no quorum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from palier.accounts.actor import Actor
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.commissions.business import BUSINESS, communes_of
from palier.commissions.models import AgendaItem, Decision, Session
from palier.commissions.presiding import check_may_decide
from palier.commissions.queries import (
    ballots_of,
    is_over,
    may_postpone,
    recused,
    seats_concerned,
    sessions_for,
    voting_ended,
)
from palier.commissions.recounting import cast_of, result_of
from palier.commissions.rules import rules_of_session
from palier.commissions.states import SESSION
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked, locked_all
from palier.law import ballots as law_ballots


@transaction.atomic
def count(*, actor: Actor, session_id: int) -> Session:
    """Count every dwelling by the commission's rule, once the window is closed; propose each decision.

    Refused as a whole while one dwelling has no quorum: it is first sent to another session. Where votes
    are equal and the mayor's does not settle, no rank is proposed until people do (`settle_ties`).
    """
    session = locked(sessions_for(actor), session_id)
    if session.state == "counted":
        return session
    if not is_over(session, clock.now()):
        waited = "la fin de la fenêtre" if session.digital else "que le vote de chaque logement soit clos"
        raise Refused("session.open", f"La séance n’est pas close : le dépouillement attend {waited}.")
    # Fired first: the secretary reads ballots of a counted session only. A refusal below undoes it.
    SESSION.fire(session, "count", actor=actor, counted_at=clock.now())
    items = list(
        session.items.filter(postponed="")
        .select_related("offer__dwelling__commune", "session__commission")
        .order_by("position", "pk")
    )
    if not items and not any(communes_of(session)):
        raise Refused("count.empty", "Tous les logements sont reportés : annulez cette séance.")
    results = [(item, _count(item)) for item in items]
    _check_quorum(results)
    for item, result in results:
        item.count = result
        item.save(update_fields=["count"])
        _propose_refusals(item)
        if not item.open_ties:
            _propose_ranks(item, result["order"])
    for business in BUSINESS:
        business.count(session, actor)
    return session


def _count(item: AgendaItem) -> dict[str, Any]:
    rules = rules_of_session(item.session)
    out = recused(item)
    voters = [s for s in seats_concerned(item) if s.voting and s.pk not in out]
    # A household that withdrew meanwhile is no candidate any more: ballots are read without it.
    present = item.candidates.filter(application__state="on_agenda").order_by("position", "pk")
    return result_of(
        {
            "rule": rules.counting,
            "quorum": rules.quorum,
            "kinds": dict(rules.quorum_kinds),
            "voters": {str(s.pk): s.capacity for s in voters},
            "casting": next((str(s.pk) for s in voters if s.capacity == "mayor"), None),
            "candidates": {str(c.pk): f"Candidat {c.position}" for c in present},
        },
        [cast_of(ballot) for ballot in ballots_of(item)],
    )


def _check_quorum(results: Sequence[tuple[AgendaItem, dict[str, Any]]]) -> None:
    lacking = [
        f"{describe(item.offer)} ({result['votes']} sur {result['called']}, {_wanted(result)})"
        for item, result in results
        if not result["quorum_reached"]
    ]
    if lacking:
        raise Refused(
            "count.quorum",
            f"Le quorum n’est pas atteint : {' ; '.join(lacking)}. "
            "Reportez ce qui n’a pas réuni assez de votes à une autre séance, puis dépouillez le reste.",
        )


def _wanted(result: dict[str, Any]) -> str:
    """By the number when votes lack, by the kind of members when it is them."""
    if result["votes"] < result["quorum"]:
        return f"il en faut {result['quorum']}"
    return result["quorum_lacks"] or f"il en faut {result['quorum']}"


def _propose_refusals(item: AgendaItem) -> None:
    """Every ground that a ballot gave for it, the most frequent first: a refusal tells them all (CCH L441-2-2)."""
    for key in item.count["refused"]:
        given = Counter(ballot["refused"][key] for ballot in item.count["ballots"] if key in ballot["refused"])
        grounds = sorted(given, key=lambda why: (-given[why], why))
        Decision.objects.create(candidate_id=int(key), kind="non_allocation", reasons=grounds, taken_at=clock.now())


def _propose_ranks(item: AgendaItem, order: Sequence[str]) -> None:
    kind = "ranked" if len(order) > 1 else "allocation"
    for rank, key in enumerate(order, start=1):
        Decision.objects.create(candidate_id=int(key), kind=kind, rank=rank, taken_at=clock.now())


@transaction.atomic
def settle_ties(*, actor: Actor, item_id: int, settlements: Sequence[tuple[Sequence[int], str]]) -> AgendaItem:
    """Write down the order that the commission gives to the candidates its votes left equal, and why.

    By the secretary or the president. One (order, reason) for each open tie, in the order of the count; all of them at once. Then every rank
    of the dwelling is proposed. Sending the same again changes nothing; another order is a decision to change.
    """
    item = AgendaItem.objects.select_related("session").get(pk=item_id)
    session = locked(sessions_for(actor), item.session_id)
    check_may_decide(actor, session)
    item = locked(AgendaItem.objects.filter(session=session), item_id)
    ties = item.count["open_ties"] if item.count else []
    orders = [[str(key) for key in order] for order, _ in settlements]
    written = [
        {"tie": tie, "order": order, "reason": " ".join(reason.split())[:500]}
        for tie, order, (_, reason) in zip(ties, orders, settlements, strict=False)
    ]
    if item.settlements and item.settlements == written:
        return item
    _check_settlements(session, item, orders, written)
    order = law_ballots.settle(item.count["groups"], orders)
    item.settlements = written
    item.save(update_fields=["settlements"])
    _propose_ranks(item, order)
    ledger.record(verb="ties.settle", subject=item, actor=actor, data={"ties": len(ties)})
    return item


def _check_settlements(
    session: Session, item: AgendaItem, orders: Sequence[Sequence[str]], written: Sequence[dict[str, Any]]
) -> None:
    if session.state != "counted":
        raise Refused(
            "session.not_counted", "Les égalités se départagent après le dépouillement et avant la signature."
        )
    if item.settlements:
        raise Refused(
            "ties.settled", "Les égalités de ce logement sont déjà départagées : changez les décisions une par une."
        )
    if not item.open_ties:
        raise Refused("ties.none", "Aucune égalité n’est à départager pour ce logement.")
    if len(orders) != len(item.open_ties):
        raise Refused("ties.missing", "Départagez toutes les égalités de ce logement.")
    for n, row in enumerate(written, start=1):
        if sorted(row["order"]) != sorted(row["tie"]):
            raise Refused("ties.order", "Donnez à chaque candidat à égalité une place différente.", field=f"order_{n}")
        if not row["reason"]:
            raise Refused("ties.reason", "Écrivez pourquoi : le procès-verbal porte cette raison.", field=f"reason_{n}")


@transaction.atomic
def postpone(*, actor: Actor, item_id: int) -> AgendaItem:
    """Send to another session a dwelling that cannot be counted in this one; its candidates are ready again.

    Only once the window is closed, when the quorum lacks or a member asked for a meeting: a vote that may be
    counted is counted. It is a step of the agenda, not one of the five decisions (CCH R441-3).
    """
    item = AgendaItem.objects.select_related("session__commission", "offer__dwelling__commune").get(pk=item_id)
    held = locked_all(Application.objects.filter(candidacies__item=item).select_related("offer__dwelling__commune"))
    session = locked(sessions_for(actor), item.session_id)
    item.postponed, item.closed_at = AgendaItem.objects.values_list("postponed", "closed_at").get(pk=item_id)
    item.session = session
    if item.postponed:
        return item
    if session.state != "published" or not voting_ended(item, clock.now()):
        raise Refused("postpone.when", "Un logement se reporte après la clôture et avant le dépouillement.")
    why = may_postpone(item)
    if not why:
        raise Refused("postpone.quorum", "Le quorum est atteint pour ce logement : ses votes se dépouillent.")
    item.postponed = why
    item.save(update_fields=["postponed"])
    for application in held:
        if application.state == "on_agenda":
            applications.move(application, "take_off_agenda", actor=actor, reason=why)
    ledger.record(verb="agenda.postpone", subject=item, actor=actor, data={"reason": why})
    return item
