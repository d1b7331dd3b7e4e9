"""Reading a territory's grid from its TOML file, with errors that a person can act on.

The shape is described in `docs/algorithms/cotation.md`. Every problem is reported at once, with the line,
the place in the grid, what is wrong and what to do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from palier.law import codes
from palier.law.ceilings import RENT_ZONES, ZONES
from palier.law.facts import BOOLEAN, CODE, CODES, FACTS, NUMBER, Fact, Setting
from palier.law.grid import Band, Criterion, Exclusion, Family, Grid, GridError, GridProblem, RefusalRule, Test
from palier.law.grid_text import line_of, places
from palier.law.household import AUTHORITY, DECLARED, DOCUMENT

KINDS = ("flat", "per_month", "threshold_bonus", "bands")
COMBINATIONS = ("sum", "max", "ticked")
APPLIES_TO = ("all", "first_demand", "transfer")
EFFECTS = ("none", "points", "freeze_seniority")
# No grid counts a million; what is neither that nor a number is a mistake of the pen.
MOST = 1_000_000
OPERATORS = {
    BOOLEAN: ("is",),
    NUMBER: ("at_least", "at_most", "above", "below"),
    CODE: ("is", "in"),
    CODES: ("has_any",),
}
_PROOFS = {DECLARED: DECLARED, DOCUMENT: DOCUMENT, AUTHORITY: AUTHORITY, "social_worker": AUTHORITY}
_CRITERION_KEYS = {
    "key", "label", "kind", "points", "proof", "until_proved", "fact", "when", "any_of", "every", "most", "above",
    "bands", "is", "in", "has_any", "at_least", "at_most", "below",
}  # fmt: skip


TEXT, WHOLE, AMOUNT, FLAG, DAY, TABLE, TABLES = (
    "un texte entre guillemets", "un nombre entier, d’au moins 0", "un nombre, sans guillemets", "true ou false",
    "un jour, comme 2026-01-01", "une rubrique entre crochets", "une suite de rubriques",
)  # fmt: skip
# What each key of a table holds. A list of tables of a criterion (`when`, `any_of`, `bands`) is read with its own words.
SHAPES: dict[str, dict[str, str]] = {
    "grid": {
        "key": TEXT, "title": TEXT, "territory": TEXT, "version": WHOLE, "valid_from": DAY, "valid_to": DAY, "source": TEXT,
        "example": FLAG, "incomplete": FLAG, "note": TEXT, "applies_to": TEXT, "ceiling_zone": TEXT, "rent_zone": TEXT,
        "between_families": TEXT, "total_cap": AMOUNT, "excluded": TABLES, "refusal": TABLE, "family": TABLES,
    },
    "family": {"key": TEXT, "label": TEXT, "combine": TEXT, "cap": AMOUNT, "criterion": TABLES},
    "criterion": {
        "key": TEXT, "label": TEXT, "kind": TEXT, "points": AMOUNT, "proof": TEXT, "until_proved": TEXT, "fact": TEXT,
        "every": AMOUNT, "most": AMOUNT, "above": AMOUNT, "unpublished": FLAG,
    },
    "excluded": {"label": TEXT, "when": TABLES},
    "refusal": {"effect": TEXT, "points": AMOUNT, "months": WHOLE, "free": WHOLE, "most": AMOUNT, "floor": FLAG},
}  # fmt: skip


def parse_grid(text: str, facts: Mapping[str, Fact] = FACTS) -> Grid:
    """Read a grid. Raises `GridError` with every problem. Nothing of it is ever run: it names facts and numbers.

    `facts`: the only ones that it may name.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else 0
        message = "le fichier n’est pas du TOML lisible."
        raise GridError(
            [
                GridProblem(
                    line, "fichier", message, "Vérifiez les guillemets, les crochets et les virgules de cette ligne."
                )
            ]
        ) from None
    reader = _Reader(text, facts)
    grid = reader.grid(document)
    if reader.problems or grid is None:
        raise GridError(reader.problems)
    return grid


@cache
def load_grid(name: str) -> Grid:
    """A grid shipped with Palier, by its file name without `.toml`."""
    return parse_grid(source_of(name))


def source_of(name: str) -> str:
    """The text of a shipped grid."""
    return files("palier.law.grids").joinpath(f"{name}.toml").read_text("utf-8")


def shipped() -> tuple[str, ...]:
    """Names of the shipped grids."""
    return tuple(
        sorted(f.name.removesuffix(".toml") for f in files("palier.law.grids").iterdir() if f.name.endswith(".toml"))
    )


class _Reader:
    """One reading: collects problems and knows on which line each table begins."""

    def __init__(self, text: str, facts: Mapping[str, Fact]) -> None:
        self.facts = facts
        self.problems: list[GridProblem] = []
        self.lines = text.splitlines()
        self.families, self.criteria = places(text)

    def say(self, line: int, where: str, message: str, fix: str) -> None:
        self.problems.append(GridProblem(line, where, message, fix))

    def at(self, start: int, name: str) -> int:
        return line_of(self.lines, start, name)

    def line(self, family: int, criterion: int | None = None) -> int:
        try:
            return self.families[family] if criterion is None else self.criteria[family][criterion]
        except IndexError:
            return 0

    def shape(self, line: int, where: str, name: str, table: dict[str, Any]) -> None:
        """Every key is known and holds what it should; what does not is told, and left out of what follows."""
        shape = SHAPES[name]
        others = _CRITERION_KEYS - shape.keys() if name == "criterion" else set()
        for key in sorted(table.keys() - shape.keys() - others):
            choices = ", ".join(sorted({*shape, *others}))
            self.say(
                self.at(line, key),
                where,
                f"« {key} » n’est pas prévu ici.",
                f"Retirez-le, ou écrivez l’un de : {choices}.",
            )
        for key in sorted(table.keys() & shape.keys()):
            if shape[key] != AMOUNT and not _is(shape[key], table[key]):
                self.say(self.at(line, key), where, f"« {key} » n’a pas la bonne forme.", f"Écrivez {shape[key]}.")
                # Told once; the rest is read without it.
                del table[key]

    def grid(self, document: dict[str, Any]) -> Grid | None:
        self.shape(0, "grille", "grid", document)
        for key, kind in (
            ("key", str),
            ("title", str),
            ("territory", str),
            ("version", int),
            ("valid_from", date),
            ("source", str),
        ):
            if not isinstance(document.get(key), kind):
                self.say(1, "grille", f"il manque « {key} ».", f"Ajoutez en tête du fichier : {key} = {_SAMPLES[key]}.")
        if document.get("between_families", "sum") != "sum":
            self.say(0, "grille", "les familles s’additionnent.", 'Écrivez between_families = "sum".')
        self.one_of(0, "grille", document, "applies_to", APPLIES_TO)
        self.one_of(0, "grille", document, "ceiling_zone", tuple(ZONES))
        self.one_of(0, "grille", document, "rent_zone", (*RENT_ZONES, "C"))
        families = tuple(self.family(i, raw) for i, raw in enumerate(document.get("family", [])))
        if not families:
            self.say(
                0, "grille", "elle n’a aucune famille de critères.", "Ajoutez [[family]] puis [[family.criterion]]."
            )
        if not document.get("incomplete") and any(c.unpublished for f in families for c in f.criteria):
            self.say(
                0, "grille", "des points n’y sont pas publiés.", "Écrivez-les, ou ajoutez incomplete = true en tête."
            )
        self.unique("famille", [f.key for f in families], lambda i: self.at(self.line(i), "key"))
        places = [(f, c) for f in range(len(families)) for c in range(len(families[f].criteria))]
        self.unique(
            "critère", [c.key for f in families for c in f.criteria], lambda i: self.at(self.line(*places[i]), "key")
        )
        excluded = tuple(self.exclusion(raw) for raw in document.get("excluded", []))
        refusal = self.refusal(document.get("refusal", {}))
        if self.problems:
            return None
        return Grid(
            document["key"], document["title"], document["territory"], document["version"], document["valid_from"],
            document.get("valid_to"), document["source"], document.get("example", False),
            document.get("incomplete", False), document.get("note", ""), document.get("applies_to", "all"),
            Setting(document.get("ceiling_zone", "other"), document.get("rent_zone", "C")),
            _decimal(document.get("total_cap")), families, excluded, refusal,
        )  # fmt: skip

    def family(self, index: int, raw: dict[str, Any]) -> Family:
        key = raw.get("key", "")
        where, line = f"famille « {key or index + 1} »", self.line(index)
        self.shape(line, where, "family", raw)
        if not key:
            self.say(line, where, "elle n’a pas de clé.", 'Ajoutez key = "…", un mot sans espace.')
        self.one_of(line, where, raw, "combine", COMBINATIONS)
        self.number(line, where, raw, "cap")
        criteria = tuple(self.criterion(index, i, key, c) for i, c in enumerate(raw.get("criterion", [])))
        if not criteria:
            self.say(line, where, "elle n’a aucun critère.", "Ajoutez au moins un [[family.criterion]].")
        if raw.get("combine") == "ticked":
            self.exclusive(line, where, criteria)
        return Family(key, raw.get("label", key), raw.get("combine", "sum"), _decimal(raw.get("cap")), criteria)

    def criterion(self, family: int, index: int, family_key: str, raw: dict[str, Any]) -> Criterion:
        key, line = raw.get("key", ""), self.line(family, index)
        where = f"famille « {family_key} », critère « {key or index + 1} »"
        self.shape(line, where, "criterion", raw)
        for name in ("key", "label"):
            if not raw.get(name):
                self.say(line, where, f"il manque « {name} ».", f'Ajoutez {name} = "…".')
        self.one_of(line, where, raw, "kind", KINDS)
        self.one_of(line, where, raw, "proof", tuple(_PROOFS))
        self.one_of(line, where, raw, "until_proved", ("provisional", "nothing"))
        unpublished = raw.get("unpublished") is True
        if unpublished:
            raw = self.without_points(line, where, raw)
        kind, proof = raw.get("kind", "flat"), _PROOFS.get(raw.get("proof", DECLARED), DECLARED)
        when = self.tests(self.at(line, "when"), where, raw.get("when", []))
        any_of = self.tests(self.at(line, "any_of"), where, raw.get("any_of", []))
        if kind == "flat" and "fact" in raw:
            own = {k: v for k, v in raw.items() if k in _TEST_KEYS}
            when = self.tests(self.at(line, "fact"), where, [own]) + when
        fact = self.measured(line, where, kind, raw, when, any_of)
        self.amounts(line, where, kind, raw)
        facts = tuple(dict.fromkeys([*([fact] if kind != "flat" else []), *(t.fact for t in when)]))
        waiting = raw.get("until_proved", "nothing" if proof == AUTHORITY else "provisional")
        return Criterion(
            key, raw.get("label", key), kind, _decimal(raw.get("points")) or Decimal(0), proof, waiting,
            fact, when, any_of,
            facts, raw.get("every", 1), _decimal(raw.get("most")), _decimal(raw.get("above")),
            self.bands(self.at(line, "bands"), where, raw), unpublished,
        )  # fmt: skip

    def without_points(self, line: int, where: str, raw: dict[str, Any]) -> dict[str, Any]:
        """A criterion whose points nobody has published: it gives none. A figure that it only measures tests nothing."""
        if "points" in raw or "bands" in raw:
            self.say(line, where, "ses points sont écrits et dits non publiés.", "Gardez l’un des deux.")
        fact = self.facts.get(raw.get("fact", ""))
        kept = {
            k: v
            for k, v in raw.items()
            if k not in ("kind", "points", "bands", "every", "most", "above", "unpublished")
        }
        if fact is not None and fact.kind == NUMBER and not raw.keys() & set(OPERATORS[NUMBER]):
            kept |= {"at_least": 0}
        return {**kept, "points": 0}

    def measured(
        self, line: int, where: str, kind: str, raw: dict[str, Any], when: tuple[Test, ...], any_of: tuple[Test, ...]
    ) -> str:
        """The fact whose value the line shows, and that counted criteria count."""
        if kind == "flat":
            if not (when or any_of) and not raw.keys() & {"fact", "when", "any_of"}:
                self.say(
                    line,
                    where,
                    "il ne teste aucun fait.",
                    'Ajoutez par exemple fact = "situation.dalo", ou when = [{ fact = "…", … }].',
                )
                return next(iter(self.facts))
            return next((t.fact for t in when or any_of), next(iter(self.facts)))
        fact = self.facts.get(raw.get("fact", ""))
        if fact is None or fact.kind != NUMBER:
            self.say(
                self.at(line, "fact"),
                where,
                "il doit compter un fait chiffré.",
                f"Écrivez fact = l’un de : {', '.join(n for n, f in self.facts.items() if f.kind == NUMBER)}.",
            )
            return next(iter(self.facts))
        return fact.name

    def amounts(self, line: int, where: str, kind: str, raw: dict[str, Any]) -> None:
        for name in ("points", "most"):
            self.number(line, where, raw, name)
        if kind != "bands" and "points" not in raw:
            self.say(line, where, "il manque le nombre de points.", "Ajoutez points = 10.")
        if kind == "threshold_bonus":
            self.number(line, where, raw, "above")
            if "above" not in raw:
                self.say(
                    line, where, "il manque le seuil.", "Ajoutez above = 36 : le bonus vaut au-delà de cette valeur."
                )
        if kind == "per_month" and (not isinstance(raw.get("every", 1), int) or raw.get("every", 1) < 1):
            self.say(
                self.at(line, "every"),
                where,
                "« every » est un nombre entier d’au moins 1.",
                "Écrivez every = 12 pour des points par an.",
            )

    def bands(self, line: int, where: str, raw: dict[str, Any]) -> tuple[Band, ...]:
        if raw.get("kind") != "bands":
            return ()
        rows = raw.get("bands")
        rows = rows if isinstance(rows, list) else []
        good = [
            b for b in rows if isinstance(b, dict) and _is_number(b.get("points")) and _is_number(b.get("below", 0))
        ]
        bands = tuple(Band(_decimal(b.get("below")), Decimal(str(b["points"]))) for b in good)
        limits = [b.below for b in bands[:-1]]
        ends = [*limits, bands[-1].below] if bands and bands[-1].below is not None else limits
        known = [e for e in ends if e is not None]
        if len(good) != len(rows) or not bands or None in limits or known != sorted(set(known)):
            self.say(
                line,
                where,
                "les tranches ne se suivent pas.",
                "Écrivez bands = [{ below = 30, points = 0 }, { below = 50, points = 5 }, { points = 10 }].",
            )
        return bands

    def tests(self, line: int, where: str, rows: Any) -> tuple[Test, ...]:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.say(line, where, "les conditions forment une liste.", 'Écrivez when = [{ fact = "…", is = true }].')
            return ()
        return tuple(test for row in rows if (test := self.test(line, where, row)) is not None)

    def test(self, line: int, where: str, row: Mapping[str, Any]) -> Test | None:
        fact = self.facts.get(row.get("fact", ""))
        if fact is None:
            self.say(
                line,
                where,
                f"le fait « {row.get('fact', '')} » n’existe pas.",
                f"Choisissez l’un de : {', '.join(self.facts)}.",
            )
            return None
        named = [k for k in row if k != "fact"]
        operator = named[0] if named else "is"
        if len(named) > 1 or operator not in OPERATORS[fact.kind] or (not named and fact.kind != BOOLEAN):
            self.say(
                line,
                where,
                f"« {fact.name} » ({fact.kind}) ne se teste pas ainsi.",
                f"Écrivez un seul de : {', '.join(OPERATORS[fact.kind])}.",
            )
            return None
        return self.operand(line, where, fact, operator, row.get(operator, True))

    def operand(self, line: int, where: str, fact: Fact, operator: str, given: Any) -> Test | None:
        if fact.kind == NUMBER and not _is_number(given):
            self.say(line, where, f"« {fact.name} » se compare à un nombre.", f"Écrivez {operator} = 3.")
            return None
        if fact.kind == BOOLEAN and not isinstance(given, bool):
            self.say(line, where, f"« {fact.name} » se compare à oui ou non.", "Écrivez is = true, ou is = false.")
            return None
        if fact.kind in (CODE, CODES):
            wanted = given if isinstance(given, list) else [given]
            wrong = [c for c in wanted if not (isinstance(c, str) and codes.known(fact.choices, c))]
            if wrong or not wanted:
                known = ", ".join(c for c, _ in codes.LISTS[fact.choices])
                self.say(
                    line,
                    where,
                    f"« {wrong[0] if wrong else ''} » n’est pas un code de « {fact.name} ».",
                    f"Choisissez parmi : {known}.",
                )
                return None
            return Test(fact.name, operator, given if operator == "is" else frozenset(wanted))
        return Test(fact.name, operator, given)

    def exclusive(self, line: int, where: str, criteria: tuple[Criterion, ...]) -> None:
        """A ticked family: every criterion tests the same single-choice fact, on codes that no other one takes."""
        tests = [c.when[0] if len(c.when) == 1 and not c.any_of else None for c in criteria]
        fix = 'Testez dans chaque critère le même fait à choix unique (par exemple "home.status"), chacun ses codes.'
        if any(t is None or self.facts[t.fact].kind != CODE for t in tests) or len({t.fact for t in tests if t}) > 1:
            self.say(line, where, "« ticked » demande des cases d’une même rubrique.", fix)
            return
        taken = [code for t in tests if t for code in ([t.operand] if t.operator == "is" else sorted(t.operand))]
        if len(taken) != len(set(taken)):
            self.say(line, where, "deux critères prennent la même case.", fix)

    def exclusion(self, raw: dict[str, Any]) -> Exclusion:
        self.shape(0, "excluded", "excluded", raw)
        tests = self.tests(0, "excluded", raw.get("when", []))
        if not tests:
            self.say(0, "excluded", "elle exclurait tout le monde.", 'Ajoutez when = [{ fact = "…", is = true }].')
        return Exclusion(raw.get("label", ""), tests)

    def refusal(self, raw: dict[str, Any]) -> RefusalRule:
        self.shape(0, "refusal", "refusal", raw)
        self.one_of(0, "refusal", raw, "effect", EFFECTS)
        for name in ("points", "most"):
            self.number(0, "refusal", raw, name)
        worth = _decimal(raw.get("points")) or Decimal(0)
        if raw.get("effect") == "points" and worth >= 0:
            self.say(0, "refusal", "un refus retire des points.", "Écrivez points = -10.")
        return RefusalRule(
            raw.get("effect", "none"),
            worth,
            raw.get("months", 12),
            raw.get("free", 0),
            _decimal(raw.get("most")),
            raw.get("floor", True),
        )

    def one_of(self, line: int, where: str, raw: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> None:
        if name in raw and raw[name] not in allowed:
            fix = f"Écrivez l’un de : {', '.join(allowed)}."
            self.say(self.at(line, name), where, f"« {name} = {raw[name]} » n’est pas prévu.", fix)

    def number(self, line: int, where: str, raw: Mapping[str, Any], name: str) -> None:
        if name in raw and not _is_number(raw[name]):
            self.say(self.at(line, name), where, f"« {name} » est un nombre.", f"Écrivez {name} = 10, sans guillemets.")

    def unique(self, what: str, keys: list[str], line: Any) -> None:
        for place, key in enumerate(keys):
            if key and key in keys[:place]:
                self.say(
                    line(place), f"{what} « {key} »", "cette clé est déjà prise.", "Donnez à chacun sa propre clé."
                )


_TEST_KEYS = {"fact", "is", "in", "has_any", "at_least", "at_most", "above", "below"}
_SAMPLES = {
    "key": '"mon-territoire"', "title": '"Grille de …"', "territory": '"Nom de l’EPCI"', "version": "1",
    "valid_from": "2026-01-01", "source": '"Délibération du …"',
}  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST


def _is(shape: str, value: Any) -> bool:
    if shape == TEXT:
        return isinstance(value, str)
    if shape == FLAG:
        return isinstance(value, bool)
    if shape == DAY:
        return type(value) is date
    if shape == TABLE:
        return isinstance(value, dict)
    if shape == TABLES:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return _is_number(value) and (shape == AMOUNT or (isinstance(value, int) and value >= 0))


def _decimal(value: Any) -> Decimal | None:
    return Decimal(str(value)) if _is_number(value) else None
