"""One mail to each household that came from an older tool, once whatever the number of files: how to find its demand."""

from __future__ import annotations

from palier.common import clock, mail
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.demands.form import Form
from palier.exchanges.takeover.models import TakenDemand, TakeOver
from palier.law import numbers

BLOCK = 200


def progress(tool: str) -> dict[str, int]:
    """How many households of a tool have an address, and how many of them were written to."""
    mailable = TakenDemand.objects.filter(tool=tool, mailable=True)
    return {"to": mailable.count(), "done": mailable.filter(invited_at__isnull=False).count()}


def work(takeover_id: int) -> int:
    """Queue every invitation left, a block in each transaction with its marks; how many were written."""
    written = 0
    while True:
        with as_system("an invitation goes to the address that the demand holds"):
            takeover = locked(TakeOver.objects.all(), takeover_id)
            if takeover.state != "done" or takeover.inviting_since is None:
                return written
            block = list(
                TakenDemand.objects.select_related("demand")
                .filter(tool=takeover.tool, mailable=True, invited_at=None)
                .select_for_update(of=("self",))
                .order_by("pk")[:BLOCK]
            )
            for taken in block:
                written += _invite(takeover, taken)
            TakenDemand.objects.bulk_update(block, ["mailable", "invited_at"])
        if not block:
            return written


def _invite(takeover: TakeOver, taken: TakenDemand) -> int:
    demand = taken.demand
    address = Form.from_json(demand.form).applicant.email
    # Already in somebody's account, or removed meanwhile: there is nothing to find again.
    if demand.person_id is not None or demand.state != "active" or not address:
        taken.mailable = False
        return 0
    taken.invited_at = clock.now()
    mail.post(
        to=address, kind="takeovers.invite", subject="Votre demande de logement social est maintenant dans Palier",
        template="takeover_invite", thread=demand.pk,
        context={
            "number": numbers.parse(demand.number).spaced, "tool": takeover.title,
            "since": demand.first_registered_on, "action_path": "/mon-espace/demande/retrouver/",
            "action_label": "Retrouver ma demande",
        },
    )  # fmt: skip
    return 1
