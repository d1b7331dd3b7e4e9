"""Two demands that one person seems to hold in a register: found by precise keys, examined and merged by an agent.

One demand per department, one for Île-de-France (CCH R441-2-1). A merger keeps one number and the longest seniority;
the other demand is removed for that reason (R441-2-8 f), its documents follow, and all of it can be taken back until
its data are erased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet

from palier.accounts.actor import PALIER, Actor
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked_all
from palier.demands import actions
from palier.demands.acting import Ground, words_of
from palier.demands.models import Demand, Identity, Likeness
from palier.demands.queries import visible_to
from palier.demands.states import DEMAND, LIKENESS
from palier.demands.telling import in_words, tell

# Called with the demand that goes and the one that is kept, in the same transaction: later apps move what hangs on the
# first to the second, and return what they need to take it back; the third is called with that to put it back.
move_dossier: list[tuple[str, Callable[[Demand, Demand], object], Callable[[Demand, Demand, object], None]]] = []


def find(demands: Sequence[Demand]) -> int:
    """Record the pairs that these demands make with live ones of the same register; how many are new."""
    made = 0
    with as_system("the same person may hold a demand registered by another desk"):
        for demand in demands:
            if demand.state != "active" or not demand.identity_keys:
                continue
            others = Identity.objects.filter(register_code=demand.register_code, key__in=demand.identity_keys)
            found = others.exclude(demand=demand.pk).order_by("demand").values_list("demand", flat=True).distinct()
            for other in found:
                first, second = sorted((demand.pk, other))
                _, new = Likeness.objects.get_or_create(
                    first_id=first, second_id=second, defaults={"found_at": clock.now()}
                )
                made += new
    return made


def find_all() -> int:
    """Every pair of the register, in one query; run at night, and after a take-over."""
    with as_system("the whole register is compared with itself"), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO demands_likeness (first_id, second_id, state, found_at, why, undo)
            SELECT DISTINCT a.demand_id, b.demand_id, 'found', %s::timestamptz, '', '{}'::jsonb
            FROM demands_identity a
            JOIN demands_identity b ON b.key = a.key AND b.register_code = a.register_code AND b.demand_id > a.demand_id
            ON CONFLICT DO NOTHING""",
            [clock.now()],
        )
        return cursor.rowcount


def to_examine(actor: Actor) -> QuerySet[Likeness]:
    """The pairs still to be looked at, among the demands the actor may see."""
    mine = visible_to(actor).filter(state="active").values("pk")
    return (
        Likeness.objects.filter(state="found", first__in=mine, second__in=mine)
        .select_related("first", "second")
        .order_by("found_at", "pk")
    )


def one(actor: Actor, likeness_id: int) -> Likeness:
    """A pair whose two demands the actor may see. Raises DoesNotExist."""
    mine = visible_to(actor).values("pk")
    return Likeness.objects.select_related("first", "second", "kept").get(
        pk=likeness_id, first__in=mine, second__in=mine
    )


def _locked(actor: Actor, likeness_id: int) -> tuple[Likeness, list[Demand]]:
    if actor.role != Role.DESK:
        raise NotYours("a desk examines what looks like the same person")
    found = one(actor, likeness_id)
    demands = locked_all(visible_to(actor).filter(pk__in=[found.first_id, found.second_id]))
    return Likeness.objects.select_for_update(of=("self",)).get(pk=found.pk), demands


@transaction.atomic
def tell_apart(*, actor: Actor, likeness_id: int, why: str) -> Likeness:
    """They are two people (twins by name): the pair is not shown again."""
    likeness, _ = _locked(actor, likeness_id)
    if likeness.state == "apart":
        return likeness
    if len(why.strip()) < 4:
        raise Refused("likeness.why", "Dites en quelques mots ce qui les distingue.", field="why")
    LIKENESS.fire(
        likeness, "tell_apart", actor=actor, thread=None, why=why.strip()[:500], data={"why": why.strip()[:500]},
        decided_at=clock.now(), decided_by=actor.organisation,
    )  # fmt: skip
    likeness.why = why.strip()[:500]
    likeness.save(update_fields=["why"])
    return likeness


@transaction.atomic
def merge(*, actor: Actor, likeness_id: int, keep: int, ground: Ground | None) -> Likeness:
    """One demand is kept, with its number and the longest seniority of the two; the household agrees (`ground`) and is told.

    Refused when each is held by another account: somebody would lose the sight of its demand.
    """
    likeness, pair = _locked(actor, likeness_id)
    if likeness.state == "merged":
        return likeness
    by_key = {d.pk: d for d in pair}
    kept = by_key.pop(keep, None)
    if kept is None:
        raise Refused("likeness.keep", "Choisissez la demande à garder.", field="keep")
    (other,) = by_key.values()
    if kept.state != "active" or other.state != "active":
        raise Refused("likeness.gone", "L’une de ces demandes est close : il n’y a plus rien à réunir.")
    if kept.person_id and other.person_id and kept.person_id != other.person_id:
        raise Refused(
            "likeness.accounts",
            "Chacune est liée à un compte différent : demandez à la personne lequel elle garde, et fermez l’autre d’abord.",
        )
    if other.sheltered and not kept.sheltered:
        raise Refused(
            "likeness.sheltered", "L’autre demande a une adresse protégée : c’est elle qu’il faut garder.", field="keep"
        )
    told = words_of(ground, kept)
    since = min(kept.first_registered_on, other.first_registered_on)
    data = {"since": in_words(since)}
    # Before the removal, which closes the pairs of a demand that goes.
    LIKENESS.fire(
        likeness, "merge", actor=actor, thread=kept.pk, why=told, data=data,
        kept=kept, decided_at=clock.now(), decided_by=actor.organisation,
        undo={
            "since": kept.first_registered_on.isoformat(), "kept_person": kept.person_id, "other_person": other.person_id,
        },
    )  # fmt: skip
    actions.remove(actor=actor, demand_id=other.pk, ground="FUSION", why=told)
    likeness.undo["moved"] = {name: there(other, kept) for name, there, _ in move_dossier}
    likeness.save(update_fields=["undo"])
    Demand.objects.filter(pk=other.pk).update(person=None)
    kept.person_id, kept.first_registered_on = kept.person_id or other.person_id, since
    kept.save(update_fields=["person", "first_registered_on"])
    actions.live_on("change", [kept], actor)
    tell([kept], "merged", "Vos deux demandes de logement social sont réunies", lambda d: {**data, "ground": told})
    actions.tell_later_apps(kept)
    return likeness


@transaction.atomic
def undo(*, actor: Actor, likeness_id: int, why: str) -> Likeness:
    """Take a merger back: each demand has again its number, its seniority, its account and its documents."""
    likeness, pair = _locked(actor, likeness_id)
    if likeness.state == "found":
        return likeness
    if likeness.state != "merged":
        raise Refused("likeness.state", "Il n’y a rien à annuler.")
    if len(why.strip()) < 4:
        raise Refused("likeness.why", "Dites pourquoi la réunion est annulée.", field="why")
    kept = next(d for d in pair if d.pk == likeness.kept_id)
    other = next((d for d in pair if d.pk != likeness.kept_id), None)
    if other is None or other.state != "removed" or other.removal_ground != "FUSION":
        raise Refused("likeness.erased", "Les données de l’autre demande sont effacées : on ne peut plus annuler.")
    if kept.state != "active":
        raise Refused("likeness.gone", "La demande gardée est close : on ne peut plus annuler.")
    held = likeness.undo
    kept.person_id, kept.first_registered_on = held["kept_person"], date.fromisoformat(held["since"])
    kept.save(update_fields=["person", "first_registered_on"])
    DEMAND.fire(
        other, "part", actor=actor, thread=other.pk, why=why.strip()[:500], removal_ground="", removed_on=None,
        person_id=held["other_person"],
    )  # fmt: skip
    for name, _, back in move_dossier:
        back(kept, other, held.get("moved", {}).get(name))
    LIKENESS.fire(
        likeness, "undo", actor=actor, thread=kept.pk, why=why.strip()[:500], kept=None, undo={}, decided_at=None,
        decided_by=None,
    )  # fmt: skip
    tell([kept, other], "parted", "La réunion de vos demandes de logement social est annulée")
    for demand in (kept, other):
        actions.tell_later_apps(demand)
    actions.live_on("reactivate", [other], actor)
    return likeness


def follow_life(verb: str, demands: Sequence[Demand], actor: Actor) -> None:
    """A pair of which one is closed has nothing to be examined any more; one that comes back is compared again."""
    if verb in ("remove", "erase"):
        with as_system("a pair may be seen by another desk"):
            pairs = Likeness.objects.filter(state__in=["found", "apart"])
            concerned = pairs.filter(first__in=demands) | pairs.filter(second__in=demands)
            LIKENESS.fire_all(
                list(concerned.order_by("pk").distinct()), "close", actor=PALIER, thread=lambda pair: None
            )
    elif verb == "reactivate":
        find(demands)


def follow_change(demand: Demand) -> None:
    """Whoever registers, changes or is brought in is compared with the register."""
    find([demand])
