"""What a signature sets off: proposals, notices to households, warnings, the mayors' information, the first call."""

from __future__ import annotations

from palier.accounts.actor import PALIER, Actor
from palier.allocations.actions.conditions import meet
from palier.allocations.actions.proposing import call_next
from palier.allocations.models import Proposal
from palier.allocations.queries import condition_state, mayors_to_inform
from palier.applications.telling import tell
from palier.commissions.models import Decision, Session
from palier.common import mail
from palier.demands import living
from palier.law import codes


def start(session: Session, actor: Actor) -> None:
    """After signature: one proposal per ranked candidate, everybody told, the first rank of each dwelling called."""
    decisions = (
        Decision.objects.filter(candidate__item__session=session, rank__isnull=False)
        .select_related("candidate__application__offer")
        .order_by("candidate__item__position", "rank")
    )
    for decision in decisions:
        application = decision.candidate.application
        Proposal.objects.get_or_create(
            decision=decision,
            defaults={
                "application": application,
                "offer": application.offer,
                "rank": decision.rank,
                "condition_document": decision.condition_document,
                "condition_due": decision.condition_due,
            },
        )
    _meet_already(session)
    _tell_decisions(session)
    _warn_the_rejected(session)
    inform_mayors(session)
    for offer_id in sorted(session.items.filter(postponed="").order_by("pk").values_list("offer_id", flat=True)):
        call_next(offer_id)


def _tell_decisions(session: Session) -> None:
    """A notice to each household that is not called now: the decision and its grounds wait in its space.

    A mail travels in clear: it names neither the dwelling nor the decision.
    """
    decisions = Decision.objects.filter(candidate__item__session=session).exclude(rank=1)
    for decision in decisions.select_related("candidate__application__offer__dwelling__commune").order_by("pk"):
        tell(decision.candidate.application, "allocation_decided", "La commission d’attribution a rendu sa décision")


def _warn_the_rejected(session: Session) -> None:
    """A rejection is the one decision that may remove a demand: its household is warned, with the register's sub-ground."""
    rejected = Decision.objects.filter(candidate__item__session=session, kind="rejection").select_related(
        "candidate__application", "candidate__item__offer__dwelling__landlord"
    )
    for decision in rejected.order_by("candidate__application__demand"):
        subgrounds = [codes.REJECTION_REASONS[r] for r in decision.reasons if r in codes.REJECTION_REASONS]
        if subgrounds:
            living.warn_of_rejection(
                actor=PALIER,
                demand_id=decision.candidate.application.demand_id,
                subground=subgrounds[0],
                by=decision.candidate.item.offer.dwelling.landlord,
            )


def _meet_already(session: Session) -> None:
    """A document that was accepted between the decision and the signature meets its condition at once."""
    waiting = Proposal.objects.filter(decision__candidate__item__session=session).exclude(condition_document="")
    for proposal in waiting.select_related("application__demand").order_by("pk"):
        if condition_state(proposal) == "accepted":
            meet(proposal)


def inform_mayors(session: Session) -> None:
    """Each mayor who sits for a commune where the session allocated is told (CCH L441-1): how many dwellings, no household."""
    for seat, dwellings in mayors_to_inform(session):
        mail.post(
            to=seat.person.email,
            kind="allocations.mayor",
            subject="Logements attribués dans votre commune",
            template="allocation_mayor",
            context={
                "name": seat.person.first_name,
                "commune": seat.commune.name,
                "dwellings": dwellings,
                "session": session.number,
                "action_path": f"/commission/seances/{session.pk}/attributions/{seat.commune_id}/",
                "action_label": "Voir la liste",
            },
            person=seat.person_id,
        )
