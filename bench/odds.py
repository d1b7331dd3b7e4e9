"""Are the chances told before applying true? `./palier bench odds [--chart FILE.svg]`.

Odds are learnt on the offers that ended before the last twelve months of the demonstration's past, as the night does, and
told to every application of those twelve months; what was told is set beside what came. Peers: everybody told the mean
chance, and one over the place. The past is a played one (`palier.demo.past`), not a territory's: a territory runs the
same comparison on its own.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from palier.demo.past import PastOfferRow, past_offers
from palier.demo.places import by_code
from palier.law.calendar import add_months
from palier.law.odds import Calibration, Cell, Odds, calibration, cell, count, curve, size_of

LEAST = 30
Told = Callable[[PastOfferRow, int, float], float | None]


def breadths(offer: PastOfferRow) -> tuple[tuple[str, str, bool], ...]:
    """Homes that compare with the offer's, the nearest first, as `observatory.outlooks` widens them."""
    commune, size = by_code()[offer.commune], size_of(offer.type)
    department = commune.department
    return (
        (commune.epci or "", size, offer.reserved),
        (department, size, offer.reserved),
        (department, "", offer.reserved),
    )


def cases(offer: PastOfferRow) -> Iterable[tuple[int, float, bool]]:
    return zip(offer.stood, (left / 100 for left in offer.left), offer.proposed, strict=True)


def learn(offers: Iterable[PastOfferRow]) -> dict[tuple[str, str, bool], dict[Cell, Odds]]:
    known = defaultdict(list)
    for offer in offers:
        for kind in breadths(offer):
            known[kind] += cases(offer)
    return {kind: curve(count(found)) for kind, found in known.items()}


def tried(offers: Iterable[PastOfferRow], told: Told) -> tuple[Calibration, int]:
    """The calibration of `told`, and to how many applications it said nothing."""
    pairs, silent = [], 0
    for offer in offers:
        for position, left, came in cases(offer):
            chance = told(offer, position, left)
            if chance is None:
                silent += 1
            else:
                pairs.append((chance, came))
    return calibration(pairs), silent


def chart(found: Calibration) -> str:
    """Told beside seen on logarithmic axes; a point's area grows with its applications."""
    from math import log10, sqrt

    side, low = 320, 0.004

    def at(share: float) -> float:
        return round(side * (log10(max(share, low)) - log10(low)) / -log10(low), 1)

    ticks = "".join(
        f'<line x1="{at(t)}" x2="{at(t)}" y1="0" y2="{side}" class="g"/><line y1="{side - at(t)}" y2="{side - at(t)}" x1="0" x2="{side}" class="g"/>'
        f'<text x="{at(t)}" y="{side + 16}" text-anchor="middle">{t:.0%}</text><text x="-6" y="{side - at(t) + 4}" text-anchor="end">{t:.0%}</text>'
        for t in (0.01, 0.05, 0.1, 0.2, 0.5, 1)
    )
    most = max(b.applications for b in found.bins)
    points = "".join(
        f'<circle cx="{at(b.told)}" cy="{side - at(b.seen)}" r="{3 + 9 * sqrt(b.applications / most):.1f}"><title>told {b.told:.1%}, seen {b.seen:.1%}, {b.applications} applications</title></circle>'
        for b in found.bins
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-70 -20 {side + 90} {side + 70}" role="img" font-family="sans-serif" font-size="12">'
        "<title>Chances told beside what came, on a year held out: the points lie on the diagonal</title>"
        "<style>.g{stroke:#ddd}circle{fill:#1a5fb4;fill-opacity:.75}</style>"
        f'<rect x="-70" y="-20" width="{side + 90}" height="{side + 70}" fill="#fff"/>{ticks}'
        f'<line x1="0" y1="{side}" x2="{side}" y2="0" stroke="#555" stroke-dasharray="4 4"/>{points}'
        f'<text x="{side / 2}" y="{side + 38}" text-anchor="middle">chance told</text>'
        f'<text transform="translate(-48 {side / 2}) rotate(-90)" text-anchor="middle">share that came</text></svg>\n'
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--scale", default="department")
    asked.add_argument("--chart", type=Path)
    options = asked.parse_args()
    today = date(2026, 11, 1)
    split = add_months(today, -12)
    known, held = [], []
    for offer in past_offers(options.scale, today=today):
        (known if offer.ended_on < split else held).append(offer)
    started = time.perf_counter()
    learnt = learn(known)
    took = time.perf_counter() - started
    total = sum(len(o.stood) for o in known)
    mean = sum(sum(o.proposed) for o in known) / total

    def told(offer: PastOfferRow, position: int, left: float) -> float | None:
        at = cell(position, left)
        for kind in breadths(offer):
            found = learnt.get(kind, {}).get(at)
            if found and found.applications >= LEAST:
                return found.chance
        return None

    def everybody(offer: PastOfferRow, position: int, left: float) -> float:
        return mean

    def by_place(offer: PastOfferRow, position: int, left: float) -> float:
        return 1 / position

    print(f"{len(known)} offers ({total} applications) learnt in {took:.2f} s; {len(held)} offers held out\n")
    print("| told | applications | nothing said | mean distance of told to seen | squared error (Brier) |")
    print("| --- | --- | --- | --- | --- |")
    results: dict[str, Calibration] = {}
    for name, way in (("palier.law.odds", told), ("everybody the mean", everybody), ("one over the place", by_place)):
        results[name], silent = tried(held, way)
        found = results[name]
        applications = sum(b.applications for b in found.bins)
        print(f"| {name} | {applications} | {silent} | {found.error:.2%} | {found.score:.4f} |")
    print("\n| told | seen | applications |\n| --- | --- | --- |")
    for one in results["palier.law.odds"].bins:
        print(f"| {one.told:.1%} | {one.seen:.1%} | {one.applications} |")
    if options.chart:
        options.chart.write_text(chart(results["palier.law.odds"]), encoding="utf-8")


if __name__ == "__main__":
    main()
