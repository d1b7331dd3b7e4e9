"""How far two places are from each other in a straight line, in kilometres.

A commission weighs the distance to work (CCH L441-1). Only communes are known, so the figure is that of their centres:
it is said as a straight line, never as a journey.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# Mean radius of the Earth (IUGG), in kilometres: a measure, not a rule.
_RADIUS = 6371.0088

Point = tuple[float, float]


def straight_line(one: Point, other: Point) -> float:
    """Kilometres between two points given as (latitude, longitude) in degrees, by the haversine formula."""
    north, east = radians(other[0] - one[0]), radians(other[1] - one[1])
    chord = sin(north / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(east / 2) ** 2
    return 2 * _RADIUS * asin(min(1.0, sqrt(chord)))
