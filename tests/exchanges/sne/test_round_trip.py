"""Writing then reading gives the demand back, whatever it holds; unknown elements keep their order."""

from __future__ import annotations

import string
import types
import typing
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.exchanges.sne import model as m
from palier.exchanges.sne.document import parse
from palier.exchanges.sne.schema import Place, places
from palier.exchanges.sne.writing import write
from tests.exchanges.sne.files import sample

# What XML 1.0 can hold: no control but blanks, no surrogate, no non-character.
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"], exclude_characters="\ufffe\uffff")
WORDS = st.text(LETTERS, max_size=30).map(str.strip)
CODES = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=6)
CODED = st.builds(m.Coded, CODES, WORDS)
INSTANTS = st.builds(
    lambda at, minutes: at.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(min_value=datetime(1900, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "code": st.none() | CODED,
    "day": st.none() | st.dates(),
    "instant": st.none() | INSTANTS,
    "amount": st.none() | st.decimals(-999_999_999, 999_999_999, places=2),
    "whole": st.none() | st.integers(-999_999_999, 999_999_999),
    "flag": st.none() | st.booleans(),
}


def values_of(place: Place) -> st.SearchStrategy[Any]:
    if place.kind == "many":
        return st.lists(CODED if place.of is None else records(place.of), max_size=3).map(tuple)
    if place.kind == "record":
        assert place.of is not None
        return st.none() | records(place.of)
    return SIMPLE[place.kind]


def records(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{name: values_of(place) for name, place in places(kind)})


def element(name: str, words: str) -> str:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<nuu:{name} xmlns:nuu="http://nuu.application.i2/">{escaped}</nuu:{name}>'


NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=8).map("x".__add__)
ELEMENTS = st.lists(st.tuples(NAMES, WORDS), max_size=5).map(
    lambda found: tuple(m.Unmapped(f"demande/demandeLogement/{n}", element(n, w)) for n, w in found)
)
DEMANDS = st.builds(
    replace,
    records(m.SneDemand),
    version=st.sampled_from(["02.00", "02.01"]),
    answers=st.lists(
        st.builds(m.NationalAnomaly, NAMES, CODES, WORDS.map(lambda w: " ".join(w.split()))), max_size=2
    ).map(tuple),
    unmapped=ELEMENTS,
)


@settings(max_examples=150, deadline=None)
@given(demand=DEMANDS, qualified=st.booleans())
def test_what_is_written_is_read_back(demand: m.SneDemand, qualified: bool) -> None:
    assert parse(write(demand, qualified=qualified)).demand == demand


@settings(max_examples=50, deadline=None)
@given(demand=DEMANDS)
def test_writing_is_stable(demand: m.SneDemand) -> None:
    assert write(parse(write(demand)).demand) == write(demand)


@pytest.mark.parametrize("name", ["full", "minimal", "omitted", "scripts", "answer_refused"])
@pytest.mark.parametrize("qualified", [True, False])
def test_a_real_looking_file_survives_a_round_trip(name: str, qualified: bool) -> None:
    read = parse(sample(name)).demand
    assert parse(write(read, qualified=qualified)).demand == read


def test_unknown_things_of_every_kind_are_written_back_in_order() -> None:
    person = "demande/demandeLogement/personnePhysique/listeCotitulaire/cotitulaire[2]"
    kept = (
        m.Unmapped(f"{person}/@rang", "2"),
        m.Unmapped(f"{person}/xb", element("xb", "un")),
        m.Unmapped(f"{person}/xa", element("xa", "deux")),
        m.Unmapped(f"{person}/{{urn:essai}}y", '<ns0:y xmlns:ns0="urn:essai"></ns0:y>'),
        m.Unmapped(f"{person}/text()", "mots perdus"),
    )
    demand = m.SneDemand(co_holders=(m.Person(last_name="A"), m.Person(last_name="B")), unmapped=kept)
    assert parse(write(demand)).demand == demand


def test_the_instant_has_the_shape_of_the_interface() -> None:
    at = datetime(2026, 11, 23, 8, 0, tzinfo=timezone(timedelta(hours=1)))
    assert b"<nuu:dateFichier>2026-11-23T08:00:00.0+01:00</nuu:dateFichier>" in write(m.SneDemand(made_at=at))


def test_what_xml_cannot_hold_is_refused() -> None:
    for wrong in (m.SneDemand(number="a\x00"), m.SneDemand(version="04.00")):
        with pytest.raises(ValueError):
            write(wrong)


def test_every_field_of_the_model_has_a_place() -> None:
    kinds = [k for k in vars(m).values() if isinstance(k, type) and any("place" in f.metadata for f in fields_of(k))]
    without = {(k.__name__, f.name) for k in kinds for f in fields_of(k) if "place" not in f.metadata}
    assert without == {("SneDemand", "version"), ("SneDemand", "answers"), ("SneDemand", "unmapped")}
    assert all(
        typing.get_origin(h) in (types.UnionType, tuple, None) for k in kinds for h in typing.get_type_hints(k).values()
    )


def fields_of(kind: type) -> tuple[Any, ...]:
    return fields(kind) if hasattr(kind, "__dataclass_fields__") else ()
