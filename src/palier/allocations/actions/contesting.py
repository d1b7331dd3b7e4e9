"""A household contests what the commission decided of it (recours gracieux).

Recorded, told to the secretary and the president with the day by which to answer. It holds nobody else back: only a
person may suspend what follows for the dwelling, with a reason, and lift it. A signed decision never changes.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Membership
from palier.accounts.roles import Role
from palier.allocations.actions.proposing import call_next, in_days
from palier.allocations.models import Contest, Proposal
from palier.allocations.queries import contests
from palier.allocations.states import OUTCOMES
from palier.applications.queries import visible_to as visible_applications
from palier.applications.telling import tell
from palier.commissions.models import Candidate, Seat
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.homes.models import Offer
from palier.law import calendar
from palier.territories.queries import setting

_ANSWER = (Role.SECRETARY, Role.MEMBER)


@transaction.atomic
def contest(*, actor: Actor, application_id: int, text: str) -> Contest:
    """The household says what is wrong; once for one decision. Nothing of the dwelling stops."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household contests for itself")
    text = text.strip()
    application = locked(visible_applications(actor), application_id)
    made = Contest.objects.filter(application=application).first()
    if made is not None:
        return made
    if len(text) < 10:
        raise Refused("contest.text", "Dites en une phrase ce qui est faux ou ce qui a changé.", field="text")
    with as_system("the decision of one's own application: its table is closed to households"):
        candidate = (
            Candidate.objects.filter(application=application, item__session__state="signed", decision__isnull=False)
            .select_related("item__session__commission")
            .first()
        )
        months = setting("contest_answer_months", on=clock.today(), territory=application.demand.department_id)
    if candidate is None:
        raise Refused("contest.none", "La commission n’a pas rendu de décision sur cette candidature.")
    answer_by = calendar.add_months(clock.today(), months)
    made = Contest.objects.create(application=application, text=text[:1000], at=clock.now(), answer_by=answer_by)
    ledger.record(
        verb="contests.make", subject=made, actor=actor, thread=application.demand_id,
        data={"application": application.pk, "answer_by": in_days(answer_by)},
    )  # fmt: skip
    _tell_those_who_answer(candidate, answer_by)
    return made


def _tell_those_who_answer(candidate: Candidate, answer_by: date) -> None:
    """Neither the household nor its words travel by mail."""
    session = candidate.item.session
    with as_system("the secretary and the president are told by mail; the household never reads their addresses"):
        landlord = session.commission.landlord_id
        desk = Membership.objects.filter(organisation=landlord, role=Role.SECRETARY, until=None).select_related(
            "person"
        )
        people = {m.person_id: (m.person, "/bailleur/contestations/") for m in desk.order_by("pk")}
        seats = Seat.objects.filter(commission=session.commission_id, president=True, until=None).select_related(
            "person"
        )
        for seat in seats.order_by("pk"):
            people.setdefault(seat.person_id, (seat.person, "/commission/contestations/"))
        for person, path in people.values():
            mail.post(
                to=person.email,
                kind="allocations.contested",
                subject=f"Une décision de la séance {session.number} est contestée",
                template="allocation_contested",
                context={
                    "name": person.first_name, "session": session.number, "answer_by": in_days(answer_by),
                    "action_path": path, "action_label": "Lire et répondre",
                },
                person=person.pk,
            )  # fmt: skip


def _held(actor: Actor, contest_id: int) -> Contest:
    """The contest, locked after its dwelling."""
    if actor.role not in _ANSWER:
        raise NotYours("the secretary or the president answers")
    seen = contests(actor).get(pk=contest_id)
    with as_system("a dwelling is held while somebody suspends or frees what follows"):
        locked(Offer.objects.all(), seen.application.offer_id)
    return locked(contests(actor), contest_id)


@transaction.atomic
def answer(*, actor: Actor, contest_id: int, outcome: str, text: str) -> Contest:
    """Answer with reasons. The same answer twice is once; an answer given stays. A suspension ends with it."""
    made = _held(actor, contest_id)
    text = text.strip()[:1000]
    if made.answered_at:
        if (made.outcome, made.answer) == (outcome, text):
            return made
        raise Refused("contest.answered", "Cette contestation a déjà reçu sa réponse.")
    if outcome not in OUTCOMES:
        raise Refused("contest.outcome", "Choisissez la réponse.", field="outcome")
    if len(text) < 10:
        raise Refused("contest.answer", "Répondez en disant pourquoi : le ménage lit ces mots.", field="text")
    made.outcome, made.answer, made.answered_at, made.answered_by = outcome, text, clock.now(), actor.person
    made.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    ledger.record(
        verb="contests.answer", subject=made, actor=actor, thread=made.application.demand_id,
        data={"application": made.application_id, "outcome": OUTCOMES[outcome]},
    )  # fmt: skip
    tell(made.application, "allocation_contest_answered", "Une réponse à votre contestation")
    if made.suspends:
        _resume(made, actor)
    return made


@transaction.atomic
def suspend(*, actor: Actor, contest_id: int, reason: str) -> Contest:
    """Hold what follows for the dwelling: no next call, no silence counted, no lease, until it is lifted or answered."""
    made = _held(actor, contest_id)
    reason = reason.strip()[:500]
    if made.suspends:
        return made
    if made.answered_at or made.resumed_at:
        raise Refused("contest.over", "Cette contestation ne peut plus suspendre le logement.")
    if len(reason) < 10:
        raise Refused("contest.reason", "Dites pourquoi les autres ménages doivent attendre.", field="reason")
    made.suspended_at, made.suspended_by, made.suspension = clock.now(), actor.person, reason
    made.save(update_fields=["suspended_at", "suspended_by", "suspension"])
    ledger.record(verb="contests.suspend", subject=made, actor=actor, data={"reason": reason})
    return made


@transaction.atomic
def resume(*, actor: Actor, contest_id: int) -> Contest:
    """Lift the suspension: households that were waited for get back the days it took, and the next rank is called."""
    made = _held(actor, contest_id)
    if made.suspends:
        _resume(made, actor)
    return made


def _resume(made: Contest, actor: Actor) -> None:
    offer = made.application.offer_id
    made.resumed_at = clock.now()
    made.save(update_fields=["resumed_at"])
    lasted = timedelta(days=max(1, (made.resumed_at - made.suspended_at).days + 1))
    with as_system("the delays of the households of this dwelling grow by what the suspension took"):
        for proposal in Proposal.objects.filter(offer=offer, state__in=["waiting", "sent", "accepted"]).order_by("pk"):
            if proposal.state == "sent":
                proposal.answer_by += lasted
            if proposal.awaits_document:
                proposal.condition_due += lasted
            proposal.save(update_fields=["answer_by", "condition_due"])
    ledger.record(verb="contests.resume", subject=made, actor=actor, data={})
    call_next(offer)
