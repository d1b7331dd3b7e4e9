"""What a rent weighs: effort rate (order of 10 March 2011) and money left to live on (no legal formula)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from palier.law.household import Household, consumption_units
from palier.law.income import resources
from palier.law.parameters import parameter_set
from palier.law.reasons import FITS, UNKNOWN, WARNS, Reason, euros, percent


@dataclass(frozen=True, slots=True)
class Effort:
    """`rate`: share of resources (0.28). `left_per_day`: euros a day and consumption unit. `cost`: euros a month.

    Both are None when the household stated no resources.
    """

    rate: Decimal | None
    left_per_day: float | None
    cost: float
    resources: int | None
    reasons: tuple[Reason, ...]


def effort(
    household: Household,
    *,
    rent: float,
    charges: float,
    aid: float = 0,
    energy: float = 0,
    on: date,
    aided: bool = True,
) -> Effort:
    """Rent, charges and flat energy amount, minus aid, against monthly resources.

    `aided`: whether an aid was worked out, nil or not: the words say that it is taken off. `energy`: flat amount when
    water and heating are not in the charges. Alimony paid lowers the money left, not the rate, whose denominator is what
    the persons to house receive.
    """
    held = resources(household)
    cost = round(max(rent + charges + energy - aid, 0), 2)
    if not held.total:
        why = Reason(
            "effort.unknown", "Vos ressources ne sont pas connues : le taux d’effort ne peut pas être calculé.", UNKNOWN
        )
        return Effort(None, None, cost, held.total, (why,))
    rule = parameter_set("affordability", on=on).values
    rate = (Decimal(str(cost)) / held.total).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    units = consumption_units(household, on)
    left = round((held.total - held.paid - cost) / units / rule["days"], 2)
    values = {"rate": float(rate), "cost": cost, "resources": held.total, "left_per_day": left}
    heavy = rate > Decimal(str(rule["effort_alert"]))
    what = "Loyer et charges, aide déduite" if aided else "Loyer et charges"
    text = f"{what} : {euros(cost)} par mois, soit {percent(rate)} de vos ressources."
    reasons = [Reason("effort.heavy" if heavy else "effort.bearable", text, WARNS if heavy else FITS, values)]
    if left < rule["left_alert"]:
        short = f"Il vous resterait {euros(left, 2)} par jour et par part pour vivre."
        reasons.append(Reason("left.short", short, WARNS, values))
    return Effort(rate, left, cost, held.total, tuple(reasons))


def effort_rate(household: Household, *, rent: float, charges: float, aid: float = 0, on: date) -> Decimal | None:
    """The share of resources that the dwelling takes: 0.28 for 28 %. None without known resources."""
    return effort(household, rent=rent, charges=charges, aid=aid, on=on).rate


def left_to_live(household: Household, *, rent: float, charges: float, aid: float = 0, on: date) -> float | None:
    """Euros left a day and consumption unit once the dwelling is paid. None without known resources."""
    return effort(household, rent=rent, charges=charges, aid=aid, on=on).left_per_day
