"""The receipt of a shortlist: one document from which anybody redoes its order, and which names nobody.

A candidate is a ticket, drawn for one offer: the same household bears another one elsewhere. Seniority is a place among
the candidates, not a date. The seed of the draw was promised by its hash when the offer was published (`commitment`),
so that nobody can choose it among the orders that it gives. `docs/algorithms/receipts.md` describes every field.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from palier.law.ranking import RULE, Candidate, rank
from palier.law.reasons import points

SCHEMA = "palier-receipt/1"
# Families cap their points: what a cap takes away is a line of its own, so that lines add up to the total.
CAPPED = "Plafonds de la grille"


class Unreadable(ValueError):
    """The document is not a receipt; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class GridText:
    """The version of a grid under which points were worked out; `sha256`: of its text as voted."""

    key: str
    version: int
    title: str
    valid_from: date
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate as the list ranks it. `criteria`: (words, points); `grid`: None where no grid gave points."""

    ticket: str
    points: Decimal
    registered_on: date
    criteria: tuple[tuple[str, Decimal], ...] = ()
    grid: GridText | None = None
    departed: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing verified, said in French whether it holds or not."""

    ok: bool
    text: str


def commitment(seed: str) -> str:
    """What is published of a seed before the candidates are known: it fixes the seed and tells nothing of it."""
    return _sha256(seed)


def issue(
    *,
    offer: int,
    dwelling: str,
    published_at: datetime,
    made_at: datetime,
    made_by: str,
    seed: str,
    files: int,
    entries: Iterable[Entry],
) -> dict[str, Any]:
    """The receipt of a list: everybody in the order of `law.ranking`, the first `files` not departed from sent."""
    held = sorted(entries, key=lambda e: e.ticket)
    order = [r.key for r in rank([Candidate(e.ticket, e.points, e.registered_on) for e in held], seed)]
    days = sorted({e.registered_on for e in held})
    grids = sorted({e.grid for e in held if e.grid is not None}, key=lambda g: (g.key, g.version))
    candidates = [
        {
            "id": e.ticket,
            "points": _plain(e.points),
            "criteria": [{"label": label, "points": _plain(earned)} for label, earned in _whole(e)],
            "grid": None if e.grid is None else grids.index(e.grid),
            "seniority": days.index(e.registered_on) + 1,
        }
        for e in held
    ]
    departed = {e.ticket for e in held if e.departed}
    kept = {
        "schema": SCHEMA,
        "rule": RULE,
        "offer": {"number": offer, "dwelling": dwelling, "published_at": published_at.isoformat()},
        "made_at": made_at.isoformat(),
        "made_by": made_by,
        "grids": [
            {
                "key": g.key,
                "version": g.version,
                "title": g.title,
                "valid_from": g.valid_from.isoformat(),
                "sha256": g.sha256,
            }
            for g in grids
        ],
        "draw": {"commitment": commitment(seed), "seed": seed},
        "files": files,
        "candidates": candidates,
        "inputs_sha256": _sha256(canonical(candidates)),
        "order": order,
        "departed": [key for key in order if key in departed],
        "sent": [key for key in order if key not in departed][:files],
    }
    return {**kept, "sha256": _sha256(canonical(kept))}


def for_candidate(receipt: Mapping[str, Any], ticket: str) -> dict[str, Any]:
    """The same receipt with the reader's own line pointed at."""
    return {**receipt, "yours": {"id": ticket, "sha256": _mark(receipt["sha256"], ticket)}}


def canonical(document: Any) -> str:
    """The one way to write a document before hashing it: keys sorted, no spaces, plain characters."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(text: str) -> dict[str, Any]:
    """A receipt from its file. Raises Unreadable: what cannot be read in one way only is not read at all."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
    except ValueError as error:
        raise Unreadable(f"Ce fichier n’est pas un reçu lisible : {error}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise Unreadable("Ce fichier n’est pas un reçu de liste de candidats.")
    try:
        problem = _shape(found, _RECEIPT | ({"yours": _YOURS} if "yours" in found else {}), "le reçu")
    except RecursionError:
        problem = "le reçu est trop profond"
    if problem:
        raise Unreadable(f"Ce reçu est incomplet ou modifié : {problem}.")
    return found


def verify(receipt: Mapping[str, Any], *, promised: str = "", published: str = "") -> list[Check]:
    """Everything that a receipt lets one verify, in order. It holds when every check does.

    `promised`: the commitment noted on the offer's page; `published`: the fingerprint noted beside the list. Without
    them a receipt proves that it is coherent, not that it is the one that was fixed.
    """
    kept = {name: value for name, value in receipt.items() if name not in ("sha256", "yours")}
    candidates, draw = receipt["candidates"], receipt["draw"]
    keys = [c["id"] for c in candidates]
    order = _order(candidates, draw["seed"])
    checks = [
        _said(receipt["sha256"] == _sha256(canonical(kept)), "L’empreinte {est} celle du contenu."),
        _said(receipt["rule"] == RULE, f"La règle d’ordre {{est}} « {RULE} »."),
        _said(draw["commitment"] == commitment(draw["seed"]), "La clé du tirage {est} celle qui était promise."),
        _said(receipt["inputs_sha256"] == _sha256(canonical(candidates)), "L’empreinte des candidats {est} la leur."),
        _said(keys == sorted(set(keys)), "Les candidats {sont} chacun une seule fois, par ordre de numéro."),
        *_coherent(receipt),
        Check(receipt["order"] == order, _order_words(receipt["order"], order)),
        _said(_sent_rightly(receipt), "Les dossiers transmis {sont} les premiers, hors candidats écartés."),
    ]
    if promised:
        same = draw["commitment"] == promised
        checks.append(_said(same, "La promesse {est} celle que vous avez notée sur la page de l’offre."))
    if published:
        checks.append(_said(receipt["sha256"] == published, "Le reçu {est} celui dont vous avez noté l’empreinte."))
    if "yours" in receipt:
        yours = receipt["yours"]
        known = yours["id"] in keys and yours["sha256"] == _mark(receipt["sha256"], yours["id"])
        checks.append(_said(known, "Votre ligne {est} l’une de celles de ce reçu."))
    return checks


def _said(ok: bool, text: str) -> Check:
    """The same sentence, affirmed or denied."""
    return Check(ok, text.format(est="est" if ok else "n’est pas", sont="sont" if ok else "ne sont pas"))


def position(receipt: Mapping[str, Any]) -> int | None:
    """The rank of the reader's own line, from 1; None on a receipt without one."""
    own = receipt.get("yours", {}).get("id")
    return receipt["order"].index(own) + 1 if own in receipt["order"] else None


def _coherent(receipt: Mapping[str, Any]) -> list[Check]:
    candidates = receipt["candidates"]
    wrong = [c["id"] for c in candidates if sum(Decimal(x["points"]) for x in c["criteria"]) != Decimal(c["points"])]
    sums = "Pour chaque candidat, les points des critères font le total."
    if wrong:
        sums = f"Les points des critères ne font pas le total pour {', '.join(wrong[:3])}."
    places = {c["seniority"] for c in candidates}
    used = {c["grid"] for c in candidates} - {None}
    return [
        Check(not wrong, sums),
        _said(places == set(range(1, len(places) + 1)), "Les rangs d’ancienneté {sont} consécutifs."),
        _said(used == set(range(len(receipt["grids"]))), "Les grilles citées {sont} celles des candidats."),
    ]


def _order(candidates: Sequence[Mapping[str, Any]], seed: str) -> list[str]:
    """The order found again. Places of seniority stand for days: only their order counts."""
    places = sorted({c["seniority"] for c in candidates})
    days = {place: date.fromordinal(n) for n, place in enumerate(places, 1)}
    once = {c["id"]: Candidate(c["id"], Decimal(c["points"]), days[c["seniority"]]) for c in candidates}
    return [r.key for r in rank(once.values(), seed)]


def _order_words(told: Sequence[str], found: Sequence[str]) -> str:
    if told == found:
        return f"L’ordre est retrouvé : {len(found)} candidat{'s' if len(found) > 1 else ''}."
    differs = (place for place, pair in enumerate(zip(told, found, strict=False), 1) if pair[0] != pair[1])
    return f"L’ordre diffère à partir du rang {next(differs, min(len(told), len(found)) + 1)}."


def _sent_rightly(receipt: Mapping[str, Any]) -> bool:
    order, departed = receipt["order"], set(receipt["departed"])
    kept = [key for key in order if key not in departed]
    told = receipt["departed"], receipt["sent"]
    return bool(told == ([k for k in order if k in departed], kept[: receipt["files"]]))


def _whole(entry: Entry) -> list[tuple[str, Decimal]]:
    lost = entry.points - sum((earned for _, earned in entry.criteria), Decimal(0))
    return [*entry.criteria, *([(CAPPED, lost)] if lost else [])]


def _plain(value: Decimal) -> str:
    return f"{value.normalize() + 0:f}"


def _mark(sha256: str, ticket: str) -> str:
    return _sha256(f"{sha256}:{ticket}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("une même clé y figure deux fois")
    return found


def _no_float(text: str) -> Any:
    raise ValueError(f"le nombre {text} n’y a pas sa place")


_HASH, _TICKET, _SEED, _POINTS = r"[0-9a-f]{64}", r"[0-9a-f]{16}", r"[0-9a-f]{32}", r"-?[0-9]{1,6}(\.[0-9]{1,4})?"
_WORDS, _DAY = r".{0,400}", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = _DAY + r"T[0-9:.+-]{5,30}"
_CANDIDATE = {
    "id": _TICKET, "points": _POINTS, "criteria": [{"label": _WORDS, "points": _POINTS}], "grid": (int, None),
    "seniority": (int,),
}  # fmt: skip
_RECEIPT: dict[str, Any] = {
    "schema": _WORDS, "rule": _WORDS, "offer": {"number": (int,), "dwelling": _WORDS, "published_at": _TIME},
    "made_at": _TIME, "made_by": _WORDS,
    "grids": [{"key": _WORDS, "version": (int,), "title": _WORDS, "valid_from": _DAY, "sha256": _HASH}],
    "draw": {"commitment": _HASH, "seed": _SEED}, "files": (int,), "candidates": [_CANDIDATE],
    "inputs_sha256": _HASH, "order": [_TICKET], "departed": [_TICKET], "sent": [_TICKET], "sha256": _HASH,
}  # fmt: skip
_YOURS = {"id": _TICKET, "sha256": _HASH}


def _shape(value: Any, wanted: Any, where: str) -> str:
    """What is not as the schema says, in words; empty when all is. A text is matched whole, a number is never negative."""
    if isinstance(wanted, dict):
        if not isinstance(value, dict) or value.keys() != wanted.keys():
            return f"{where} n’a pas les champs attendus"
        return next(filter(None, (_shape(value[name], form, f"« {name} »") for name, form in wanted.items())), "")
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return f"{where} n’est pas une liste"
        return next(filter(None, (_shape(one, wanted[0], where) for one in value)), "")
    if isinstance(wanted, tuple):
        if value is None and None in wanted:
            return ""
        return "" if type(value) is int and 0 <= value < 10**9 else f"{where} n’est pas un nombre attendu"
    return (
        ""
        if isinstance(value, str) and re.fullmatch(wanted, value, re.DOTALL)
        else f"{where} n’a pas la forme attendue"
    )


def words(receipt: Mapping[str, Any], checks: Sequence[Check]) -> list[str]:
    """What `./palier matching verify` prints: the list, each check, the conclusion."""
    offer = receipt["offer"]
    lines = [
        f"Liste arrêtée le {receipt['made_at'][:10]} par {receipt['made_by']} : {offer['dwelling']} (offre {offer['number']}).",
        *(f"  {'juste' if check.ok else 'FAUX '}  {check.text}" for check in checks),
    ]
    if len(receipt["grids"]) > 1:
        lines.append("  note   Les points ont été calculés sous plusieurs versions de la grille.")
    own = position(receipt)
    if own is not None:
        line = next(c for c in receipt["candidates"] if c["id"] == receipt["yours"]["id"])
        lines.append(f"Vous : rang {own} sur {len(receipt['order'])}, {points(Decimal(line['points']))}.")
    ok = all(check.ok for check in checks)
    lines.append("Ce reçu est juste." if ok else "Ce reçu n’est pas juste : voyez les lignes FAUX.")
    return lines
