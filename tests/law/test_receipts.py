"""A receipt that anybody can redo, that nobody can touch, and that names nobody."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.law import receipts
from palier.law.ranking import Candidate, rank
from palier.law.receipts import CAPPED, Entry, GridText, Unreadable, commitment, for_candidate, issue, verify

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "receipts.md"
SEED, AT = f"{7:032x}", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
GRID = GridText("caen", 2, "Grille d’essai", date(2026, 1, 1), "a" * 64)
LABELS = st.sampled_from(["Attente", "Logement trop petit", "Situation prioritaire"])
earned = st.decimals(-20, 60, places=2)
entries = st.lists(
    st.builds(
        Entry,
        ticket=st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}"),
        points=st.integers(0, 6).map(lambda n: Decimal(n) / 2),
        registered_on=st.sampled_from([date(2020, 1, 1), date(2022, 5, 1), date(2024, 1, 1)]),
        criteria=st.lists(st.tuples(LABELS, earned), max_size=3).map(tuple),
        grid=st.sampled_from([None, GRID]),
        departed=st.booleans(),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda e: e.ticket,
)


def made(held: list[Entry], seed: str = SEED, files: int = 5) -> dict[str, Any]:
    return issue(
        offer=12, dwelling="T3 de 62 m² à Caen", published_at=AT, made_at=AT, made_by="Organisme d’essai",
        seed=seed, files=files, entries=held,
    )  # fmt: skip


def one(ticket: str, points: int, **fields: Any) -> Entry:
    return Entry(ticket * 16, Decimal(points), fields.pop("registered_on", date(2022, 5, 1)), **fields)


def holds(receipt: dict[str, Any], **known: str) -> bool:
    return all(check.ok for check in verify(receipt, **known))


def reads_and_holds(text: str, **known: str) -> bool:
    try:
        return holds(receipts.read(text), **known)
    except Unreadable:
        return False


@given(entries, st.integers(0, 2**128 - 1).map(lambda n: f"{n:032x}"), st.integers(1, 6))
def test_the_order_is_that_of_the_law_and_is_found_again(held: list[Entry], seed: str, files: int) -> None:
    receipt = made(held, seed, files)
    law = [r.key for r in rank([Candidate(e.ticket, e.points, e.registered_on) for e in held], seed)]
    departed = {e.ticket for e in held if e.departed}
    assert receipt["order"] == law
    assert receipt["sent"] == [key for key in law if key not in departed][:files]
    assert receipts.read(json.dumps(receipt)) == receipt
    assert [check.text for check in verify(receipt) if not check.ok] == []


@given(entries, st.data())
def test_one_character_changed_anywhere_is_seen(held: list[Entry], data: st.DataObject) -> None:
    """Of the canonical text, so that each character means something."""
    text = receipts.canonical(for_candidate(made(held), held[0].ticket))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    try:
        same = json.loads(changed) == json.loads(text)
    except ValueError:
        same = False
    assert reads_and_holds(changed) is same


@given(entries, st.data())
def test_a_receipt_sealed_again_still_betrays_its_order(held: list[Entry], data: st.DataObject) -> None:
    """Whoever changes the order, or who was sent, and hashes everything again, is caught by the facts themselves."""
    receipt = made(held)
    field = data.draw(st.sampled_from(["order", "sent", "departed"]))
    forged = {**copy.deepcopy(receipt), field: data.draw(st.permutations(receipt["order"]))}
    forged = sealed(forged)
    assert holds(forged) is (forged[field] == receipt[field])


def sealed(receipt: dict[str, Any]) -> dict[str, Any]:
    """As a forger would: every hash worked out again."""
    kept = {name: value for name, value in receipt.items() if name != "sha256"}
    kept["inputs_sha256"] = receipts._sha256(receipts.canonical(kept["candidates"]))
    return {**kept, "sha256": receipts._sha256(receipts.canonical(kept))}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["candidates"][0].update(points="90"), "Les points des critères ne font pas le total pour aaaaaaaaaaaaaaaa."),
        (lambda r: r["candidates"][0].update(seniority=9), "Les rangs d’ancienneté ne sont pas consécutifs."),
        (lambda r: r["draw"].update(seed="0" * 32), "La clé du tirage n’est pas celle qui était promise."),
        (lambda r: r["candidates"].append(r["candidates"][0]), "Les candidats ne sont pas chacun une seule fois, par ordre de numéro."),
        (lambda r: r["candidates"][0].update(grid=1), "Les grilles citées ne sont pas celles des candidats."),
        (lambda r: r.update(rule="points seuls"), "La règle d’ordre n’est pas « points, ancienneté, tirage au sort (SHA-256), version 1 »."),
        (lambda r: r["order"].reverse(), "L’ordre diffère à partir du rang 1."),
        (lambda r: r["order"].pop(), "L’ordre diffère à partir du rang 3."),
        (lambda r: r.update(files=1), "Les dossiers transmis ne sont pas les premiers, hors candidats écartés."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(change: Any, said: str) -> None:
    receipt = made([one("a", 30, criteria=(("Attente", Decimal(30)),), grid=GRID), one("b", 20), one("c", 10)])
    change(receipt)
    assert said in [check.text for check in verify(sealed(receipt)) if not check.ok]


def outsider(receipt: dict[str, Any]) -> dict[str, str]:
    """What the script of the page says, run by a Python that knows nothing of Palier."""
    script = re.findall(r"```python\n(import.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "recu.json").write_text(json.dumps(receipt), "utf-8")
        command = [sys.executable, "-I", "-S", "-c", script, f"{folder}/recu.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


@settings(max_examples=10)
@given(entries)
def test_the_outsider_s_script_finds_the_same_order(held: list[Entry]) -> None:
    receipt = for_candidate(made(held), held[0].ticket)
    assert outsider(receipt) == dict.fromkeys(("fingerprint", "promise", "points", "order", "sent"), "True")


def test_the_outsider_s_script_sees_what_is_forged() -> None:
    receipt = made([one("a", 30), one("b", 20), one("c", 10)])
    receipt["order"].reverse()
    forged = sealed({**receipt, "draw": {**receipt["draw"], "seed": "0" * 32}, "sent": []})
    forged["candidates"][0]["points"] = "31"
    assert set(outsider(forged).values()) == {"False"}


def test_what_was_noted_beforehand_binds_whoever_sealed_it_again() -> None:
    receipt = made([one("a", 30), one("b", 20)])
    other = made([one("a", 30), one("b", 40)], seed=f"{8:032x}")
    assert holds(receipt, promised=commitment(SEED), published=receipt["sha256"]) is True
    assert holds(other) is True
    said = [c.text for c in verify(other, promised=commitment(SEED), published=receipt["sha256"]) if not c.ok]
    assert said == [
        "La promesse n’est pas celle que vous avez notée sur la page de l’offre.",
        "Le reçu n’est pas celui dont vous avez noté l’empreinte.",
    ]


def test_lines_add_up_even_when_a_family_is_capped() -> None:
    receipt = made([one("a", 30, criteria=(("Attente", Decimal(25)), ("Logement trop petit", Decimal("12.5"))))])
    assert receipt["candidates"][0]["criteria"][-1] == {"label": CAPPED, "points": "-7.5"}
    assert holds(receipt) is True


def test_seniority_is_a_place_and_not_a_date() -> None:
    days = {"a": date(2024, 1, 1), "b": date(2020, 3, 9), "c": date(2024, 1, 1)}
    receipt = made([one(t, 10, registered_on=on) for t, on in days.items()])
    assert [c["seniority"] for c in receipt["candidates"]] == [2, 1, 2]
    assert "2020-03-09" not in receipts.canonical(receipt)


def test_one_s_own_line_is_told() -> None:
    receipt = for_candidate(made([one("a", 30), one("b", 42)]), "a" * 16)
    said = receipts.words(receipt, verify(receipt))
    assert (receipts.position(receipt), said[-2:]) == (
        2,
        ["Vous : rang 2 sur 2, 30\u00a0points.", "Ce reçu est juste."],
    )
    assert receipts.position(made([one("a", 30)])) is None
    receipt["yours"]["id"] = "b" * 16
    assert receipts.words(receipt, verify(receipt))[-1] == "Ce reçu n’est pas juste : voyez les lignes FAUX."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "lisible"),
        ("[]", "n’est pas un reçu de liste"),
        ('{"schema": "palier-receipt/1"}', "le reçu n’a pas les champs attendus"),
        ('{"schema": "palier-receipt/1", "schema": "palier-receipt/1"}', "deux fois"),
        ('{"schema": 1.0}', "le nombre 1.0"),
    ],
)
def test_what_is_no_receipt_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        receipts.read(text)
