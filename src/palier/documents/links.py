"""What earlier apps need to know of a dossier without importing it."""

from __future__ import annotations

from palier.common.isolation import as_system
from palier.demands.models import Demand


def thread_of(person_id: int) -> int | None:
    """The dossier in whose history something about a person is told: their live demand, else the latest."""
    with as_system("an employer answers for a person whose demand it never sees"):
        return (
            Demand.objects.filter(person=person_id)
            .order_by("state", "-first_registered_on", "-pk")
            .values_list("pk", flat=True)
            .first()
        )
