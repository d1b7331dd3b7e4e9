"""Sendings of many rows, and what became of each."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, WithJsonSchema

from palier.exchanges.landlords.rows import DwellingRow, Row, StatementRow, VacancyRow
from palier.spaces.api.problems import FieldProblem


class RowResult(Schema):
    """`row`: its rank in the sending, from 0. `outcome`: created, updated, unchanged, applied, repeated, older, contradicts, refused."""

    row: int
    reference: str
    outcome: str
    key: int | None
    errors: list[FieldProblem]


class Results(Schema):
    results: list[RowResult]


def _rows(model: type[Row], most: int) -> Any:
    # A row that is wrong is a result, not a refusal of the whole: the description shows its shape, and takes any object.
    shape = {"type": "array", "minItems": 1, "maxItems": most,
             "items": {"anyOf": [model.model_json_schema(), {"type": "object"}]}}  # fmt: skip
    return Annotated[list[dict[str, Any]], Field(min_length=1, max_length=most), WithJsonSchema(shape)]


class _Sending(Schema):
    model_config = {"extra": "forbid"}


class Dwellings(_Sending):
    rows: _rows(DwellingRow, 500)


class Vacancies(_Sending):
    rows: _rows(VacancyRow, 100)


class Statements(_Sending):
    rows: _rows(StatementRow, 100)
