"""Writing in somebody's demand: on what ground a desk does it, and the mandates a household gives.

A change comes from the applicant, from the instructor on the strength of a document, or from a third party that the
applicant mandated (order of 23 March 2015, annex). The ground is in the household's own story, word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands.models import Demand, Mandate
from palier.demands.queries import visible_to
from palier.demands.telling import in_words, tell
from palier.law import calendar

GROUNDS = {
    "present": "Le demandeur est présent, identité vue",
    "writing": "Il l’a demandé par écrit",
    "document": "Une pièce le prouve",
    "mandate": "Une personne mandatée le demande",
}
LONGEST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a desk writes in a demand. `proof`: which writing or document; `mandate`: the key of the one in force."""

    kind: str
    proof: str = ""
    mandate: int | None = None


def in_force(demand: Demand, on: date) -> list[Mandate]:
    """The mandates somebody may use for this household on a day, the first to end first."""
    return list(
        Mandate.objects.filter(demand=demand, ended_on=None, from_on__lte=on, until_on__gte=on).order_by(
            "until_on", "pk"
        )
    )


def words_of(ground: Ground | None, demand: Demand) -> str:
    """The ground as the household reads it. Refused when it is missing, or when the mandate is not in force."""
    if ground is None or ground.kind not in GROUNDS:
        raise Refused("ground.missing", "Dites à la demande de qui, ou sur quelle pièce, vous écrivez.", field="ground")
    if ground.kind in ("writing", "document"):
        if len(ground.proof.strip()) < 4:
            raise Refused("ground.proof", "Indiquez l’écrit ou la pièce : sa nature et sa date.", field="proof")
        return f"{'à votre demande écrite' if ground.kind == 'writing' else 'sur pièce'} ({ground.proof.strip()[:200]})"
    if ground.kind == "mandate":
        held = {m.pk: m for m in in_force(demand, clock.today())}.get(ground.mandate or 0)
        if held is None:
            raise Refused("ground.mandate", "Choisissez un mandat en cours, ou déclarez-le d’abord.", field="mandate")
        return f"à la demande de {held.holder}, que vous avez mandaté"
    return "en votre présence"


@transaction.atomic
def declare(*, actor: Actor, demand_id: int, holder: str, words: str, until_on: date) -> Mandate:
    """A desk records the mandate that a household signed: who, for what, in its own words, until when.

    A year at most. The same mandate declared twice is once.
    """
    if actor.role != Role.DESK:
        raise NotYours("a desk records a mandate it has seen")
    demand = locked(visible_to(actor), demand_id)
    if demand.state != "active":
        raise Refused("demand.removed", "Cette demande n’est plus active.")
    today = clock.today()
    holder, words = holder.strip(), words.strip()
    if not holder:
        raise Refused("mandate.holder", "Indiquez la personne ou la structure mandatée.", field="holder")
    if len(words) < 10:
        raise Refused("mandate.words", "Recopiez ce que le mandat permet, avec ses mots.", field="words")
    if not today <= until_on <= calendar.add_months(today, LONGEST_MONTHS):
        raise Refused("mandate.until", "Un mandat vaut un an au plus, à partir d’aujourd’hui.", field="until_on")
    mandate, new = Mandate.objects.get_or_create(
        demand=demand, holder=holder, words=words, until_on=until_on, ended_on=None,
        defaults={"from_on": today, "declared_at": clock.now(), "declared_by": actor.organisation},
    )  # fmt: skip
    if new:
        told = {"holder": holder, "until": in_words(until_on)}
        ledger.record(verb="mandates.declare", subject=mandate, actor=actor, thread=demand.pk, why=words, data=told)
        tell([demand], "mandate", "Un mandat est déclaré pour votre demande de logement", lambda d: told)
    return mandate


@transaction.atomic
def end(*, actor: Actor, mandate_id: int) -> Mandate:
    """The household, or a desk it asked, ends a mandate; nothing is done under it any more."""
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours("the household ends a mandate, itself or at a desk")
    mandate = Mandate.objects.select_related("demand").get(pk=mandate_id, demand__in=visible_to(actor))
    demand = locked(visible_to(actor), mandate.demand_id)
    mandate.refresh_from_db()
    if mandate.ended_on is None:
        mandate.ended_on = clock.today()
        mandate.save(update_fields=["ended_on"])
        ledger.record(
            verb="mandates.end", subject=mandate, actor=actor, thread=demand.pk, data={"holder": mandate.holder}
        )
    return mandate
