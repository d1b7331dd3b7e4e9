"""Figures: progress, points of a score, ranks, maps and charts; each also says its numbers in words or in a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.text import slugify

from palier.common.templatetags.palier_parts import part, tone_of
from palier.common.templatetags.palier_words import number

register = template.Library()


def _uid(kind: str, title: Any, given: str = "") -> str:
    """The same id at each rendering, so that a page and its fragment are equal; `uid` tells twins apart."""
    return given or f"{kind}-{slugify(title) or 'seul'}"


@register.inclusion_tag("components/progress.html")
def progress(value: Any, maximum: Any = 100, label: str = "", words: str = "", uid: str = "") -> dict[str, Any]:
    """A bar with its label and its value in words: `{% progress 3 5 "Pièces reçues" %}` → « 3 sur 5 »."""
    return {
        "value": str(value), "maximum": str(maximum), "label": label,
        "words": words or f"{number(value)} sur {number(maximum)}", "uid": _uid("progress", label, uid),
    }  # fmt: skip


@register.inclusion_tag("components/points.html")
def points(lines: Iterable[Any], total: Any = None, title: str = "Vos points", maximum: Any = None) -> dict[str, Any]:
    """A score explained: lines `label`, `points`, and perhaps `why`, `source`, `capped`, `provisional`.

    The total is the sum of the lines unless given (a cap may lower it). Bars compare lines with each other.
    """
    shown = ("label", "points", "why", "source", "capped", "provisional")
    rows = [{key: part(line, key) for key in shown} for line in lines]
    values = [Decimal(str(row["points"] or 0)) for row in rows]
    biggest = max([abs(value) for value in values], default=Decimal(0)) or Decimal(1)
    for row, value in zip(rows, values, strict=True):
        row["width"] = round(float(abs(value) / biggest) * 100)
        row["sign"] = "minus" if value < 0 else "none" if value == 0 else "plus"
        row["points"] = value
    return {"rows": rows, "total": sum(values) if total is None else total, "title": title, "maximum": maximum}


@register.inclusion_tag("components/rank.html")
def rank(place: Any, among: Any = None, label: str = "", before: Any = None) -> dict[str, Any]:
    """A rank: « 3e sur 112 »; `before` is the former rank, shown as a move in words."""
    move = int(before) - int(place) if before and place else 0
    return {"place": place, "among": among, "label": label, "move": move, "distance": abs(move), "before": before}


@register.inclusion_tag("components/map.html")
def map(
    points: Iterable[Any], title: str = "Carte", base: Iterable[Any] = (), unit: str = "", height: str = "medium",
    table: bool = True, credit: str = "", columns: str = "", uid: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Circles on a plain ground, without any outside server, and the same as a table.

    `points` and `base` (places drawn pale, for orientation): `lat`, `lng`, `label`, and perhaps `value` (sizes
    the circle), `text`, `url`, `tone`, `approximate`. `height`: small, medium or tall. `columns`: headings of the
    place and of the value in the table ("Commune|Demandes").
    """
    drawn = [_point(item) for item in points]
    heads = (columns or f"Lieu|{unit or 'Valeur'}").split("|")
    return {
        "points": drawn, "title": title, "table": table, "height": height, "credit": credit,
        "place_head": heads[0], "value_head": heads[-1], "uid": _uid("map", title, uid),
        "data": {"points": drawn, "base": [_point(item) for item in base], "unit": unit, "credit": credit},
        "library": static("vendor/leaflet/leaflet.js"), "style": static("vendor/leaflet/leaflet.css"),
        "valued": any(point["value"] is not None for point in drawn),
    }  # fmt: skip


def _point(item: Any) -> dict[str, Any]:
    value = part(item, "value", None)
    tone = part(item, "tone")
    return {
        "lat": float(part(item, "lat")), "lng": float(part(item, "lng")), "label": str(part(item, "label")),
        "value": None if value is None else float(value), "text": str(part(item, "text")),
        "url": str(part(item, "url")), "tone": tone_of(tone) if tone else "",
        "approximate": bool(part(item, "approximate", False)),
    }  # fmt: skip


@register.inclusion_tag("components/chart.html")
def chart(figure: Mapping[str, Any], height: str = "medium", open_table: bool = False, uid: str = "") -> dict[str, Any]:
    """A chart and its table. Keys: `title`, `kind` (bar, hbar, line, stack), `categories`, `series` (list of
    `{"name", "values"}`; None leaves a hole), `unit`, `decimals`, `note`, `source`, `category_label`.
    """
    decimals = int(figure.get("decimals", 0))
    series = [
        {"name": str(s["name"]), "values": [None if v is None else float(v) for v in s["values"]]}
        for s in figure["series"]
    ]
    categories = [str(c) for c in figure["categories"]]
    rows = [
        {"label": name, "cells": [number(s["values"][i], decimals) for s in series]}
        for i, name in enumerate(categories)
    ]
    data = {
        "kind": figure.get("kind", "bar"), "categories": categories, "series": series,
        "unit": figure.get("unit", ""), "decimals": decimals,
    }  # fmt: skip
    return {
        "figure": figure, "title": figure["title"], "data": data, "rows": rows, "series": series, "height": height,
        "open_table": open_table, "uid": _uid("chart", figure["title"], uid),
        "library": static("vendor/echarts/echarts.common.min.js"),
        "category_label": figure.get("category_label", ""), "unit": figure.get("unit", ""),
        "note": figure.get("note", ""), "source": figure.get("source", ""),
    }  # fmt: skip
