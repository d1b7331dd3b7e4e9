"""One row that a landlord sends, by its system or by a file: its fields, their bounds, and what is wrong in French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from palier.common import clock
from palier.homes.actions import fields_of
from palier.homes.models import CONTINGENTS, PRODUCTS
from palier.law.freshness import DRIFT
from palier.law.products import SOCIAL

# A first letter that is no blank, and no character that a database or a screen would choke on.
_CLEAN = r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_MOST = 2**63 - 1


def text_of(least: int, most: int, pattern: str = _CLEAN) -> Any:
    """The type of a text of `least` to `most` characters; `least` 0: it may be left empty."""
    shape = {"type": "string", "minLength": least, "maxLength": most, "pattern": pattern}
    if not least:
        shape = {"type": "string", "maxLength": most, "pattern": f"^$|{pattern}"}

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("Donnez un texte.")
        if len(value) < least:
            raise ValueError("Ce champ est obligatoire.")
        if len(value) > most:
            raise ValueError(f"{most} caractères au plus.")
        if value and (
            not re.search(pattern.replace("$", r"\Z"), value) or any("\ud800" <= c <= "\udfff" for c in value)
        ):
            raise ValueError("Ce texte contient des caractères qui ne sont pas permis ici.")
        return value

    return Annotated[str, BeforeValidator(check), WithJsonSchema(shape)]


def _iso(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("Une date s’écrit AAAA-MM-JJ.")
    if not isinstance(value, str | date):
        raise ValueError("Une date s’écrit AAAA-MM-JJ.")
    return value


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("Un instant s’écrit AAAA-MM-JJThh:mm:ss+hh:mm.")
    return value


def _dated(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("Cet instant n’est pas de notre temps.")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("Donnez un nombre.")
    return value


def _whole(value: Any) -> Any:
    # JSON knows one kind of number: 12.0 is 12.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("Donnez un nombre entier.")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _amount(least: float, most: float, to: Any, unit: str) -> Any:
    return Annotated[
        Decimal, Field(ge=Decimal(str(least)), le=Decimal(str(most)), description=unit), BeforeValidator(_number), AfterValidator(to),
        WithJsonSchema({"type": "number", "minimum": least, "maximum": most, "description": unit}),
    ]  # fmt: skip


Key = Annotated[StrictInt, Field(ge=1, le=_MOST), BeforeValidator(_whole)]
Day = Annotated[date, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    AfterValidator(_dated),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Euros = _amount(0, 99_999.99, _cents, "Euros par mois, au centime")
Rent = _amount(1, 99_999.99, _cents, "Euros par mois, au centime")
Price = _amount(1, 9_999_999.99, _cents, "Euros, au centime")
Room = _amount(1, 400, _tenth, "Mètres carrés")
Surface = _amount(9, 400, _tenth, "Mètres carrés")
Reference = text_of(1, 30, r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,29}$")
Postcode = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{5}$")]
Insee = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9][0-9AB][0-9]{3}$")]
Degrees = Annotated[float, BeforeValidator(_number)]
Reason = text_of(1, 200)
Contingent = Literal["none", "state_priority", "state_agents", "action_logement", "authority", "other"]
assert set(Contingent.__args__) == {code for code, _ in CONTINGENTS}  # type: ignore[attr-defined]

Product = Literal["", "social", "intermediate", "shared", "residence", "sale"]
assert set(Product.__args__) == {"", *(code for code, _ in PRODUCTS)}  # type: ignore[attr-defined]


class Row(BaseModel):
    """A field that is not listed is refused: a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class DwellingRow(Row):
    """A dwelling, named by the landlord's own reference. What is left out takes its default: the row says it all."""

    reference: Reference
    address: text_of(1, 200)
    postcode: Postcode
    commune: Insee
    kind: Literal["flat", "house"]
    type: Literal["T1", "T2", "T3", "T4", "T5", "T6P"]
    surface: Surface
    financing: Literal["PLAI", "PLUS", "PLS", "LLI"]
    floor: Annotated[StrictInt, Field(ge=-5, le=60), BeforeValidator(_whole)] | None = None
    lift: StrictBool = False
    step_free: StrictBool = False
    adapted: StrictBool = False
    energy_class: Literal["", "A", "B", "C", "D", "E", "F", "G"] = ""
    qpv: StrictBool = False
    built: Annotated[StrictInt, Field(ge=1500, le=2100), BeforeValidator(_whole)] | None = None
    parking: StrictBool = False
    rpls_id: text_of(0, 20, r"^[A-Za-z0-9]*$") = ""
    latitude: Annotated[Degrees, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Degrees, Field(ge=-180, le=180)] | None = None


class VacancyRow(Row):
    """A dwelling that is or will be empty, and its offer. `holder`: key of a reservation holder (`GET /holders`).

    Where a convention covers the dwelling, no holder means whoever's turn it is; another one needs its `departure`.
    `product`: the kind of offer; left out, a dwelling financed as LLI is `intermediate` and any other `social`. A `sale` has
    a `price` and no rent; a room (`shared`) needs `rooms` and `room_surface`; a `residence` its `months_at_most`.
    """

    dwelling: Reference
    available_on: Day
    rent: Rent | None = None
    charges: Euros
    product: Product = ""
    price: Price | None = None
    rooms: Annotated[StrictInt, Field(ge=2, le=20), BeforeValidator(_whole)] | None = None
    room_surface: Room | None = None
    months_at_most: Annotated[StrictInt, Field(ge=1, le=120), BeforeValidator(_whole)] | None = None
    contingent: Contingent = "none"
    holder: Key | None = None
    description: text_of(0, 1000, r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$") = ""
    departure: text_of(0, 300, r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$") = ""
    publish: StrictBool = True


class StatementRow(Row):
    """What the landlord's system knows of a dwelling, and since when (`at`)."""

    dwelling: Reference
    says: Literal["available", "let", "withdrawn"]
    at: Instant


Problem = dict[str, str]
_WORDS = {
    "missing": "Ce champ est obligatoire.",
    "extra_forbidden": "Ce champ n’existe pas.",
    "string_pattern_mismatch": "Ce texte n’a pas la forme attendue.",
    "int_type": "Donnez un nombre entier.",
    "int_parsing": "Donnez un nombre entier.",
    "int_from_float": "Donnez un nombre entier.",
    "bool_type": "Répondez par vrai ou faux.",
    "finite_number": "Donnez un nombre.",
    "json_invalid": "Ce n’est pas du JSON.",
    "list_type": "Donnez une liste.",
    "dict_type": "Donnez un objet.",
    "timezone_aware": "Un instant dit son fuseau : AAAA-MM-JJThh:mm:ss+hh:mm.",
    "too_short": "Il en faut au moins {min_length}.",
    "too_long": "{max_length} au plus.",
    "string_too_short": "Il faut au moins {min_length} caractères.",
    "string_too_long": "{max_length} caractères au plus.",
    "greater_than_equal": "Au moins {ge}.",
    "less_than_equal": "Au plus {le}.",
    "literal_error": "Valeurs possibles : {expected}.",
    "date_from_datetime_parsing": "Cette date n’existe pas.",
    "datetime_from_date_parsing": "Un instant s’écrit AAAA-MM-JJThh:mm:ss+hh:mm.",
    "datetime_parsing": "Un instant s’écrit AAAA-MM-JJThh:mm:ss+hh:mm.",
}


def shown(text: str) -> str:
    """A text that was sent, fit to be shown and kept: what no screen nor database takes is left out."""
    return "".join(c for c in text if c.isprintable())[:60]


def words(error: Mapping[str, Any]) -> str:
    """One error of the checker in French."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    template = _WORDS.get(error["type"], "Cette valeur n’est pas valable.")
    context = {k: str(v).replace(" or ", " ou ") for k, v in error.get("ctx", {}).items()}
    return template.format(**context)


def field_of(error: Mapping[str, Any], skip: int = 0) -> str:
    """The name of the field that an error is about, with its rank inside a list."""
    return ".".join(shown(str(part)) for part in error["loc"][skip:])


def problems(error: ValidationError) -> list[Problem]:
    """`field`, `code`, `message` for each thing that is wrong."""
    found: dict[str, Problem] = {}
    for one in error.errors(include_url=False):
        name = shown(str(one["loc"][0])) if one["loc"] else ""
        found.setdefault(name, {"field": name, "code": f"row.{one['type']}", "message": words(one)})
    return list(found.values())


def checked(model: type[Row], cells: Mapping[str, Any]) -> Row | list[Problem]:
    """The row, or all that is wrong with it."""
    try:
        row = model.model_validate(dict(cells))
    except ValidationError as error:
        return problems(error)
    if isinstance(row, StatementRow) and row.at > clock.now() + DRIFT:
        return [{"field": "at", "code": "statement.future", "message": "Cet instant est à venir."}]
    if isinstance(row, VacancyRow) and (
        lacking := [n for n in fields_of(row.product or SOCIAL) if getattr(row, n) is None]
    ):
        return [{"field": name, "code": "row.missing", "message": _WORDS["missing"]} for name in lacking]
    if isinstance(row, VacancyRow) and (row.contingent == "none") != (row.holder is None):
        message = "Un logement réservé a un réservataire, et lui seul."
        return [{"field": "holder", "code": "offer.holder", "message": message}]
    return row
