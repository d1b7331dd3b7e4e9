"""How large a believable territory is built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """`demands`: active ones. `dwellings`: let or lettable. `offered`: share of the vacancies that are on the site."""

    key: str
    demands: int
    dwellings: int
    departments: tuple[str, ...]
    offered: float


# `department` is the size of a shared file such as that of Calvados and Orne; `region` that of Île-de-France,
# drawn on the same places: it weighs, it does not describe.
SCALES = {
    s.key: s
    for s in (
        Scale("desk", 2_000, 2_800, ("14",), 0.9),
        Scale("department", 30_000, 42_000, ("14", "61"), 0.325),
        Scale("region", 800_000, 1_120_000, ("14", "61"), 0.325),
    )
}
