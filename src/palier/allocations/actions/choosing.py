"""The landlord proposes a dwelling by itself, where no commission decides (`law.products`)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.allocations.actions.proposing import end_of, in_words
from palier.allocations.models import HOLDING, Proposal
from palier.allocations.states import PROPOSAL
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.applications.queries import in_order, visible_to
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.homes.models import Offer
from palier.homes.queries import own_offers
from palier.homes.states import OFFER
from palier.law.products import LANDLORD, choosable_from
from palier.territories.queries import setting


@transaction.atomic
def choose(*, actor: Actor, application_id: int, reason: str = "") -> Proposal:
    """Propose the dwelling to a household whose file is admissible. Proposed twice is once.

    Whoever comes before it in the public order is told `reason`, which is then required. Applications close while the
    household answers, within the territory's days; its refusal or silence frees the dwelling for another choice.
    """
    if actor.role != Role.LANDLORD:
        raise NotYours("the landlord chooses for its own dwellings")
    offer_id = visible_to(actor).values_list("offer_id", flat=True).get(pk=application_id)
    offer = locked(own_offers(actor), offer_id)
    application = locked(visible_to(actor), application_id)
    made = Proposal.objects.filter(application=application).first()
    if made is not None:
        return made
    _check(offer, application)
    before = _passed_over(offer, application)
    reason = " ".join(reason.split())
    if before and not reason:
        raise Refused("choose.reason", "Dites pourquoi l’ordre des candidatures n’est pas suivi.", field="reason")
    proposal = _propose(actor, offer, application, reason if before else "")
    for passed in before:
        _tell_passed_over(actor, passed, reason)
    return proposal


def _check(offer: Offer, application: Application) -> None:
    if not offer.terms.direct:
        raise Refused("choose.commission", "La commission décide de ce logement : inscrivez-le à une séance.")
    if application.state != "admissible":
        raise Refused("choose.not_ready", "Le dossier doit d’abord être jugé recevable.")
    if Proposal.objects.filter(offer=offer, state__in=HOLDING).exists():
        raise Refused("choose.held", "Ce logement est déjà proposé à un ménage : attendez sa réponse.")
    until = choosable_from(offer.terms, offer.published_at)
    if until > offer.published_at and clock.now() < until:
        raise Refused("choose.published", f"La vente reste publiée jusqu’au {in_words(until)} avant tout choix.")


def _passed_over(offer: Offer, chosen: Application) -> list[Application]:
    """The candidates who come before the one chosen, in the public order."""
    before = []
    for _, application in in_order(offer):
        if application.pk == chosen.pk:
            break
        before.append(application)
    return before


def _propose(actor: Actor, offer: Offer, application: Application, departure: str) -> Proposal:
    days = setting("choice_answer_days", on=clock.today(), territory=offer.dwelling.commune.department_id)
    answer_by = end_of(clock.today() + timedelta(days=days))
    rank = Proposal.objects.filter(offer=offer).count() + 1
    proposal = Proposal.objects.create(
        application=application, offer=offer, way=LANDLORD, rank=rank, departure=departure
    )
    PROPOSAL.fire(
        proposal, "send", actor=actor, why=departure, data={"rank": rank}, sent_at=clock.now(), answer_by=answer_by
    )
    applications.move(application, "choose", actor=actor, answer_by=in_words(answer_by))
    if offer.state in ("published", "suspended"):
        OFFER.fire(offer, "close", actor=actor)
    until = in_words(answer_by)
    tell(application, "allocation_chosen", f"Votre réponse est attendue avant le {until}", answer_by=until)
    return proposal


def _tell_passed_over(actor: Actor, application: Application, reason: str) -> None:
    application.offer = Offer.objects.select_related("dwelling__commune").get(pk=application.offer_id)
    told = {"application": application.pk, "offer": describe(application.offer), "reason": reason}
    ledger.record(
        verb="applications.pass_over",
        subject=application,
        actor=actor,
        thread=application.demand_id,
        why=reason,
        data=told,
    )
    tell(application, "application_passed_over", "Le bailleur n’a pas suivi l’ordre des candidatures", reason=reason)
