"""What a loan costs a month."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def instalment(capital: Decimal, yearly_rate: Decimal, years: int) -> Decimal:
    """The constant monthly instalment, insurance apart: m = C.r / (1 - (1 + r)^-n), with r a twelfth of the yearly rate
    and n in months. Euros, rounded to the cent. Without interest: the capital over the months."""
    rate, months = yearly_rate / 12, years * 12
    exact = capital * rate / (1 - (1 + rate) ** -months) if rate else capital / months
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
