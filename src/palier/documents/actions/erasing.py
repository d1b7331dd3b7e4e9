"""What is left of a dossier when its household's data are erased: nothing."""

from __future__ import annotations

from collections.abc import Sequence

from palier.accounts.actor import Actor
from palier.demands.models import Demand
from palier.documents.models import Agreement, Piece, Reading, Recognition, Upload


def follow_life(verb: str, demands: Sequence[Demand], actor: Actor) -> None:
    """Documents, recognised situations and the journal go with the data; the sweep removes the files the night after."""
    if verb == "erase":
        for model in (Recognition, Piece, Agreement, Reading, Upload):
            model.objects.filter(demand__in=demands).delete()
