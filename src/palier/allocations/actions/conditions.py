"""A conditional allocation (CCH R441-3): the awaited document comes and is accepted, or its delay passes.

When it comes and the conditions still hold, the landlord must sign. When the delay passes without it the allocation ends,
which is no refusal by the household, and the next rank is called.
"""

from __future__ import annotations

from palier.accounts.actor import PALIER
from palier.allocations.actions.proposing import call_next, in_days
from palier.allocations.models import Proposal
from palier.allocations.queries import condition_state, conditions_over, suspended
from palier.allocations.states import PROPOSAL
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.demands.models import Demand
from palier.homes.models import Offer
from palier.law import codes


def meet_conditions(demand: Demand) -> None:
    """After a document was checked: the conditions that it meets are met, and the household and its landlord told."""
    with as_system("whoever checks a document may not see what the household was allocated"):
        waiting = Proposal.objects.filter(
            application__demand=demand, state__in=["waiting", "sent", "accepted"], condition_met_at=None
        ).exclude(condition_document="")
        for found in waiting.order_by("offer", "pk"):
            locked(Offer.objects.all(), found.offer_id)
            proposal = locked(Proposal.objects.select_related("application__demand"), found.pk)
            if proposal.awaits_document and condition_state(proposal) == "accepted":
                meet(proposal)


def meet(proposal: Proposal) -> None:
    """Write that the condition is met; the rows are held by the caller."""
    proposal.condition_met_at = clock.now()
    proposal.save(update_fields=["condition_met_at"])
    document = codes.label("document", proposal.condition_document)
    ledger.record(
        verb="proposals.meet_condition", subject=proposal, actor=PALIER, thread=proposal.application.demand_id,
        data={"application": proposal.application_id, "document": document},
    )  # fmt: skip
    tell(proposal.application, "allocation_condition_met", "La pièce attendue est acceptée")


def fail_overdue() -> int:
    """End the conditional allocations whose document did not come in time, and call the next ranks. By the worker.

    A document given in time and not checked yet ends nothing: the household is not answerable for the check. Nor does a
    dwelling that a contest suspends.
    """
    with as_system("a delay that passes is recorded by nobody in particular"):
        late = list(conditions_over(clock.today()).values_list("pk", "offer_id"))
    ended = 0
    for proposal_id, offer_id in late:
        with as_system("a delay that passes is recorded by nobody in particular"):
            locked(Offer.objects.all(), offer_id)
            application_id = Proposal.objects.values_list("application_id", flat=True).get(pk=proposal_id)
            application = locked(Application.objects.select_related("offer__dwelling__commune"), application_id)
            proposal = locked(Proposal.objects.select_related("application__demand"), proposal_id)
            over = conditions_over(clock.today()).filter(pk=proposal_id).exists()
            if not over or suspended(offer_id) or condition_state(proposal) != "missing":
                continue
            _fail(proposal, application)
            call_next(offer_id)
            ended += 1
    return ended


def _fail(proposal: Proposal, application: Application) -> None:
    document, due = codes.label("document", proposal.condition_document), in_days(proposal.condition_due)
    PROPOSAL.fire(proposal, "fail_condition", actor=PALIER, data={"document": document})
    reason = f"La pièce attendue n’a pas été remise avant le {due} : {document.lower()}"
    applications.end(
        application, "fail_condition", actor=PALIER, reason=reason, words={"document": document, "due": due}
    )
    tell(application, "allocation_unmet", "Le délai pour remettre la pièce attendue est passé")
