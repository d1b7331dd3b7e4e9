"""The text of a grid as lines: where things are written, and another head on the same rules."""

from __future__ import annotations

import re
from collections.abc import Sequence


def places(text: str) -> tuple[list[int], list[list[int]]]:
    """The lines on which the families begin, and for each family those of its criteria."""
    families: list[int] = []
    criteria: list[list[int]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"\s", "", raw)
        if line.startswith("[[family]]"):
            families.append(number)
            criteria.append([])
        elif line.startswith("[[family.criterion]]") and criteria:
            criteria[-1].append(number)
    return families, criteria


def with_head(text: str, **values: str) -> str:
    """The same grid with other words at its head: each `key` is given its TOML value, or taken away by an empty one.

    Comments and everything under the first heading stay as they are; a key that was not there comes after `key`.
    """
    lines = text.splitlines()
    end = next((n for n, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    head, rest = lines[:end], lines[end:]
    for key, value in values.items():
        at = next((n for n, line in enumerate(head) if re.match(rf"\s*{key}\s*=", line)), None)
        if at is not None:
            head[at : at + 1] = [f"{key} = {value}"] if value else []
        elif value:
            first = next((n for n, line in enumerate(head) if re.match(r"\s*key\s*=", line)), -1)
            head.insert(first + 1, f"{key} = {value}")
    return "\n".join([*head, *rest]) + "\n"


def line_of(lines: Sequence[str], start: int, name: str) -> int:
    """The line of a key in the block that begins on a line (0: the head of the text); `start` when it is not found."""
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.lstrip().startswith("["):
            break
        if re.match(rf"\s*{re.escape(name)}\s*=", line):
            return number
    return start
