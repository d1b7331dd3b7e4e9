"""What the night does here: the years that employees spent in their company move the points of its priorities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from palier.demands.nights import Step
from palier.employers.actions import refresh_points
from palier.employers.models import Company

BLOCK = 50


def _with_priorities(after: int, day: date) -> Sequence[int]:
    held = Company.objects.filter(priorities__isnull=False, pk__gt=after).order_by("pk").distinct()
    return held.values_list("pk", flat=True)[:BLOCK]


STEP = Step("priorities", "Priorités des employeurs", _with_priorities, lambda keys, day: refresh_points(keys))
