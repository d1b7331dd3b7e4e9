"""What happens to a demand between its registration and its end: warnings, answers, waiver, reactivation.

Registering, changing, renewing and removing are in `demands.actions`; what falls due by itself in `demands.nights`.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands import actions
from palier.demands.models import Demand, Notice
from palier.demands.queries import visible_to
from palier.demands.states import DEMAND, REMOVAL_GROUNDS
from palier.demands.telling import in_words, tell
from palier.law import calendar

_SERVICES = (Role.DESK, Role.LANDLORD, Role.SECRETARY)
# A letter is recorded soon after it left, so that the household sees its delay from the start.
_RECORDED_WITHIN = timedelta(days=15)


@transaction.atomic
def warn(*, actor: Actor, demand_id: int, sent_on: date, proof: str) -> Notice:
    """A desk or a landlord records the traceable letter to a household that cannot be reached (RADCON).

    The demand may be removed two months later, unless the household shows itself. A warning already open is kept.
    """
    if actor.role not in _SERVICES:
        raise NotYours("a registration desk or a landlord warns a household")
    demand = _active(actor, demand_id)
    running = demand.notices.filter(ground="RADCON", closed_on=None).first()
    if running is not None:
        return running
    _check_sending(sent_on, proof, demand.first_registered_on)
    return _warn(demand, actor=actor, ground="RADCON", by=actor.organisation, sent_on=sent_on, proof=proof.strip())


@transaction.atomic
def warn_of_rejection(*, actor: Actor, demand_id: int, subground: str, by: Organisation) -> Notice:
    """A commission rejected the demand: the household is told that it may be removed one month later (RADIRR).

    Called by what follows a signed session, whatever the signatory may see. Without an account, the letter waits to be
    posted and no delay runs until then.
    """
    demand = locked(Demand.objects.all(), demand_id)
    running = demand.notices.filter(ground="RADIRR", closed_on=None).first()
    if running is not None or demand.state != "active":
        return running
    sent_on, proof = (clock.today(), "Courriel") if demand.person_id else (None, "")
    return _warn(demand, actor=actor, ground="RADIRR", subground=subground, by=by, sent_on=sent_on, proof=proof)


def _warn(
    demand: Demand,
    *,
    actor: Actor,
    ground: str,
    by: Organisation | None,
    sent_on: date | None,
    proof: str,
    subground: str = "",
) -> Notice:
    notice = Notice.objects.create(
        demand=demand, ground=ground, subground=subground, by=by, made_at=clock.now(), sent_on=sent_on,
        removal_on=_removal_on(demand, ground, sent_on), proof=proof,
    )  # fmt: skip
    _tell_warning(notice, actor)
    return notice


def _removal_on(demand: Demand, ground: str, sent_on: date | None) -> date | None:
    if sent_on is None:
        return None
    return calendar.warned_removal(ground, sent_on, demand.first_registered_on, demand.confirmed_on)


def _tell_warning(notice: Notice, actor: Actor) -> None:
    demand = notice.demand
    if notice.sent_on is None:
        ledger.record(verb="demands.to_post", subject=demand, actor=actor, thread=demand.pk)
        return
    if notice.ground == "RADREN":
        data = {"until": in_words(demand.expires_on), "channel": notice.proof}
        ledger.record(verb="demands.remind", subject=demand, actor=actor, thread=demand.pk, data=data)
        return
    day = in_words(notice.removal_on)
    ledger.record(
        verb="demands.warn", subject=demand, actor=actor, thread=demand.pk,
        data={"removal_on": day, "ground": REMOVAL_GROUNDS[notice.ground], "code": notice.ground, "channel": notice.proof},
    )  # fmt: skip
    tell(
        [demand],
        "warned",
        "Votre réponse est attendue pour garder votre demande",
        lambda d: {"ground": notice.ground, "removal_on": day},
        label="Répondre",
    )


@transaction.atomic
def post_notice(*, actor: Actor, notice_id: int, sent_on: date, proof: str) -> Notice:
    """A service posted a letter that waited: from that day its delay runs. Once posted it stays as it is."""
    if actor.role not in _SERVICES:
        raise NotYours("a service posts letters")
    notice = Notice.objects.select_related("demand").get(pk=notice_id)
    notice.demand = _active(actor, notice.demand_id)
    fresh = locked(Notice.objects.filter(demand=notice.demand), notice_id)
    if fresh.sent_on is not None:
        return fresh
    _check_sending(sent_on, proof, fresh.made_at.date())
    notice.sent_on, notice.proof = sent_on, proof.strip()
    notice.removal_on = _removal_on(notice.demand, notice.ground, sent_on)
    notice.save(update_fields=["sent_on", "proof", "removal_on"])
    _tell_warning(notice, actor)
    return notice


def _check_sending(sent_on: date, proof: str, first: date) -> None:
    today = clock.today()
    if not max(first, today - _RECORDED_WITHIN) <= sent_on <= today:
        raise Refused(
            "notice.date",
            "Indiquez le jour de l’envoi : au plus tard aujourd’hui, au plus tôt il y a quinze jours.",
            field="sent_on",
        )
    if len(proof.strip()) < 4:
        raise Refused(
            "notice.proof",
            "Indiquez la preuve de l’envoi, par exemple le numéro de la lettre recommandée.",
            field="proof",
        )


def _active(actor: Actor, demand_id: int) -> Demand:
    demand = locked(visible_to(actor), demand_id)
    if demand.state != "active":
        raise Refused("demand.removed", "Cette demande n’est plus active.")
    return demand


@transaction.atomic
def answer(*, actor: Actor, demand_id: int) -> Demand:
    """« I am here »: the household, or the desk it came to, ends a warning for no answer. Without one, nothing happens."""
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours("a household answers, itself or at a desk")
    demand = _active(actor, demand_id)
    actions.close_notices([demand], ("RADCON",), "answered", actor=actor)
    return demand


@transaction.atomic
def contest(*, actor: Actor, demand_id: int, text: str) -> Demand:
    """The household contests a rejection: it is not removed, and a commission has to look again (CCH R441-2-8)."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household contests for itself")
    demand = _active(actor, demand_id)
    if demand.notices.filter(ground="RADIRR", closed_on=None).exists():
        if len(text.strip()) < 10:
            raise Refused("contest.text", "Dites en une phrase ce qui est faux ou ce qui a changé.", field="text")
        actions.close_notices([demand], ("RADIRR",), "contested", actor=actor, why=text.strip()[:500])
    return demand


@transaction.atomic
def lift(*, actor: Actor, notice_id: int) -> Notice:
    """The service that warned takes its warning back: the household was reached, or its file is mended."""
    if actor.role not in _SERVICES:
        raise NotYours("a service lifts its own warning")
    notice = Notice.objects.get(pk=notice_id, by=actor.organisation_id, ground__in=("RADCON", "RADIRR"))
    demand = locked(visible_to(actor), notice.demand_id)
    actions.close_notices([demand], (notice.ground,), "lifted", actor=actor)
    notice.refresh_from_db()
    return notice


@transaction.atomic
def waive(*, actor: Actor, demand_id: int, why: str = "") -> Demand:
    """The household gives up in writing (RADABA): removed at once, its applications withdrawn, nothing to come back to.

    The household's own confirmation is the writing; a desk says which letter it holds.
    """
    if actor.role == Role.DESK and len(why.strip()) < 4:
        raise Refused("waive.proof", "Indiquez l’écrit du ménage : sa date et où il est conservé.", field="why")
    return actions.remove(actor=actor, demand_id=demand_id, ground="RADABA", why=why.strip()[:500])


@transaction.atomic
def reactivate(*, actor: Actor, demand_id: int) -> Demand:
    """A removed demand comes back with its number and its seniority, valid for one more year from today.

    Until 18 months after the last renewal (RADREN), or five months after the removal (RADCON); on no other ground.
    """
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours("a household reactivates its demand, itself or at a desk")
    demand = locked(visible_to(actor), demand_id)
    today = clock.today()
    if demand.state == "active":
        return demand
    until = demand.reactivation_until
    if demand.state != "removed" or until is None or today > until:
        raise Refused("demand.lost", NEW_ONE)
    if (
        demand.person_id
        and Demand.objects.filter(person=demand.person_id, register_code=demand.register_code, state="active").exists()
    ):
        raise Refused(
            "demand.another",
            "Une autre demande est déjà active pour cette personne dans ce département : une seule est possible.",
        )
    expires = calendar.life(demand.first_registered_on, today, today).expires_on
    DEMAND.fire(
        demand, "reactivate", actor=actor, thread=demand.pk,
        data={"until": in_words(expires), "ground": demand.removal_ground},
        removal_ground="", removal_subground="", removed_on=None, renewed_on=today, expires_on=expires,
    )  # fmt: skip
    tell(
        [demand],
        "reactivated",
        "Votre demande de logement social est réactivée",
        lambda d: {"until": in_words(expires)},
    )
    actions.tell_later_apps(demand)
    actions.live_on("reactivate", [demand], actor)
    return demand


NEW_ONE = (
    "Cette demande ne peut plus être réactivée. Une nouvelle demande est possible à tout moment : "
    "elle reçoit un nouveau numéro et son ancienneté repart de zéro."
)
