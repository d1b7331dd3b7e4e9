"""Every write on reservations: sign and end conventions, give each vacancy its turn, take it back, sign the year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

from palier.accounts.actor import PALIER, Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import OrganisationKind, Role
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, one_at_a_time
from palier.homes import actions as homes
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.homes.states import LIVE
from palier.law import flow
from palier.law.parameters import NoParameter
from palier.law.products import APART
from palier.reservations.models import Convention, Turn
from palier.reservations.queries import conventions_of, covering, in_force, next_turn, open_turn
from palier.reservations.states import TURN
from palier.territories.models import Commune

# Which contingents a body may hold.
HOLDS = {
    OrganisationKind.STATE: ("state_priority", "state_agents"),
    OrganisationKind.ACTION_LOGEMENT: ("action_logement",),
    OrganisationKind.AUTHORITY: ("authority",),
}


def _landlord(actor: Actor) -> Organisation:
    if actor.role != Role.LANDLORD or actor.organisation is None:
        raise NotYours("a landlord's act")
    return actor.organisation


@transaction.atomic
def sign_convention(
    *,
    actor: Actor,
    holder_id: int,
    contingent: str,
    department: str,
    percent: Decimal,
    designation_days: int,
    returned_counts: bool,
    valid_from: date,
    commune: str = "",
) -> Convention:
    """Record a convention of the actor's landlord. The same one sent twice is one.

    `commune`: the only one whose dwellings count, for a commune's convention; every other bears on the department. Refused when it would take more of the
    flow than the law or the flow itself allows (`law.flow.objections`), or while the same reservation is in force.
    """
    landlord = _landlord(actor)
    holder = Organisation.objects.get(pk=holder_id)
    if contingent not in HOLDS.get(OrganisationKind(holder.kind), ("other",)):
        raise Refused("convention.contingent", "Ce réservataire n’a pas ce contingent.", field="contingent")
    if commune and not Commune.objects.filter(code=commune, department=department).exists():
        raise Refused("convention.commune", "Cette commune n’est pas dans ce département.", field="town")
    one_at_a_time(f"flow {landlord.pk}")
    held = in_force(landlord.pk, department, valid_from, date.max)
    same = next(
        (
            c
            for c in held
            if (c.holder_id, c.contingent, c.commune_id or "") == (holder.pk, contingent, commune)
            and c.valid_to is None
        ),
        None,
    )
    if same is not None:
        if (same.percent, same.valid_from, same.designation_days) == (percent, valid_from, designation_days):
            return same
        raise Refused(
            "convention.twice",
            "Cette réservation a déjà une convention en cours : mettez-y fin d’abord.",
            field="holder_id",
        )
    shares = [flow.Share(c.contingent, Fraction(c.percent), c.commune_id or "") for c in held]
    try:
        against = flow.objections([*shares, flow.Share(contingent, Fraction(percent), commune)], valid_from)
    except NoParameter as error:
        raise Refused(
            "convention.before", "À cette date, les réservations ne se font pas encore en flux.", field="valid_from"
        ) from error
    if against:
        raise Refused("convention.share", " ".join(against), field="percent")
    made = Convention.objects.create(
        landlord=landlord, holder=holder, contingent=contingent, department_id=department, commune_id=commune or None,
        percent=percent, designation_days=designation_days, returned_counts=returned_counts, valid_from=valid_from,
        recorded_at=clock.now(),
    )  # fmt: skip
    ledger.record(verb="conventions.sign", subject=made, actor=actor, data={"percent": str(percent)})
    return made


@transaction.atomic
def end_convention(*, actor: Actor, convention_id: int, on: date) -> Convention:
    """The convention holds until the day before `on`; turns already given go on."""
    _landlord(actor)
    held = locked(conventions_of(actor), convention_id)
    if held.valid_to is not None:
        return held
    if on < held.valid_from:
        raise Refused("convention.end", "La fin ne peut pas précéder le début.", field="on")
    held.valid_to = on
    held.save(update_fields=["valid_to"])
    ledger.record(verb="conventions.end", subject=held, actor=actor, data={"on": on.isoformat()})
    return held


@transaction.atomic
def publish(
    *,
    actor: Actor,
    dwelling_id: int,
    first_letting: bool = False,
    exclusion: str = "",
    line: int | None = None,
    departure: str = "",
    via: str = "form",
    **offered: Any,
) -> Offer:
    """Offer a dwelling to whoever's turn it is, record why, and publish. Asked again, the live offer comes back as it is.

    `line`: the convention that the landlord chooses, 0 for itself, None to follow the rule. In the flow another choice than
    the rule's is recorded with its reason; a first letting goes to whom the parties agreed; what the law leaves out of the
    flow is the landlord's to fill. `offered`: as `homes` takes it. A room, a residence's unit or a home for sale is nobody's
    turn: the landlord offers it by itself.
    """
    landlord = _landlord(actor)
    dwelling = locked(Dwelling.objects.filter(landlord=landlord).select_related("commune", "landlord"), dwelling_id)
    live = _on_the_site(dwelling)
    if live is not None:
        return live
    if offered.get("product") in APART:
        made = homes.draft_offer(actor=actor, dwelling_id=dwelling.pk, **offered)
        return homes.publish(actor=actor, offer_id=made.pk, via=via)
    one_at_a_time(f"flow {landlord.pk}")
    today = clock.today()
    rule = next_turn(dwelling, today)
    if rule is None:
        raise Refused("turn.none", "Aucune convention ne couvre ce logement.")
    kind = _kind(dwelling, first_letting, exclusion, today)
    chosen = _chosen(kind, rule, line, departure.strip())
    convention = Convention.objects.select_related("holder").get(pk=chosen) if chosen else None
    held = {
        "contingent": convention.contingent if convention else "none", "holder_id": convention.holder_id if convention else None,
    }  # fmt: skip
    offer = homes.draft_offer(actor=actor, dwelling_id=dwelling.pk, **held, **offered)
    # A draft that was there already comes back as it was: its holder is still to be that of the turn.
    Offer.objects.filter(pk=offer.pk).update(**held)
    Vacancy.objects.filter(pk=offer.vacancy_id).update(first_letting=first_letting)
    _begin(actor, offer, kind, rule, convention, departure.strip())
    return homes.publish(actor=actor, offer_id=offer.pk, via=via)


@transaction.atomic
def publish_as_said(
    *,
    actor: Actor,
    dwelling_id: int,
    contingent: str = "none",
    holder_id: int | None = None,
    departure: str = "",
    via: str,
    **offered: Any,
) -> Offer:
    """Publish what a landlord's system says of a dwelling: a holder by its key, or nobody.

    Where conventions cover the dwelling, nobody named is whose turn it is; another holder than the rule's is a choice
    with its reason. Without any convention the offer is as it was said. Said again, the live offer comes back as it is,
    whatever became of the conventions since.
    """
    held = {"contingent": contingent, "holder_id": holder_id}
    stock = Dwelling.objects.filter(landlord=_landlord(actor)).select_related("commune", "landlord")
    dwelling = locked(stock, dwelling_id)
    live = _on_the_site(dwelling)
    if live is not None:
        return live
    conventions = covering(dwelling, clock.today())
    if not conventions:
        offer = homes.draft_offer(actor=actor, dwelling_id=dwelling_id, **held, **offered)
        return homes.publish(actor=actor, offer_id=offer.pk, via=via)
    line = None
    if holder_id is not None:
        named = Convention.objects.filter(pk__in=conventions, **held).order_by("pk")
        line = named.values_list("pk", flat=True).first()
        if line is None:
            raise Refused("turn.line", "Aucune convention avec ce réservataire ne couvre ce logement.", field="holder")
    return publish(actor=actor, dwelling_id=dwelling_id, line=line, departure=departure, via=via, **offered)


def _on_the_site(dwelling: Dwelling) -> Offer | None:
    return Offer.objects.filter(dwelling=dwelling, state__in=LIVE).exclude(state="draft").first()


def _kind(dwelling: Dwelling, first_letting: bool, exclusion: str, on: date) -> str:
    try:
        return flow.kind_of(financing=dwelling.financing, first_letting=first_letting, exclusion=exclusion, on=on)
    except ValueError as error:
        raise Refused("turn.exclusion", "Choisissez un motif de la liste.", field="exclusion") from error


def _chosen(kind: str, rule: flow.Turn, line: int | None, departure: str) -> int:
    """The convention that designates, 0 for the landlord."""
    called = rule.line.key
    if line is not None and line not in {row.line.key for row in rule.standings}:
        raise Refused("turn.line", "Cette convention ne couvre pas ce logement.", field="line")
    if kind == flow.FLOW:
        if line not in (None, called) and not departure:
            raise Refused(
                "turn.departure", "Dites pourquoi le logement ne va pas à celui dont c’est le tour.", field="departure"
            )
        return called if line is None else line
    if kind == flow.FIRST and line is None:
        raise Refused(
            "turn.first", "Une première mise en location se négocie : dites à qui va ce logement.", field="line"
        )
    return (line or flow.LANDLORD) if kind == flow.FIRST else flow.LANDLORD


# Why a vacancy out of the flow is whose it is: an exclusion, a first letting.
_OUTSIDE = ("Hors du flux : le bailleur désigne.", "Première mise en location : selon l’accord des parties.")


def _begin(
    actor: Actor, offer: Offer, kind: str, rule: flow.Turn, convention: Convention | None, departure: str
) -> None:
    now = clock.now()
    due = convention and flow.due_at(now, convention.designation_days, timezone.get_default_timezone())
    in_flow = kind == flow.FLOW
    called = rule.line.key if in_flow else flow.LANDLORD
    made = Turn.objects.create(
        vacancy_id=offer.vacancy_id, landlord=actor.organisation, holder=convention and convention.holder,
        convention=convention, called_id=called or None, kind=kind,
        on=clock.today(), due_at=due, why=rule.text if in_flow else _OUTSIDE[kind == flow.FIRST],
        departure=departure if in_flow and (convention.pk if convention else 0) != called else "",
    )  # fmt: skip
    ledger.record(
        verb="turns.begin", subject=made, actor=actor, why=made.departure,
        data={"holder": convention.name if convention else actor.organisation_name, "offer": offer.pk, "kind": kind, "why": made.why},
    )  # fmt: skip
    if convention is not None:
        TURN.fire(made, "assign", actor=actor)


@transaction.atomic
def designated(*, actor: Actor, offer: Offer) -> None:
    """Whoever's turn it is sends its list; the offer is locked. Called by the list's own action.

    The delay is read from the clock: until its end the holder alone designates, and from then on the landlord alone,
    whether or not the worker has already said so.
    """
    turn = open_turn(offer)
    if turn is None or turn.due_at is None:
        return
    over = turn.due_at < clock.now()
    if actor.role == Role.RESERVATION_HOLDER:
        if over:
            raise Refused("turn.late", "Le délai de désignation est passé : le logement revient au bailleur.")
        TURN.fire(locked(Turn.objects.all(), turn.pk), "designate", actor=actor, ended_at=clock.now())
    elif over:
        with as_system("a delay that is over is recorded for whoever comes first"):
            _return(locked(Turn.objects.select_related("landlord", "holder"), turn.pk), offer, "expire", PALIER, "")
    else:
        until = flow.told_until(turn.due_at, timezone.get_default_timezone())
        raise Refused("turn.holder", f"C’est au réservataire de désigner, {until}.")


@transaction.atomic
def give_back(*, actor: Actor, offer_id: int, reason: str) -> None:
    """The holder has nobody to designate and says so before its delay: the landlord takes over at once."""
    if not reason.strip():
        raise Refused(
            "turn.reason", "Dites pourquoi vous rendez ce logement : le bailleur lira ce motif.", field="reason"
        )
    offer = locked(Offer.objects.filter(holder=actor.organisation_id), offer_id)
    turn = open_turn(offer)
    if turn is None:
        raise Refused("turn.over", "Ce logement n’attend plus votre désignation.")
    _return(
        locked(Turn.objects.select_related("landlord", "holder"), turn.pk),
        offer,
        "give_back",
        actor,
        reason.strip()[:300],
    )


def return_overdue() -> int:
    """Dwellings whose holder let its delay pass go back to their landlord. Run by the worker; how many went."""
    now = clock.now()
    with as_system("a delay passes for nobody in particular"):
        overdue = list(Turn.objects.filter(state="open", due_at__lt=now).order_by("pk").values_list("pk", "vacancy_id"))
    done = 0
    for pk, vacancy in overdue:
        with as_system("a delay passes for nobody in particular"):
            offer = Offer.objects.filter(vacancy=vacancy, state__in=LIVE).first()
            offer = offer and locked(Offer.objects.all(), offer.pk)
            turn = locked(Turn.objects.select_related("landlord", "holder"), pk)
            if turn.state == "open" and offer is not None:
                _return(turn, offer, "expire", PALIER, "")
                done += 1
    return done


def _return(turn: Turn, offer: Offer, verb: str, actor: Actor, reason: str) -> None:
    """Both rows are locked. The turn ends under the actor's own rights; the offer is the landlord's to write."""
    holder = turn.holder.name if turn.holder else ""
    TURN.fire(turn, verb, actor=actor, why=reason, ended_at=clock.now(), given_back=reason)
    with as_system("the holder's name leaves the offer that it gives back: afterwards it may not write it"):
        offer.contingent, offer.holder = "none", None
        offer.save(update_fields=["contingent", "holder"])
    if turn.landlord.email:
        dwelling = offer.dwelling
        mail.post(
            to=turn.landlord.email,
            kind="turns.returned",
            subject="Un logement vous revient : à vous de désigner",
            template="turn_returned",
            context={
                "name": turn.landlord.name, "holder": holder, "reason": reason,
                "dwelling": f"{dwelling.get_type_display()} à {dwelling.commune.name} ({dwelling.reference})",
                "action_path": f"/bailleur/offres/{offer.pk}/candidats/", "action_label": "Voir les candidats",
            },
        )  # fmt: skip


def cancel(actor: Actor, offer: Offer, reason: str) -> int:
    """A dwelling taken off the market was nobody's turn. Follows `homes` when an offer ends; frees no candidate itself."""
    for turn in Turn.objects.filter(vacancy=offer.vacancy_id).exclude(state="cancelled").order_by("pk"):
        TURN.fire(locked(Turn.objects.all(), turn.pk), "cancel", actor=actor, why=reason, ended_at=clock.now())
    return 0
