"""The bodies and the stock of the demonstration: counts, published shares, fictional identifiers, past allocations."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cache
from itertools import islice
from statistics import mean
from zoneinfo import ZoneInfo

import pytest

from palier.demo import bodies
from palier.demo.people import CAST
from palier.demo.stock import DwellingRow, dwellings, past_allocations
from palier.employers.siret import is_valid
from palier.territories import geography

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


@cache
def stock() -> tuple[DwellingRow, ...]:
    return tuple(dwellings("department", now=NOW))


def test_bodies_are_counted_and_unique():
    everyone = bodies.everyone()
    assert (len(bodies.landlords()), len(bodies.authorities()), len(bodies.employers())) == (19, 54, 12)
    assert sum(b.dwellings for b in bodies.landlords()) == 42_000
    assert len({b.key for b in everyone}) == len({(b.kind, b.name) for b in everyone}) == len(everyone)
    assert {c.organisation for c in CAST} - {""} <= {b.key for b in everyone}


def test_identifiers_are_well_formed_and_in_the_unused_range():
    sirets = [b.siret for b in bodies.everyone() if b.siret]
    assert len(set(sirets)) == len(sirets) == 31
    assert [s for s in sirets if not (is_valid(s) and is_valid_siren(s) and s.startswith("99900"))] == []
    desks = [b.register_desk for b in bodies.everyone() if b.register_desk]
    assert len(set(desks)) == len(desks) == 21 and all(len(d) == 5 for d in desks)


def is_valid_siren(siret: str) -> bool:
    digits = [int(c) for c in siret[:9]]
    return sum(sum(divmod(d * 2, 10)) if n % 2 else d for n, d in enumerate(digits)) % 10 == 0


def test_every_landlord_has_its_stock():
    assert Counter(d.landlord for d in stock()) == {b.key: b.dwellings for b in bodies.landlords()}
    area = {b.key: b.area for b in bodies.landlords()}
    place = {c.code: c for c in geography.communes()}
    assert [
        d.index for d in stock() if not {place[d.commune].department, place[d.commune].epci} & set(area[d.landlord])
    ] == []


def test_types_and_rents_follow_the_published_figures():
    types = Counter(d.type for d in stock())
    shares = {"T1": 0.074, "T2": 0.202, "T3": 0.37, "T4": 0.278}
    assert {t: types[t] / len(stock()) for t in shares} == {t: pytest.approx(v, abs=0.012) for t, v in shares.items()}
    assert (types["T5"] + types["T6P"]) / len(stock()) == pytest.approx(0.075, abs=0.012)
    assert sum(d.rent for d in stock()) / sum(d.surface for d in stock()) == pytest.approx(6.15, abs=0.08)
    assert 0.20 <= sum(d.qpv for d in stock()) / len(stock()) <= 0.31


def test_dwellings_respect_what_the_application_accepts():
    for d in stock():
        assert 9 <= d.surface <= 400 and d.rent > 0 and d.charges > 0 and len(d.postcode) == 5
        assert d.type in ("T1", "T2", "T3", "T4", "T5", "T6P") and d.financing in ("PLAI", "PLUS", "PLS")
        assert (d.floor is None) == (d.kind == "house") and len(d.address) < 200
    assert len({(d.landlord, d.reference) for d in stock()}) == len(stock())


def test_vacancies_and_offers():
    empty = [d.vacancy for d in stock() if d.vacancy]
    offers = [(d, d.vacancy.offer) for d in stock() if d.vacancy and d.vacancy.offer]
    assert (len(empty), len(offers)) == (924, 294)
    assert all(v.notice_on < v.available_on and v.notice_on < NOW.date() for v in empty)
    keys = {b.key for b in bodies.everyone()}
    for _, offer in offers:
        assert offer.published_at <= offer.confirmed_at <= NOW < offer.closes_at
        assert (offer.contingent == "none") == (offer.holder == "") and offer.holder in keys | {""}


def test_the_stock_comes_back_the_same_and_starts_again_anywhere():
    assert tuple(dwellings("department", now=NOW, start=41_000)) == stock()[41_000:]
    assert tuple(islice(dwellings("department", now=NOW, seed=15), 5)) != stock()[:5]


def test_past_allocations_by_year():
    rows = list(past_allocations("department", today=NOW.date()))
    years = Counter(r.signed_on.year for r in rows)
    assert {y: n / 30_000 / 1.49 for y, n in years.items() if y < 2026} == {
        2022: pytest.approx(0.114, abs=0.001), 2023: pytest.approx(0.105, abs=0.001),
        2024: pytest.approx(0.094, abs=0.001), 2025: pytest.approx(0.092, abs=0.001),
    }  # fmt: skip
    assert max(r.signed_on for r in rows) < NOW.date()
    assert mean(r.wait_days for r in rows) == pytest.approx(520, rel=0.03)
    assert sum(r.transfer for r in rows) / len(rows) == pytest.approx(0.27, abs=0.01)
