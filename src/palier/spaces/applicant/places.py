"""Reading a commune as people write it: old names, twins of two departments, slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity

from palier.law.reasons import listing
from palier.territories.models import Commune
from palier.territories.queries import current_commune, search_key

# « Saint-Pierre (61) »: how a commune with a namesake in another department is told apart.
_WITH_DEPARTMENT = re.compile(r"(.+?)\s*\((\w{2,3})\)\s*", re.S)
NEAR = 0.35


@dataclass(frozen=True, slots=True)
class Place:
    """`former`: what to say when an old name was written. `problem`: what to say when nothing was found."""

    commune: Commune | None = None
    former: str = ""
    problem: str = ""


def read_place(text: str, *, postcode: str = "", active: bool = False) -> Place:
    """The living commune behind a text. `active`: in a department open here."""
    if not search_key(text):
        return Place(problem=f"« {text[:40]} » n’est pas une commune.")
    wanted = _WITH_DEPARTMENT.fullmatch(text)
    name, department = (wanted[1], wanted[2]) if wanted else (text, "")
    named = list(
        Commune.objects.filter(search_name=search_key(name), **({"department__active": True} if active else {}))
        .select_related("successor")
        .order_by("-population", "code")
    )
    if department:
        named = [c for c in named if c.department_id == department]
    # The one of that postcode first, then a living one before one that was merged.
    named.sort(key=lambda c: (postcode not in c.postcodes, c.successor_id is not None))
    if not named:
        return Place(problem=_unknown(text, active))
    found = named[0]
    living = current_commune(found.code)
    if living.code == found.code:
        return Place(living)
    return Place(
        living, f"« {found.name} » fait maintenant partie de « {living.name} » : c’est cette commune qui compte."
    )


def _unknown(text: str, active: bool) -> str:
    near = Commune.objects.filter(successor=None, **({"department__active": True} if active else {}))
    near = near.annotate(likeness=TrigramSimilarity("search_name", search_key(text)[:80])).filter(likeness__gt=NEAR)
    names = listing((f"« {c.name} »" for c in near.order_by("-likeness", "-population", "code")[:3]), "ou")
    hint = f"Vouliez-vous dire {names} ?" if names else "Vérifiez l’orthographe."
    return f"« {text[:40]} » n’est pas une commune de ce territoire. {hint}"


def labels(codes: Iterable[str]) -> dict[str, str]:
    """INSEE code → the name to show, with its department when another commune bears the same name."""
    wanted = list(Commune.objects.filter(code__in=list(codes)).order_by("code"))
    return _told_apart(wanted)


def choices() -> list[str]:
    """Every commune that can be wished here, in French order, each name unequivocal."""
    living = Commune.objects.filter(department__active=True, successor=None).order_by("search_name", "code")
    return list(_told_apart(list(living)).values())


def _told_apart(communes: list[Commune]) -> dict[str, str]:
    keys = {c.search_name for c in communes}
    bearers: dict[str, set[str]] = {}
    for key, department in (
        Commune.objects.filter(search_name__in=keys, successor=None, department__active=True)
        .order_by("code")
        .values_list("search_name", "department")
    ):
        bearers.setdefault(key, set()).add(department)
    return {
        c.code: f"{c.name} ({c.department_id})" if len(bearers.get(c.search_name, ())) > 1 else c.name for c in communes
    }
