"""Documents and recognised situations follow the demand that is kept when two of one person are merged."""

from __future__ import annotations

from palier.common.isolation import as_system
from palier.demands.models import Demand
from palier.documents.models import Piece, Recognition

WHY = "what the desk may not read follows too, unseen"


def move_to(other: Demand, kept: Demand) -> dict[str, list[int]]:
    """Hang on `kept` what hung on `other`; returns what moved.

    Only when both are asked for by the same person: a document names whom it concerns by its place in the form.
    What the kept demand already has stays where it was.
    """
    mine, theirs = ((d.last_name_key, d.first_name_key, d.birth_date) for d in (kept, other))
    if mine != theirs:
        return {}
    with as_system(WHY):
        held = set(Piece.objects.filter(demand=kept).order_by("pk").values_list("kind", "about", "sha256"))
        pieces = [
            p.pk for p in Piece.objects.filter(demand=other).order_by("pk") if (p.kind, p.about, p.sha256) not in held
        ]
        live = Recognition.objects.filter(state__in=["asked", "recognised"]).order_by("pk")
        known = list(live.filter(demand=kept).values_list("situation", flat=True))
        same = live.filter(demand=other, situation__in=known).values("pk")
        situations = Recognition.objects.filter(demand=other).exclude(pk__in=same).order_by("pk")
        moved = {"pieces": pieces, "recognitions": list(situations.values_list("pk", flat=True))}
        _hang(moved, kept)
    return moved


def put_back(kept: Demand, other: Demand, moved: dict[str, list[int]] | None) -> None:
    """Hang again on `other` what moved."""
    with as_system(WHY):
        _hang(moved or {}, other)


def _hang(moved: dict[str, list[int]], demand: Demand) -> None:
    Piece.objects.filter(pk__in=moved.get("pieces", [])).update(demand=demand)
    Recognition.objects.filter(pk__in=moved.get("recognitions", [])).update(demand=demand)
