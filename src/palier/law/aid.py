"""Housing aid (APL) of a tenant: L + C - PP, where PP = P0 + (TF + TL) x (R - R0).

L is the rent up to its ceiling, C flat charges, P0 the least the tenant pays, R yearly resources and R0
the part of them left aside. Source: CCH D823-16 to D823-18, order of 27 September 2019. An estimate:
the family benefits office alone decides, on resources it knows better than the form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from palier.law.household import Household, size
from palier.law.income import resources
from palier.law.parameters import parameter_set

# Resources that the aid counts, and the part of each (CCH R822-2 to R822-4): tax allowances of 10 % on
# wages, pensions and unemployment; family and minimum benefits do not count.
COUNTED = {"SAL": 0.9, "RET": 0.9, "CHO": 0.9, "PINV": 0.9, "PAR": 0.9, "AUT": 1.0}


@dataclass(frozen=True, slots=True)
class HousingAid:
    """`amount`: euros a month paid. `rent_reduction`: RLS taken off the rent by a social landlord (euros a month).

    `details`: the terms of the formula. `to_verify`: a figure in force is still to be checked.
    """

    amount: int
    rent_reduction: float
    details: dict[str, Any]
    to_verify: bool

    @property
    def relief(self) -> float:
        """All that the tenant does not pay."""
        return self.amount + self.rent_reduction


def yearly_resources(household: Household, on: date) -> int | None:
    """R: resources of twelve months that count, alimony paid deducted, rounded up to the next 100 euros."""
    held = resources(household)
    if held.total is None:
        return None
    step: int = parameter_set("aid", on=on).values["resources_rounding"]
    yearly = 12 * (sum(amount * COUNTED.get(code, 0) for code, amount in held.by_code.items()) - held.paid)
    return max(math.ceil(round(yearly, 2) / step) * step, 0)


def housing_aid(
    household: Household, *, rent: float, zone: int, on: date, reduction: bool = False
) -> HousingAid | None:
    """The estimated aid for a social dwelling of that rent without charges (euros a month) in zone 1, 2 or 3.

    `reduction`: apply the rent reduction of social landlords (RLS), which lowers rent and aid together.
    None when resources are not known.
    """
    tenant = tenant_of(household, on)
    return None if tenant is None else housing_aid_for(tenant, rent=rent, zone=zone, on=on, reduction=reduction)


@dataclass(frozen=True, slots=True)
class Tenant:
    """What the aid knows of a household, whatever the dwelling. `yearly`: R, see `yearly_resources`."""

    couple: bool
    dependants: int
    yearly: int
    disability: bool


def tenant_of(household: Household, on: date) -> Tenant | None:
    """The household as the aid reads it; None when its resources are not known."""
    yearly = yearly_resources(household, on)
    if yearly is None:
        return None
    adults = len(household.adults)
    return Tenant(household.couple or adults > 1, size(household) - adults, yearly, household.disability)


def housing_aid_for(tenant: Tenant, *, rent: float, zone: int, on: date, reduction: bool = False) -> HousingAid:
    """`housing_aid` for a household already read."""
    return housing_aid_of(
        couple=tenant.couple, dependants=tenant.dependants, yearly=tenant.yearly, rent=rent, zone=zone, on=on,
        disability=tenant.disability, reduction=reduction,
    )  # fmt: skip


def housing_aid_of(
    *, couple: bool, dependants: int, yearly: float, rent: float, zone: int, on: date,
    disability: bool = False, reduction: bool = False,
) -> HousingAid:  # fmt: skip
    """The formula on its bare terms: for the household above, for simulators and for checks against others."""
    held = parameter_set("aid", on=on)
    rule = held.values
    most = _rent_ceiling(rule["rent"][str(zone)], couple, dependants)
    kept = min(rent, most)
    charges = rule["charges"][0] + dependants * rule["charges"][1]
    least = max(rule["least_share"] * (kept + charges), rule["least_amount"])
    family = _by_size(rule["family_rate"], couple, dependants)
    rate = family + _rent_rate(rule, kept / _rent_ceiling(rule["rent"]["2"], couple, dependants))
    aside = _by_size(rule["r0"], couple, dependants)
    part = least + rate * max(yearly - aside, 0)
    gross = max(kept + charges - part, 0)
    # A rent far above the ceiling fades the aid out; a disability sets this aside.
    fading = 1.0 if disability else _fading(rule["fading"][str(zone)], rent, most)
    gross = max(round(gross * fading, 2) - rule["flat_cut"], 0)
    cut = rent_reduction(couple=couple, dependants=dependants, yearly=yearly, zone=zone, on=on) if reduction else 0.0
    gross = max(gross - cut * parameter_set("rent_reduction", on=on).values["aid_share"] if cut else gross, 0)
    debt = math.floor(round(gross * 100, 6) * rule["social_debt"]) / 100
    amount = math.floor(round(gross - debt, 6))
    details = {
        "rent_kept": round(kept, 2), "charges": round(charges, 2), "least": round(least, 2), "rate": round(rate, 5),
        "resources": yearly, "aside": aside, "part": round(part, 2), "fading": round(fading, 4),
        "gross": round(gross, 2),
        "valid_from": held.valid_from.isoformat(),
    }  # fmt: skip
    return HousingAid(amount, cut, details, bool(held.verify))


def rent_reduction(*, couple: bool, dependants: int, yearly: float, zone: int, on: date) -> float:
    """The rent reduction due by a social landlord (RLS), in euros a month; 0 above its ceiling (CCH L442-2-1)."""
    rule = parameter_set("rent_reduction", on=on).values
    if yearly / 12 >= _by_size(rule["ceiling"][str(zone)], couple, dependants):
        return 0.0
    return _rent_ceiling(rule["amount"][str(zone)], couple, dependants)


def _rent_ceiling(row: list[float], couple: bool, dependants: int) -> float:
    if dependants:
        return round(row[2] + (dependants - 1) * row[3], 2)
    return row[1] if couple else row[0]


def _by_size(row: list[float], couple: bool, dependants: int) -> float:
    if not dependants:
        return row[1] if couple else row[0]
    return row[1 + min(dependants, 6)] + max(dependants - 6, 0) * row[8]


def _rent_rate(rule: dict[str, Any], ratio: float) -> float:
    """TL: nothing up to 45 % of the reference rent, then 0.45 % and 0.68 % of the slices above."""
    (low, high), (first, second) = rule["rent_rate_from"], rule["rent_rate"]
    ratio = round(ratio, 4)
    slices: float = first * max(min(ratio, high) - low, 0) + second * max(ratio - high, 0)
    return round(slices, 5)


def _fading(multiples: list[float], rent: float, most: float) -> float:
    start, end = (round(most * multiple, 2) for multiple in multiples)
    if rent <= start:
        return 1.0
    return max(1 - (rent - start) / (end - start), 0.0)
