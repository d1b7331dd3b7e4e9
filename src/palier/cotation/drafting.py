"""A territory writes its grid: a draft is begun from another text, saved as typed, published for a day, or given up.

Nothing typed is lost: a text with mistakes is kept with them, only publication asks for a sound one. A version never
changes once published: the next one takes over on its day, and both histories are kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Q
from django.utils.text import slugify

from palier.accounts.actor import Actor
from palier.accounts.queries import territories
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, one_at_a_time
from palier.cotation.models import Grid
from palier.cotation.queries import parsed
from palier.cotation.states import GRID
from palier.demands.models import Demand
from palier.law import cotation
from palier.law.calendar import add_months
from palier.law.grid import GridError, GridProblem
from palier.law.grid_files import shipped, source_of
from palier.law.grid_review import REFUSES, Remark, refusing, review
from palier.law.grid_text import with_head
from palier.territories.models import Epci

LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was read: the grid, None when it cannot be; `problems` then; `remarks` otherwise."""

    grid: cotation.Grid | None
    problems: tuple[GridProblem, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def refusing(self) -> list[Remark]:
        return refusing(self.remarks)


def fingerprint(source: str) -> str:
    """What tells two texts apart: whoever saves or publishes says which one was before their eyes."""
    return hashlib.sha256(source.encode()).hexdigest()


def read(held: Grid, source: str) -> Reading:
    """What stands against publishing this text today as this version, and what deserves a look."""
    today = clock.today()
    try:
        grid = cotation.parse_grid(source)
    except GridError as error:
        return Reading(None, problems=error.problems)
    own = []
    if grid.version != held.version:
        own.append(_own("Le numéro de version ne suit pas.", f"Écrivez version = {held.version}."))
    if grid.key != held.key:
        own.append(_own("La clé n’est pas celle de votre territoire.", f'Écrivez key = "{held.key}".'))
    for other in _same_day(held, grid.valid_from):
        places = ", ".join(epci.name for epci in other.epcis.all() if epci in held.epcis.all())
        own.append(
            _own(
                f"Une autre grille entre en vigueur ce jour-là : {other.title} ({places}).",
                "Choisissez un autre jour, ou retirez l’autre d’abord.",
            )
        )
    return Reading(grid, remarks=(*own, *review(grid, on=today, text=source)))


def _own(message: str, fix: str) -> Remark:
    return Remark(REFUSES, 0, "grille", message, fix)


def _same_day(held: Grid, day: date) -> list[Grid]:
    """Published grids that begin on the same day in one of the same places: nobody could say which one holds."""
    others = Grid.objects.filter(state="published", valid_from=day, epcis__in=held.epcis.all()).exclude(pk=held.pk)
    return list(others.distinct().prefetch_related("epcis").order_by("pk"))


@transaction.atomic
def start(*, actor: Actor, epcis: list[Epci], origin: str) -> Grid:
    """A draft of the next version, for territories of one's own.

    `origin`: the number of a published grid, or the name of a grid shipped with Palier (`law.grid_files.shipped`). Begun
    twice, it is one draft: an untouched one of the same text is given back.
    """
    if not epcis or not {e.pk for e in epcis} <= {e.pk for e in territories(actor)}:
        raise NotYours("one writes the grid of one's own territory")
    source, title = _origin(origin)
    one_at_a_time("grids")
    key = _key(actor, epcis)
    last = Grid.objects.filter(key=key).order_by("-version").first()
    version = last.version + 1 if last else 1
    day = add_months(clock.today().replace(day=1), 1)
    text = _prepared(source, key, version, day, epcis)
    if last is not None and last.state == "draft" and fingerprint(_prepared(source, key, last.version, day, epcis)) == (
        fingerprint(last.source)
    ):  # fmt: skip
        return last
    made = Grid.objects.create(key=key, version=version, title=title, source=text, valid_from=day)
    made.epcis.set(epcis)
    ledger.record(verb="grids.start", subject=made, actor=actor, data={"origin": origin})
    return made


def _origin(origin: str) -> tuple[str, str]:
    if origin.isdigit():
        held = Grid.objects.get(pk=int(origin), state="published")
        return held.source, held.title
    if origin not in shipped():
        raise Refused("grid.origin", "Cette grille de départ n’existe pas : choisissez-en une autre.", field="origin")
    return source_of(origin), cotation.load_grid(origin).title


def _key(actor: Actor, epcis: list[Epci]) -> str:
    """The name of a grid over its versions: the one already used for exactly these places, or the places' own."""
    wanted = {e.pk for e in epcis}
    same = (
        Grid.objects.annotate(places=Count("epcis"), own=Count("epcis", filter=Q(epcis__in=wanted)))
        .filter(places=len(wanted), own=len(wanted))
        .order_by("-version")
        .first()
    )
    if same is not None:
        return same.key
    name = epcis[0].name if len(epcis) == 1 else actor.organisation_name
    base = slugify(name)[:50]
    taken = set(Grid.objects.filter(key__startswith=base).order_by("key").values_list("key", flat=True))
    return next(k for k in (base, *(f"{base}-{n}" for n in range(2, 100))) if k not in taken)


def _prepared(source: str, key: str, version: int, day: date, epcis: list[Epci]) -> str:
    place = epcis[0].name if len(epcis) == 1 else f"{len(epcis)} intercommunalités"
    return with_head(
        source, key=f'"{key}"', version=str(version), valid_from=day.isoformat(), valid_to="", territory=f'"{place}"'
    )


@transaction.atomic
def save_draft(*, actor: Actor, held: Grid, source: str, seen: str) -> Grid:
    """Keep a text as typed, mistakes included. `seen`: the fingerprint of the one before it.

    Raises Refused when somebody else saved meanwhile (the same text twice is one), or when it is too long to be a grid.
    """
    draft = _draft(actor, held)
    if len(source) > LONGEST:
        raise Refused("grid.long", f"Ce texte dépasse {LONGEST // 1000} 000 caractères.", field="source")
    if draft.source == source:
        return draft
    if fingerprint(draft.source) != seen:
        raise Refused(
            "grid.changed",
            "Quelqu’un a enregistré ce brouillon pendant que vous écriviez. Votre texte est toujours là : comparez-le au sien, puis enregistrez.",
            field="source",
        )
    draft.source = source
    reading = read(draft, source)
    if reading.grid is not None:
        draft.title, draft.valid_from, draft.example = reading.grid.title, reading.grid.valid_from, reading.grid.example
    draft.save(update_fields=["source", "title", "valid_from", "example"])
    ledger.record(verb="grids.save", subject=draft, actor=actor, data={"sha256": fingerprint(source)})
    return draft


@transaction.atomic
def publish(*, actor: Actor, held: Grid, seen: str) -> Grid:
    """Publish the text before one's eyes: it takes over on its day, in its territories, by itself.

    Published twice, it is one. Raises Refused while a mistake stands against it, or when the text is another by now.
    """
    draft = locked(Grid.objects.all(), held.pk)
    _check(actor, draft)
    if draft.state == "published" and fingerprint(draft.source) == seen:
        return draft
    if fingerprint(draft.source) != seen:
        raise Refused(
            "grid.changed", "Ce brouillon a changé depuis que vous l’avez ouvert : relisez-le avant de publier."
        )
    one_at_a_time("grids")
    reading = read(draft, draft.source)
    if reading.grid is None:
        raise Refused("grid.unreadable", f"Cette grille ne peut pas être lue : {reading.problems[0]}")
    if against := reading.refusing:
        raise Refused("grid.mistake", f"Cette grille ne peut pas être publiée. {against[0].message} {against[0].fix}")
    GRID.fire(
        draft, "publish", actor=actor, data={"sha256": seen}, title=reading.grid.title,
        valid_from=reading.grid.valid_from, valid_to=reading.grid.valid_to, example=reading.grid.example,
    )  # fmt: skip
    return draft


@transaction.atomic
def discard(*, actor: Actor, held: Grid) -> None:
    """Give a draft up; its text is kept, nothing reads it any more. Given up twice, it is once."""
    draft = locked(Grid.objects.all(), held.pk)
    _check(actor, draft)
    if draft.state != "withdrawn":
        GRID.fire(draft, "discard", actor=actor)


@transaction.atomic
def withdraw(*, actor: Actor, held: Grid) -> None:
    """Take a published grid back: what held before holds again. Raises Refused where nothing did."""
    grid = locked(Grid.objects.all(), held.pk)
    _check(actor, grid)
    if grid.state == "withdrawn":
        return
    today = clock.today()
    if grid.valid_from <= today:
        before = Grid.objects.filter(state="published", valid_from__lte=today).exclude(pk=grid.pk)
        before = before.filter(Q(valid_to=None) | Q(valid_to__gt=today))
        bare = grid.epcis.exclude(pk__in=before.values("epcis")).order_by("name").first()
        if bare is not None:
            raise Refused(
                "grid.only",
                f"{bare.name} n’aurait plus de grille. Publiez une nouvelle version : elle prendra la suite.",
            )
    GRID.fire(grid, "withdraw", actor=actor)


def concerned(held: Grid) -> int:
    """How many live demands wish one of its territories."""
    with as_system("a count over a whole territory tells of nobody"):
        wishing = Demand.objects.filter(state="active", wishes__commune__epci__in=held.epcis.all())
        return wishing.distinct().count()


def before(held: Grid) -> cotation.Grid | None:
    """The grid that this version takes over from, in its first territory."""
    place = held.epcis.order_by("name").first()
    earlier = Grid.objects.filter(state="published", epcis=place, valid_from__lt=held.valid_from).exclude(pk=held.pk)
    last = earlier.order_by("-valid_from", "-version").first()
    return None if last is None else parsed(last.source)


def _draft(actor: Actor, held: Grid) -> Grid:
    draft = locked(Grid.objects.all(), held.pk)
    _check(actor, draft)
    if draft.state != "draft":
        raise Refused(
            "grid.published", "Cette version n’est plus un brouillon. Préparez une nouvelle version pour la changer."
        )
    return draft


def _check(actor: Actor, held: Grid) -> None:
    if not writes(actor, held):
        raise NotYours("one writes the grid of one's own territory")


def writes(actor: Actor, held: Grid) -> bool:
    """Whether every territory of a grid is one that the actor speaks for."""
    own = {e.pk for e in territories(actor)}
    return bool(own) and {e.pk for e in held.epcis.all()} <= own
