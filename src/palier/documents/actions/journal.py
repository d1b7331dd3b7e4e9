"""The reading journal: who opened a dossier, when and why."""

from __future__ import annotations

from django.http import HttpRequest

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.appending import append
from palier.common.isolation import acting
from palier.demands.models import Demand
from palier.documents.models import Reading


def note_reading(request: HttpRequest, *, demand: Demand, what: str, why: str) -> None:
    """Journal that the person behind `request` opens a dossier, once the page is ready.

    A GET may not write, so the entry is written in a transaction of its own right after it; if that
    fails the page fails too: nothing is shown that is not journaled. `what` and `why` are French words
    for the household ("Pièce : avis d’impôt", "Vérification des pièces").
    """
    actor = request.actor
    if actor.role == Role.APPLICANT and demand.person_id == actor.person_id:
        return
    entry = Reading(
        demand=demand, at=clock.now(), person=actor.person_id, role=actor.role, organisation=actor.organisation_id,
        signature=actor.signature, what=what[:60], why=why[:200],
    )  # fmt: skip

    def write() -> None:
        with acting(actor.scope):
            append(entry)

    request.after_transaction = [*getattr(request, "after_transaction", ()), write]
