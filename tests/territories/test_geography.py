"""The geography shipped: complete, placed, and consistent between its files."""

from __future__ import annotations

from collections import Counter

from palier.territories import geography

COMMUNES = {c.code: c for c in geography.communes()}


def test_both_departments_are_whole():
    assert Counter(c.department for c in COMMUNES.values()) == {"14": 526, "61": 381}
    assert sum(c.population for c in COMMUNES.values()) == 984_642


def test_every_commune_is_placed_inside_the_two_departments():
    outside = [c.name for c in COMMUNES.values() if not (48.1 < c.latitude < 49.5 and -1.2 < c.longitude < 1.0)]
    assert outside == []


def test_the_towns_are_placed_exactly():
    towns = {c.name for c in COMMUNES.values() if c.population > 2500 and c.approximate}
    assert towns == {"L'Aigle"}


def test_known_points():
    """A new commune takes the point of its former main town, not the middle of the map."""
    places = {name: (round(c.latitude, 1), round(c.longitude, 1))
              for c in COMMUNES.values() if (name := c.name) in {"Caen", "Vire Normandie", "Alençon", "Lisieux"}}  # fmt: skip
    assert places == {
        "Caen": (49.2, -0.4), "Vire Normandie": (48.8, -0.9), "Alençon": (48.4, 0.1), "Lisieux": (49.1, 0.2),
    }  # fmt: skip


def test_every_commune_has_a_postcode_and_a_known_epci():
    sirens = {e.siren for e in geography.epcis()}
    assert [c.code for c in COMMUNES.values() if not c.postcodes or c.epci not in sirens] == []
    assert {c.epci for c in COMMUNES.values()} == sirens


def test_every_merged_commune_leads_to_a_living_one():
    merged = geography.merged()
    assert len(merged) == 289
    assert [m.code for m in merged if m.successor not in COMMUNES or m.code in COMMUNES] == []


def test_every_department_of_france_is_known():
    codes = {d.code: d.region for d in geography.departments()}
    assert {"14": "28", "61": "28", "75": "11", "2A": "94", "974": "04"}.items() <= codes.items()
    assert {f"{n:02d}" for n in range(1, 96) if n != 20} <= codes.keys()


def test_aid_zone_two_is_caen_la_mer():
    assert {c.epci for c in COMMUNES.values() if c.aid_zone == 2} == {"200065597"}
    assert (COMMUNES["14118"].aid_zone, COMMUNES["61001"].aid_zone) == (2, 3)
