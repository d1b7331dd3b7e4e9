"""Whatever arrives is a message or a typed error: never half understood, never another exception."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from palier.exchanges.sne import calls, mtom
from palier.exchanges.sne.errors import ExchangeError, HalfMessage, NotAMessage, Refusal
from tests.exchanges.sne.files import sample

CALLS = calls.CALLS


def answer(document: bytes) -> tuple[str, bytes]:
    body = etree.Element(f"{{{CALLS}}}numUniqueReponse")
    mtom.include(body, "reponse@registre")
    return mtom.write(body, [mtom.Part("reponse@registre", calls.XML, document)], "x")


HEADER, WHOLE = answer(sample("full"))


def test_the_whole_answer_is_read():
    assert calls.read_answer("NumUnique", HEADER, WHOLE).demand.number == "0140325000142G1404"


@given(st.integers(0, len(WHOLE) - 3))
def test_no_cut_answer_is_ever_an_answer(cut):
    with pytest.raises(HalfMessage if cut > WHOLE.index(b"<interfaceNuu") else ExchangeError):
        calls.read_answer("NumUnique", HEADER, WHOLE[:cut])


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=30), st.integers(0, 30))
def test_a_spoiled_answer_is_an_answer_or_a_typed_error(place, spoil, gone):
    try:
        calls.read_answer("NumUnique", HEADER, WHOLE[:place] + spoil + WHOLE[place + gone :])
    except (ExchangeError, Refusal):
        pass


@given(st.text(max_size=80), st.binary(max_size=300))
@example("multipart/related", b"--x")
@example("multipart/related; boundary=\x00", WHOLE)
@example('multipart/related; boundary="a', b"--a--")
@example("application/soap+xml", b"<a/>")
def test_anything_else_is_a_typed_error(header, content):
    with pytest.raises(ExchangeError):
        calls.read_answer("NumUnique", header, content)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_spoiled_call_is_a_call_or_a_typed_error(spoil, place):
    header, whole = calls.write(calls.Call("DemandeLogement", value="x", certificate_name="CERG1404-202611230900.pem"))
    try:
        calls.read(header, whole[:place] + spoil + whole[place:])
    except ExchangeError:
        pass


def test_two_demands_for_one_asked_are_refused():
    twice = sample("full").replace(b"</demande>", b"<demandeLogement/></demande>")
    with pytest.raises(NotAMessage):
        assert calls.read_answer("NumUnique", *answer(twice)).demand


@given(st.binary(max_size=200))
def test_an_attached_part_comes_back_byte_for_byte(content):
    body = etree.Element("x")
    header, whole = mtom.write(body, [mtom.Part("c@x", calls.CERTIFICATE, content)], "x")
    assert mtom.read(header, whole).parts["c@x"].content == content
