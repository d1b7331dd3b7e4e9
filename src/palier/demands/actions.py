"""Every write on demands: register, change, renew, remove, bring in from the national register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db import IntegrityError, transaction

from palier.accounts.actions import name_once
from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.demands import checks, sheltering
from palier.demands.acting import Ground, words_of
from palier.demands.form import Form, columns
from palier.demands.models import Demand, DemandVersion, Draft, Notice, NumberCounter, Wish
from palier.demands.queries import visible_to
from palier.demands.states import DEMAND, MAY_REMOVE, REMOVAL_GROUNDS
from palier.demands.telling import in_words, tell
from palier.law import calendar, numbers
from palier.territories.models import Commune, Department

# Called with the demand after it is registered, changed or brought in, in the same transaction:
# later apps (points) append themselves in their AppConfig.ready.
after_change: list[Callable[[Demand], None]] = []
# Called with the verb ("register", "change", "renew", "remove", "reactivate" or "erase"), the demands it happened to and
# who did it, in the same transaction, after the write. One demand from a page, a whole block from a night: work in sets.
after_life: list[Callable[[str, Sequence[Demand], Actor], None]] = []
# Called with the keys of demands about to be removed, before any is locked: later apps lock here what comes before a
# demand in the order of the house (offers).
before_removal: list[Callable[[Sequence[int]], None]] = []

ONLINE_DESK = "PALIE"


@transaction.atomic
def register(
    *, actor: Actor, form: Form, department: str, person: Person | None, draft: Draft | None = None, identity: str = ""
) -> Demand:
    """Give a demand its unique number. The same person twice in one register gets the demand already there.

    `identity`: the document of identity that a desk has seen, the only one that may be required (CCH R441-2-2).

    One demand per department, one for Île-de-France (CCH R441-2-1). A form with a blocking problem is refused.
    """
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours("only the household or a desk registers a demand")
    if actor.role == Role.APPLICANT and (person is None or person.pk != actor.person_id):
        raise NotYours("an applicant registers for itself")
    place = Department.objects.get(pk=department)
    if not place.active:
        raise Refused(
            "department.closed", f"Palier n’enregistre pas encore de demande dans ce département ({place.name})."
        )
    existing = _already(person, place)
    if existing is not None:
        return existing
    today = clock.today()
    checks.refuse(form, today)
    demand = Demand(
        register_code=place.register_code,
        department=place,
        person=person,
        desk=actor.organisation if actor.role == Role.DESK else None,
        first_registered_on=today,
        received_at=clock.now(),
        expires_on=calendar.life(today, None, today).expires_on,
        form=form.to_json(),
        **columns(form),
    )
    try:
        with transaction.atomic():
            demand.number = next_number(place.register_code, today, desk_code(actor))
            demand.save()
    except IntegrityError:
        # The same click, a moment earlier, in another connection.
        existing = _already(person, place)
        if existing is None:
            raise
        return existing
    write_form(demand, form)
    if actor.role == Role.APPLICANT and person is not None:
        name_once(person, first_name=form.applicant.first_names, last_name=form.applicant.last_name)
    if draft is not None:
        draft.delete()
    seen = f" ; identité vue : {identity}" if identity else ""
    ledger.record(verb="demands.register", subject=demand, actor=actor, thread=demand.pk, data={"identity": seen})
    tell([demand], "registered", "Votre demande de logement social est enregistrée")
    tell_later_apps(demand)
    live_on("register", [demand], actor)
    return demand


def _already(person: Person | None, place: Department) -> Demand | None:
    if person is None:
        return None
    return Demand.objects.filter(person=person, register_code=place.register_code, state="active").first()


def next_number(register_code: str, on: date, desk: str) -> str:
    """The next unique number of a register and a month; never twice, whatever the concurrency.

    The counter's row is locked until the transaction ends. A rolled-back number is used again by the next one.
    """
    month = f"{on:%m%y}"
    NumberCounter.objects.get_or_create(register_code=register_code, month=month)
    counter = NumberCounter.objects.select_for_update(of=("self",)).get(register_code=register_code, month=month)
    counter.last += 1
    counter.save(update_fields=["last"])
    return str(numbers.compose(register_code, on, counter.last, desk))


def desk_code(actor: Actor) -> str:
    """The five characters of the desk in a number; those of the site when no desk registers."""
    return (actor.organisation.register_desk if actor.organisation else "") or ONLINE_DESK


@transaction.atomic
def change(
    *, actor: Actor, demand_id: int, form: Form, revision: int, sections: Sequence[str], ground: Ground | None = None
) -> Demand:
    """A change of situation, visible at once. `revision` is the one the person started from.

    Whoever is not the applicant says on what `ground` it writes (`demands.acting`), and the household is told.     Refused when the demand has changed meanwhile (another tab, a desk): nothing typed is lost, it stays in the draft;
    and when it brings a blocking problem that was not there before.
    """
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours("the applicant, or a desk on a ground, changes a demand")
    demand = locked(visible_to(actor), demand_id)
    if demand.state != "active":
        raise Refused("demand.removed", "Cette demande est radiée : elle ne peut plus être modifiée.")
    told = words_of(ground, demand) if actor.role != Role.APPLICANT else ""
    if demand.sheltered:
        form = sheltering.keep_sealed(demand, form)
    if Form.from_json(demand.form) == form:
        return demand
    if demand.revision != revision:
        raise Refused(
            "demand.conflict",
            "Votre demande a été modifiée ailleurs pendant que vous écriviez. Ce que vous avez saisi est gardé : "
            "vérifiez la version actuelle, puis enregistrez de nouveau.",
        )
    checks.refuse(form, clock.today(), before=Form.from_json(demand.form))
    demand.form = form.to_json()
    demand.revision += 1
    for name, value in columns(form).items():
        setattr(demand, name, value)
    demand.save()
    write_form(demand, form)
    data = {"sections": ", ".join(sections)}
    if told:
        data |= {"ground": told, "desk": actor.organisation.name if actor.organisation else "Un guichet"}
        tell([demand], "corrected", "Votre demande de logement social a été mise à jour au guichet", lambda d: data)
    verb = "demands.correct" if told else "demands.change"
    ledger.record(verb=verb, subject=demand, actor=actor, thread=demand.pk, data=data)
    if actor.role == Role.APPLICANT or ground and ground.kind == "present":
        close_notices([demand], ("RADCON",), "answered", actor=actor)
    tell_later_apps(demand)
    live_on("change", [demand], actor)
    return demand


@transaction.atomic
def renew(*, actor: Actor, demand_id: int) -> Demand:
    """One more year; number and seniority are kept (CCH R441-2-7). Renewing twice in a day is once.

    Possible until the day of removal, late or not. Whoever renews has answered: warnings end.
    """
    demand = locked(visible_to(actor), demand_id)
    today = clock.today()
    if demand.state != "active":
        raise Refused("demand.removed", "Cette demande est radiée : elle ne peut plus être renouvelée.")
    if demand.renewed_on == today:
        return demand
    demand.renewed_on = today
    demand.expires_on = calendar.life(demand.first_registered_on, today, today).expires_on
    demand.save(update_fields=["renewed_on", "expires_on"])
    until = in_words(demand.expires_on)
    ledger.record(verb="demands.renew", subject=demand, actor=actor, thread=demand.pk, data={"until": until})
    close_notices([demand], ("RADREN", "RADCON"), "answered", actor=actor, told=False)
    tell([demand], "renewed", "Votre demande de logement social est renouvelée", lambda d: {"until": until})
    live_on("renew", [demand], actor)
    return demand


@transaction.atomic
def remove(
    *, actor: Actor, demand_id: int, ground: str, on: date | None = None, subground: str = "", why: str = ""
) -> Demand:
    """Remove from the register on one of the legal grounds (CCH R441-2-8: a closed list). Twice is once.

    Grounds that a warning must come before are Palier's alone: a night removes at the warning's term (`demands.nights`).
    """
    if actor.role not in MAY_REMOVE[ground]:
        raise NotYours(f"{actor.role} removes no demand on {ground}")
    visible_to(actor).values_list("pk").get(pk=demand_id)
    for hook in before_removal:
        hook([demand_id])
    demand = locked(visible_to(actor), demand_id)
    if demand.state == "active":
        take_out([demand], actor=actor, ground=ground, subground=subground, on=on, why=why)
    return demand


def take_out(
    demands: Sequence[Demand], *, actor: Actor, ground: str, subground: str = "", on: date | None = None, why: str = ""
) -> None:
    """Remove active demands, already locked, on one ground: their warnings end, the household is told, later apps follow."""
    day = on or clock.today()
    words = {"ground": REMOVAL_GROUNDS[ground], "code": ground}
    DEMAND.fire_all(
        demands,
        "remove",
        actor=actor,
        thread=lambda d: d.pk,
        why=why,
        data=lambda d: {**words, "subground": subground} if subground else words,
        removal_ground=ground,
        removal_subground=subground,
        removed_on=day,
    )
    still_open = Notice.objects.filter(demand__in=[d.pk for d in demands], closed_on=None)
    still_open.filter(ground=ground).update(closed_on=clock.today(), outcome="removed")
    still_open.update(closed_on=clock.today(), outcome="ended")
    # The landlord's own letter tells the household of its lease; a merger tells of itself.
    if ground not in ("RADATT", "FUSION"):
        tell(
            demands,
            "removed",
            "Votre demande de logement social est radiée",
            lambda d: {
                "ground": ground,
                "until": in_words(calendar.reactivation_until(ground, day, d.confirmed_on)),
                "erased_on": in_words(calendar.erasure_on(day)),
            },
        )
    live_on("remove", demands, actor)


def close_notices(
    demands: Sequence[Demand], grounds: Sequence[str], outcome: str, *, actor: Actor, why: str = "", told: bool = True
) -> int:
    """End the open warnings of some grounds; `told`: with an event of their own. Returns how many there were."""
    verb = {"answered": "demands.answer", "contested": "demands.contest", "lifted": "demands.lift"}[outcome]
    notices = Notice.objects.filter(demand__in=[d.pk for d in demands], ground__in=grounds, closed_on=None)
    ended = list(notices.order_by("pk").values_list("demand", "ground"))
    if not ended:
        return 0
    notices.update(closed_on=clock.today(), outcome=outcome)
    by_key = {d.pk: d for d in demands}
    if told:
        ledger.record_all(
            verb=verb, actor=actor, why=why, rows=[(by_key[pk], pk, {"code": ground}) for pk, ground in ended]
        )
    return len(ended)


def live_on(verb: str, demands: Sequence[Demand], actor: Actor) -> None:
    """Tell later apps what happened in the life of some demands."""
    for hook in after_life:
        hook(verb, demands, actor)


def write_form(demand: Demand, form: Form) -> None:
    """A form is stored beside its demand: its version and its wishes."""
    _write_version(demand)
    _write_wishes(demand, form)


def _write_version(demand: Demand) -> None:
    DemandVersion.objects.create(demand=demand, revision=demand.revision, at=clock.now(), form=demand.form)


def _write_wishes(demand: Demand, form: Form) -> None:
    known = set(Commune.objects.filter(code__in=form.wish.communes).values_list("code", flat=True))
    Wish.objects.filter(demand=demand).delete()
    Wish.objects.bulk_create(
        [
            Wish(demand=demand, commune_id=code, rank=rank)
            for rank, code in enumerate(form.wish.communes, 1)
            if code in known
        ]
    )


def tell_later_apps(demand: Demand) -> None:
    """What is derived from a demand is made again."""
    for hook in after_change:
        hook(demand)


@transaction.atomic
def save_draft(*, actor: Actor, demand: Demand | None, step: str, answers: dict) -> Draft:
    """Keep what was typed in a step, valid or not. Two tabs on two steps never erase each other's text."""
    draft, _ = Draft.objects.get_or_create(
        author=actor.person, demand=demand, for_self=True, defaults={"updated_at": clock.now()}
    )
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    draft.answers = {**draft.answers, step: answers}
    draft.updated_at = clock.now()
    draft.save(update_fields=["answers", "updated_at"])
    return draft


@transaction.atomic
def drop_draft(*, actor: Actor, demand: Demand, step: str) -> None:
    """Forget the typed text of a step that is now registered; other steps keep theirs."""
    draft = Draft.objects.select_for_update(of=("self",)).filter(author=actor.person, demand=demand).first()
    if draft is None:
        return
    draft.answers.pop(step, None)
    if draft.answers:
        draft.save(update_fields=["answers"])
    else:
        draft.delete()


@transaction.atomic
def import_form(
    *, actor: Actor, number: str, form: Form, department: str, registered_on: date, unmapped: list
) -> tuple[Demand, bool]:
    """Create or update a demand from the national register; the old number and seniority are kept.

    Without a number one is issued here. Returns the demand and whether it is new.
    """
    place = Department.objects.get(pk=department)
    number = number or next_number(place.register_code, registered_on, ONLINE_DESK)
    existing = Demand.objects.select_for_update(of=("self",)).filter(number=number).first()
    if existing is not None and existing.sheltered:
        with as_system("what a file says of a sheltered household is sealed, whoever brings it"):
            form = sheltering.keep_sealed(existing, form)
    values = {"form": form.to_json(), "unmapped": unmapped, **columns(form)}
    if existing is not None:
        for name, value in values.items():
            setattr(existing, name, value)
        existing.revision += 1
        existing.save()
        demand = existing
    else:
        today = clock.today()
        demand = Demand.objects.create(
            number=number,
            register_code=place.register_code,
            department=place,
            first_registered_on=registered_on,
            received_at=clock.now(),
            expires_on=calendar.add_months(max(registered_on, today), 12),
            **values,
        )
    write_form(demand, form)
    ledger.record(verb="demands.import", subject=demand, actor=actor, thread=demand.pk)
    tell_later_apps(demand)
    return demand, existing is None
