"""Furniture of a page: icons, buttons, cards, status tags, timelines, tables, menus."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from palier.common import clock
from palier.common.templatetags.palier_words import counted, moment

register = template.Library()

TONE_ICONS = {
    "neutral": "circle",
    "info": "info",
    "success": "check-circle",
    "warning": "warning",
    "danger": "danger",
}
# Django's message levels and Bootstrap's names, so that either may be given as a tone.
TONE_NAMES = {"debug": "neutral", "secondary": "neutral", "primary": "info", "error": "danger"}


def tone_of(name: Any) -> str:
    """One of the five tones; an unknown name is neutral."""
    name = TONE_NAMES.get(str(name), str(name))
    return name if name in TONE_ICONS else "neutral"


def part(item: Any, key: str, default: Any = "") -> Any:
    """`item[key]` or `item.key`: components take dictionaries and objects alike."""
    found = item.get(key, default) if isinstance(item, Mapping) else getattr(item, key, default)
    return default if found is None else found


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """One icon of the sprite. Decorative (hidden from screen readers) unless it has a `label`."""
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "", voice, static("palier/icons.svg"), name,
    )  # fmt: skip


def _face(label: Any, icon_name: str, after: bool) -> SafeString:
    if not icon_name:
        return format_html("{}", label)
    picture = icon(icon_name)
    return format_html("{} {}", label, picture) if after else format_html("{} {}", picture, label)


def _button_classes(tone: str, size: str, block: bool) -> str:
    names = ["btn", f"btn-{tone}"]
    if size:
        names.append(f"btn-{size}")
    if block:
        names.append("btn-block")
    return " ".join(names)


@register.simple_tag
def link_button(
    label: str, url: str, tone: str = "primary", icon: str = "", size: str = "", block: bool = False,
    icon_after: bool = False, about: str = "", download: bool = False,
) -> SafeString:  # fmt: skip
    """A link that looks like a button. `about` completes the label for screen readers."""
    return format_html(
        '<a class="{}" href="{}"{}>{}{}</a>',
        _button_classes(tone, size, block), url, mark_safe(" download") if download else "",
        _face(label, icon, icon_after), _hidden(about),
    )  # fmt: skip


@register.simple_tag
def button(
    label: str, tone: str = "primary", icon: str = "", size: str = "", block: bool = False, type: str = "submit",
    name: str = "", value: str = "", confirm: str = "", icon_after: bool = False, about: str = "", form: str = "",
) -> SafeString:  # fmt: skip
    """A button. `confirm` asks the question before the form leaves (with JavaScript; without, nothing is lost)."""
    extra = [
        format_html(' {}="{}"', key, text)
        for key, text in (("name", name), ("value", value), ("data-confirm", confirm), ("form", form))
        if text
    ]
    return format_html(
        '<button class="{}" type="{}"{}>{}{}</button>',
        _button_classes(tone, size, block), type, mark_safe("".join(extra)),
        _face(label, icon, icon_after), _hidden(about),
    )  # fmt: skip


def _hidden(text: str) -> SafeString:
    return format_html('<span class="visually-hidden"> {}</span>', text) if text else SafeString("")


@register.simple_tag
def tag(label: str, tone: str = "neutral", icon: str = "") -> SafeString:
    """A status: words, a tone and an icon, never the colour alone."""
    tone = tone_of(tone)
    return format_html('<span class="tag tag-{}">{} {}</span>', tone, _icon(icon or TONE_ICONS[tone]), label)


_icon = icon


@register.simple_block_tag(takes_context=True)
def card(
    context: Any, content: str, title: str = "", icon: str = "", level: int = 2, url: str = "", tone: str = "",
    eyebrow: str = "", anchor: str = "",
) -> str:  # fmt: skip
    """`{% card title="…" %}…{% endcard %}`: a framed part of the page, as a section when it has a title."""
    return render_to_string(
        "components/card.html",
        {
            "content": content, "title": title, "icon": icon, "level": int(level), "url": url,
            "tone": tone_of(tone) if tone else "", "eyebrow": eyebrow, "anchor": anchor,
        },
    )  # fmt: skip


@register.simple_block_tag
def callout(content: str, tone: str = "info", title: str = "", icon: str = "", role: str = "") -> str:
    """`{% callout tone="warning" title="…" %}…{% endcallout %}`: something to notice."""
    tone = tone_of(tone)
    return render_to_string(
        "components/callout.html",
        {"content": content, "tone": tone, "title": title, "icon": icon or TONE_ICONS[tone], "role": role},
    )


@register.simple_block_tag
def more(content: str, title: str, open: bool = False) -> str:
    """`{% more title="Comment est-ce calculé ?" %}…{% endmore %}`: details one may unfold, without JavaScript."""
    return render_to_string("components/more.html", {"content": content, "title": title, "open": open})


@register.inclusion_tag("components/offer_card.html")
def offer_card(offer: Any, level: int = 3) -> dict[str, Any]:
    """An offer in a list. See docs/components.md for the keys; all but `title`, `url` and `rent` may be absent."""
    keys = (
        "url", "title", "place", "landlord", "kind", "financing", "typology", "rooms", "surface", "floor", "lift",
        "energy", "available_on", "rent", "charges", "rent_after_aid", "effort_rate", "effort_tone", "candidates",
        "rank", "confirmed_at", "deadline", "accessible", "status_label", "status_tone", "reasons", "photo", "building",
        "action_label",
    )  # fmt: skip
    return {"offer": {key: part(offer, key, None) for key in keys}, "level": int(level)}


@register.inclusion_tag("components/fiche.html")
def fiche(rows: Iterable[Any], columns: int = 1) -> dict[str, Any]:
    """A definition list. Rows are `(label, value)`, `(label, value, note)` or mappings; empty values show « — »."""
    lines = []
    for row in rows:
        if isinstance(row, Mapping):
            lines.append((row["label"], row.get("value"), row.get("note", "")))
        else:
            lines.append((row[0], row[1], row[2] if len(row) > 2 else ""))
    return {"rows": [{"label": a, "value": b, "note": c} for a, b, c in lines], "columns": int(columns)}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any], heading: str = "", level: int = 3) -> dict[str, Any]:
    """Dated events: `at`, `sentence`, and perhaps `by`, `why`, `icon`, `tone`, `url`, `link`, `future`, `note`.

    `common.ledger.timeline()` gives such entries. A future step has no date or a date to come, and is greyed.
    """
    keys = ("at", "sentence", "by", "why", "icon", "url", "link", "note", "current")
    lines = []
    for entry in entries:
        line = {key: part(entry, key) for key in keys}
        line["future"] = bool(part(entry, "future", False))
        line["tone"] = tone_of(part(entry, "tone", "neutral"))
        lines.append(line)
    return {"entries": lines, "heading": heading, "level": int(level)}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Iterable[Any], current: Any = None) -> dict[str, Any]:
    """Steps of a long form: `label`, `url`, `state` (done, current, todo, error). `current` is a 1-based number."""
    lines = []
    for rank, step in enumerate(steps, start=1):
        here = rank == int(current) if current else part(step, "state") == "current"
        state = "current" if here else part(step, "state") or ("done" if current and rank < int(current) else "todo")
        lines.append({"rank": rank, "label": part(step, "label"), "url": part(step, "url"), "state": state})
    here = next((line for line in lines if line["state"] == "current"), None)
    following = next((line for line in lines if here and line["rank"] == here["rank"] + 1), None)
    return {"steps": lines, "here": here, "following": following, "count": len(lines)}


_ROW = re.compile(r"<tr\b([^>]*)>(.*?)</tr>", re.S)
_CELL = re.compile(r"<(td|th)\b([^>]*)>")


def _columns(columns: Iterable[Any]) -> list[dict[str, Any]]:
    if isinstance(columns, str):
        columns = [label.strip() for label in columns.split("|")]
    return [
        {"label": c, "align": "", "url": "", "sort": ""}
        if isinstance(c, str)
        else {key: part(c, key) for key in ("label", "align", "url", "sort")}
        for c in columns
    ]


@register.simple_block_tag
def table(content: str, caption: str, columns: Any, stack: bool = True, hide_caption: bool = False) -> str:
    """`{% table caption="…" columns="Nom|Points" %}<tr><td>…</td></tr>{% endtable %}`.

    On a phone each row becomes a card whose cells repeat their column's name, written here into the
    cells. Roles are restated because `display: block` takes them away from some screen readers.
    """
    heads = _columns(columns)

    def row(match: re.Match[str]) -> str:
        position = iter(range(10_000))

        def cell(found: re.Match[str]) -> str:
            head = heads[min(next(position), len(heads) - 1)] if heads else {"label": "", "align": ""}
            kind = "rowheader" if found[1] == "th" else "cell"
            words = "" if "data-label" in found[2] else format_html(' data-label="{}"', head["label"])
            side = ' data-align="end"' if head["align"] == "end" else ""
            return f'<{found[1]} role="{kind}"{words}{side}{found[2]}>'

        return f'<tr role="row"{match[1]}>{_CELL.sub(cell, match[2])}</tr>'

    return render_to_string(
        "components/table.html",
        {
            "body": mark_safe(_ROW.sub(row, content)), "caption": caption, "columns": heads, "stack": stack,
            "hide_caption": hide_caption,
        },
    )  # fmt: skip


@register.inclusion_tag("components/empty.html")
def empty(sentence: str, icon: str = "inbox", title: str = "", action: str = "", url: str = "") -> dict[str, Any]:
    """Nothing to show: say so, and what to do next."""
    return {"sentence": sentence, "icon": icon, "title": title, "action": action, "url": url}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], label: str = "Sections") -> dict[str, Any]:
    """Links to sister pages: `label`, `url`, `current`, `count`."""
    keys = ("label", "url", "current", "count", "icon")
    return {"items": [{key: part(item, key, None) for key in keys} for item in items], "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Any, page: Page, name: str = "page", target: str = "") -> dict[str, Any]:
    """Links to the other pages of a list; the rest of the query string is kept. `target` makes them htmx."""
    request = context.get("request")
    query = request.GET.copy() if request else None

    def link(rank: int) -> str:
        if query is None:
            return f"?{name}={rank}"
        query[name] = str(rank)
        return f"?{query.urlencode()}"

    last = page.paginator.num_pages
    shown = sorted({1, last, *range(max(1, page.number - 1), min(last, page.number + 1) + 1)})
    links: list[dict[str, Any]] = []
    for before, rank in zip([0, *shown], shown, strict=False):
        if rank - before > 1:
            links.append({"gap": True})
        links.append({"rank": rank, "url": link(rank), "current": rank == page.number})
    return {
        "page": page, "links": links, "target": target,
        "previous": link(page.number - 1) if page.has_previous() else "",
        "next": link(page.number + 1) if page.has_next() else "",
    }  # fmt: skip


@register.inclusion_tag("components/deadline.html")
def deadline(until: date | datetime, action: str = "", soon: int = 3) -> dict[str, Any]:
    """« Il vous reste 8 jours pour répondre, jusqu’au 3 décembre 2026 à 23:59 ». A plain date ends at 23:59.

    `action` is a verb ("répondre"); with a capital it is a title: « Clôture de la séance : il reste 8 jours ».
    """
    label = action if action[:1].isupper() else ""
    said = {"until": until, "action": "" if label else action, "label": label, "personal": not label}
    if not isinstance(until, datetime):
        until = said["until"] = timezone.make_aware(datetime.combine(until, time(23, 59)))
    left = until - clock.now()
    if left.total_seconds() <= 0:
        return {**said, "past": True, "tone": "danger"}
    hours = int(left.total_seconds() // 3600)
    if hours >= 48:
        rest = counted(left.days, "jour")
    elif hours >= 1:
        rest = counted(hours, "heure")
    else:
        rest = counted(int(left.total_seconds() // 60) + 1, "minute")
    return {
        **said, "past": False, "rest": rest,
        "tone": "danger" if hours < 24 else "warning" if left.days < int(soon) else "info",
    }  # fmt: skip


@register.simple_tag
def at(value: date | datetime | None, shown: str = "") -> SafeString:
    """A `<time>` element: `{% at event.at %}`, or in other words `{% at event.at event.at|since %}`."""
    if not value:
        return SafeString("—")
    machine = timezone.localtime(value).isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, moment(value), shown or moment(value))


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*steps: Any) -> dict[str, Any]:
    """`{% breadcrumb "Offres" offers_url "Le Clos Fleuri" %}`: label, address, label, address… the last has none.

    A single list of `(label, url)` or mappings is taken too.
    """
    if len(steps) == 1 and not isinstance(steps[0], str):
        pairs: Sequence[Any] = [
            (part(s, "label"), part(s, "url")) if isinstance(s, Mapping) else (s[0], s[1] if len(s) > 1 else "")
            for s in steps[0]
        ]
    else:
        pairs = [(steps[i], steps[i + 1] if i + 1 < len(steps) else "") for i in range(0, len(steps), 2)]
    return {"steps": [{"label": label, "url": url} for label, url in pairs]}


@register.simple_block_tag(takes_context=True)
def filters(
    context: Any, content: str, action: str = "", title: str = "Filtrer", count: int = 0, reset: str = "",
    target: str = "", submit: str = "Voir les résultats", label: str = "",
) -> str:  # fmt: skip
    """`{% filters count=n %}fields{% endfilters %}`: a GET form, folded on a phone, always open on a wide screen."""
    return render_to_string(
        "components/filters.html",
        {
            "content": content, "action": action, "title": title, "count": count, "reset": reset, "target": target,
            "submit": submit, "label": label or title,
        },
    )  # fmt: skip
