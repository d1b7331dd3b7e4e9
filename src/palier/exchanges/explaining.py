"""A score worked out from files alone: a grid and a demand, nothing read from the register nor written to it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from palier.cotation import queries
from palier.demands import facts
from palier.demands.models import Demand, DemandVersion
from palier.exchanges.reading import form_of
from palier.exchanges.sne.document import parse
from palier.law import cotation
from palier.law.household import Household
from palier.territories.models import Commune, Epci


class Unreadable(ValueError):
    """A file that is neither a frozen household nor a demand of the register; the message says what to do."""


def explain(grid_source: str, demand: bytes, on: date) -> dict[str, Any]:
    """Points, lines with the value that fired them, what is provisional, what would change; and what it was worked out from.

    `demand`: a household as `Household.to_dict` writes it (JSON, with its proofs and situations), or a document of the
    national register (XML), where everything is then declared. Raises `law.cotation.GridError`, `Unreadable`, and
    `sne.safety.DocumentRefused` for a file that is not safe to read.
    """
    grid = cotation.parse_grid(grid_source)
    household = _household(demand)
    score = cotation.score(grid, household, on)
    frozen = json.dumps(household.to_dict(), sort_keys=True, ensure_ascii=False)
    return {
        "on": on.isoformat(),
        "grid": {
            "key": grid.key, "version": grid.version, "title": grid.title, "in_force": grid.in_force(on),
            "example": grid.example, "incomplete": grid.incomplete,
            "sha256": hashlib.sha256(grid_source.encode()).hexdigest(),
        },
        "facts_sha256": hashlib.sha256(frozen.encode()).hexdigest(),
        **score.to_dict(),
    }  # fmt: skip


def replay(number: str, on: date) -> list[dict[str, Any]]:
    """The scores of a demand on a past day, one for each territory it wished then. Raises `Unreadable` for an unknown one."""
    demand = Demand.objects.filter(number="".join(number.split()).upper()).first()
    if demand is None:
        raise Unreadable("Aucune demande ne porte ce numéro.")
    try:
        found = queries.replay(demand, on)
    except DemandVersion.DoesNotExist as error:
        raise Unreadable("Cette demande n’était pas encore ici ce jour-là.") from error
    names = dict(Epci.objects.filter(pk__in=[epci for epci, *_ in found]).values_list("pk", "name"))
    return [
        {
            "on": on.isoformat(), "territory": names[epci], "grid": {"key": grid.key, "version": grid.version},
            "facts": origin, **score.to_dict(),
        }
        for epci, grid, score, origin in found
    ]  # fmt: skip


def _household(content: bytes) -> Household:
    if content.lstrip()[:1] == b"<":
        return _of_register(content)
    try:
        return Household.from_dict(json.loads(content))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(
            "Ce fichier n’est ni un ménage (JSON avec people, home, wish…) ni une demande du registre (XML) : "
            f"{type(error).__name__}."
        ) from error


def _of_register(content: bytes) -> Household:
    document = parse(content).demand
    form = form_of(document)
    epcis = Commune.objects.filter(code__in=form.wish.communes).exclude(epci=None).values_list("epci", flat=True)
    demand = Demand(first_registered_on=document.created_on)
    return facts.from_form(form, demand, epcis=tuple(sorted(set(epcis))))
