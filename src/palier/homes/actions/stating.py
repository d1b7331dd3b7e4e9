"""What a landlord says of its offers: still available, let elsewhere, withdrawn; by form, by file or by its system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.common.templatetags.palier_words import moment
from palier.homes.actions.following import after_end, after_resume
from palier.homes.actions.offering import check_landlord
from palier.homes.models import SAYS, VIAS, AvailabilityStatement, Contradiction, Offer, Vacancy
from palier.homes.queries import own_offers
from palier.homes.states import ENDED, OFFER
from palier.law import freshness
from palier.law.freshness import Effect, Statement
from palier.territories.queries import setting

# What the candidates read when nobody wrote another reason.
REASONS = {"let": "il a été loué en dehors de Palier", "withdrawn": "le bailleur l’a retiré"}
# Called with an offer and what is said of it; a later app answers with what it knows to the contrary, in words, or "".
opposing: list[Callable[[Offer, str], str]] = []


@transaction.atomic
def state_availability(
    *, actor: Actor, offer_id: int, says: str, stated_at: datetime, via: str, reason: str = ""
) -> AvailabilityStatement:
    """A landlord's dated statement on its offer; returned with what it did (`effect`, `freed`).

    Repeated, it is recorded once and does nothing more. Older than what is known, it is recorded and changes nothing.
    Contradicting another source, it opens a contradiction that a person settles, and changes nothing before.
    "let" and "withdrawn" end the offer and free every live candidate; `reason` is what they read.
    Refused: an unknown word, a date to come, a draft.
    """
    check_landlord(actor)
    _check(says, stated_at, via)
    offer = locked(own_offers(actor), offer_id)
    same = {"offer": offer, "organisation": actor.organisation, "says": says, "at": stated_at, "via": via}
    said = AvailabilityStatement.objects.filter(**same).first()
    if said is not None:
        return said
    if offer.state == "draft":
        raise Refused("statement.draft", "Cette offre n’est pas publiée : publiez-la d’abord.")
    effect, against = _read(offer, Statement(says, stated_at, via))
    freed = 0
    if effect == Effect.APPLIED:
        effect, freed = apply(actor=actor, offer=offer, says=says, at=stated_at, via=via, reason=reason)
    said = AvailabilityStatement.objects.create(**same, received_at=clock.now(), effect=effect.value, freed=freed)
    if effect == Effect.CONTRADICTS:
        _dispute(actor, said, against)
    return said


def _check(says: str, stated_at: datetime, via: str) -> None:
    if says not in SAYS:
        raise Refused("statement.says", "Dites : disponible, loué ou retiré.", field="says")
    if via not in VIAS:
        raise Refused("statement.via", "Canal inconnu.", field="via")
    if stated_at > clock.now() + freshness.DRIFT:
        raise Refused("statement.future", "Cette déclaration est datée dans l’avenir.", field="stated_at")


def _read(offer: Offer, new: Statement) -> tuple[Effect, str]:
    """The law's reading of a statement, and what it contradicts, in words."""
    ended = offer.state in ENDED
    if ended and new.via == freshness.FORM and new.says == freshness.AVAILABLE:
        raise Refused(
            "statement.ended", f"Ce n’est plus possible : l’état est maintenant « {OFFER.states[offer.state].label} »."
        )
    known = _known(offer)
    hours = setting("contradiction_hours", on=clock.today(), territory=offer.dwelling.commune.department_id)
    disputed = Contradiction.objects.filter(offer=offer, state="open").exists()
    effect = freshness.read(new, known, ended=ended, disputed=disputed, close=timedelta(hours=hours))
    words = next((found for ask in opposing if (found := ask(offer, new.says))), "")
    if words and effect in (Effect.APPLIED, Effect.CONTRADICTS):
        return Effect.CONTRADICTS, words
    return effect, _in_words(_opposite(new, known)) if effect == Effect.CONTRADICTS else ""


def _known(offer: Offer) -> list[Statement]:
    """The last applied statement of each channel; an offer without any was confirmed on the day its row says."""
    rows = AvailabilityStatement.objects.filter(offer=offer, effect=Effect.APPLIED.value)
    last = rows.order_by("via", "-at", "-pk").distinct("via")
    found = [Statement(one.says, one.at, one.via) for one in last]
    return found or [Statement(freshness.AVAILABLE, offer.confirmed_at, offer.confirmed_via)]


def _opposite(new: Statement, known: list[Statement]) -> Statement:
    """The latest statement that says the contrary; the latest of all when none does."""
    others = [one for one in known if (one.says == freshness.AVAILABLE) != (new.says == freshness.AVAILABLE)]
    return max(others or known, key=lambda one: one.at)


def _in_words(one: Statement) -> str:
    return f"{SAYS[one.says]} {VIAS[one.via]} le {moment(one.at)}"


def _dispute(actor: Actor, said: AvailabilityStatement, against: str) -> None:
    """Open a contradiction; the one already open for the offer stands for all that is said meanwhile."""
    made, new = Contradiction.objects.get_or_create(
        offer=said.offer,
        state="open",
        defaults={"statement": said, "against": against, "opened_at": clock.now()},
    )
    if new:
        words = _in_words(Statement(said.says, said.at, said.via))
        ledger.record(verb="contradictions.open", subject=made, actor=actor, data={"said": words, "against": against})


def apply(*, actor: Actor, offer: Offer, says: str, at: datetime, via: str, reason: str = "") -> tuple[Effect, int]:
    """Do what a statement says to an offer, locked by the caller; what it did, and how many candidates it freed."""
    if says == freshness.AVAILABLE:
        return _uphold(actor, offer, at, via), 0
    why = reason or REASONS[says]
    if says == "let":
        OFFER.fire(offer, "let", actor=actor, why=why)
        vacancy = Vacancy.objects.get(pk=offer.vacancy_id)
        vacancy.ended_on, vacancy.end_reason = max(localdate(at), vacancy.notice_on), "let_elsewhere"
        vacancy.save(update_fields=["ended_on", "end_reason"])
    else:
        OFFER.fire(offer, "withdraw", actor=actor, why=why)
    return Effect.APPLIED, sum(follow(actor, offer, why) for follow in after_end)


def _uphold(actor: Actor, offer: Offer, at: datetime, via: str) -> Effect:
    """Confirmed at a date: a suspended offer takes applications again, unless that date is itself too old."""
    hours = setting("freshness_hours", on=clock.today(), territory=offer.dwelling.commune.department_id)
    paused = offer.state == "suspended"
    if paused and at < freshness.stale_before(clock.now(), hours):
        return Effect.OLDER
    verb = "uphold" if offer.state == "closed" else "confirm"
    OFFER.fire(offer, verb, actor=actor, confirmed_at=at, confirmed_via=via, reminded_at=None)
    if paused:
        for follow in after_resume:
            follow(offer)
    return Effect.APPLIED


def confirm(*, actor: Actor, offer_id: int) -> AvailabilityStatement:
    """The landlord's agent says on the site that the dwelling is still available."""
    return state_availability(actor=actor, offer_id=offer_id, says="available", stated_at=clock.now(), via="form")


def let_elsewhere(*, actor: Actor, offer_id: int) -> AvailabilityStatement:
    """The landlord's agent says on the site that the dwelling was let to somebody whom Palier does not know."""
    return state_availability(actor=actor, offer_id=offer_id, says="let", stated_at=clock.now(), via="form")


@transaction.atomic
def withdraw(*, actor: Actor, offer_id: int, reason: str) -> AvailabilityStatement | None:
    """Take the offer off; every candidate is told and freed at once. A draft goes with nobody to tell."""
    if not reason.strip():
        raise Refused("withdraw.reason", "Indiquez la raison : les candidats la liront.", field="reason")
    offer = locked(own_offers(actor), offer_id)
    if offer.state == "withdrawn":
        return offer.statements.filter(says="withdrawn").first()
    if offer.state == "draft":
        OFFER.fire(offer, "withdraw", actor=actor, why=reason)
        return None
    return state_availability(
        actor=actor, offer_id=offer_id, says="withdrawn", stated_at=clock.now(), via="form", reason=reason
    )


@transaction.atomic
def confirm_all(*, actor: Actor, answers: Mapping[int, str], stated_at: datetime | None = None) -> dict[str, int]:
    """What an agent says of many offers at once (offer → says): how many of each word were taken, and `freed`.

    An offer that ended meanwhile is left as it is and counted under `ended`.
    """
    at = stated_at or clock.now()
    done = {**dict.fromkeys(SAYS, 0), "ended": 0, "freed": 0}
    for offer_id, says in sorted(answers.items()):
        try:
            said = state_availability(actor=actor, offer_id=offer_id, says=says, stated_at=at, via="form")
        except Refused as refusal:
            if refusal.code != "statement.ended":
                raise
            done["ended"] += 1
            continue
        done[says if said.effect == Effect.APPLIED.value else "ended"] += 1
        done["freed"] += said.freed
    return done
