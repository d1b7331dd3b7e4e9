"""Forms: fields, error summary, file rows, ranking by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from palier.common.templatetags.palier_parts import part, tone_of

register = template.Library()

GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def first_control(bound: BoundField) -> str:
    """The id an error link must reach: the first choice of a group, else the control itself."""
    widget = bound.field.widget
    if isinstance(widget, GROUPS):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def kind_of(bound: BoundField) -> str:
    """How a field is laid out: group, check, select, file or input."""
    widget = bound.field.widget
    if isinstance(widget, GROUPS):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.MultiWidget | forms.SelectDateWidget):
        return "several"
    if isinstance(widget, forms.Select):
        return "select"
    return "file" if isinstance(widget, forms.FileInput) else "input"


_CLASSES = {
    "group": "form-check-input", "check": "form-check-input", "select": "form-select",
    "several": "form-control form-control-part", "file": "form-control", "input": "form-control",
}  # fmt: skip


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", help: str = "", width: str = "", prefix: str = "", suffix: str = "",
    autocomplete: str = "", inputmode: str = "", placeholder: str = "", show_when: str = "", optional: bool = True,
    inline: bool = False, hide_label: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One form field with its label, help and error.

    `width`: short, medium or long (as many characters as the answer has, not as the screen). `suffix`: a
    unit. `show_when="situation=couple|pacs"`: shown only when another field has one of these values (all
    fields show without JavaScript, so the form must accept the field left empty). `inline`: choices side by side.
    """
    kind = kind_of(bound)
    if help:
        bound.help_text = help
    attrs = {"autocomplete": autocomplete, "inputmode": inputmode, "placeholder": placeholder}
    given = {name: text for name, text in attrs.items() if text}
    own = bound.field.widget.attrs
    own.update(given)
    classes = _CLASSES[kind] + (" is-invalid" if bound.errors else "")
    if classes not in own.get("class", ""):
        own["class"] = f"{own.get('class', '')} {classes}".strip()
    if isinstance(bound.field.widget, forms.MultiWidget):
        for inner in bound.field.widget.widgets:
            inner.attrs["class"] = classes
    wanted, _, values = show_when.partition("=")
    return {
        "field": bound, "kind": kind, "label": label or bound.label, "width": width, "prefix": prefix,
        "suffix": suffix, "inline": inline, "hide_label": hide_label,
        "optional": optional and not bound.field.required and kind != "check",
        "show_field": bound.form.add_prefix(wanted) if wanted else "", "show_values": values,
        "help_id": f"{bound.auto_id}_helptext", "error_id": f"{bound.auto_id}_error",
    }  # fmt: skip


@register.inclusion_tag("components/fields.html")
def fields(form: forms.BaseForm, names: str = "", without: str = "") -> dict[str, Any]:
    """Every visible field of a form in its order; `names="a b c"` or `without="a b"` choose."""
    chosen = names.split() or [name for name in form.fields if name not in without.split()]
    visible = [form[name] for name in chosen if not form[name].is_hidden]
    hidden = [form[name] for name in chosen if form[name].is_hidden]
    return {"visible": visible, "hidden": hidden}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*given: Any) -> dict[str, Any]:
    """What must be mended, each line a link to its field. Takes forms, formsets or lists of them."""
    lines: list[dict[str, str]] = []
    for form in _forms(given):
        lines += [{"words": words, "target": ""} for words in form.non_field_errors()]
        for bound in form:
            # Rows of people share their labels: `about` on a field says whose it is.
            about = getattr(bound.field, "about", "")
            label = f"{about}, {str(bound.label).lower()}" if about else str(bound.label)
            lines += [{"words": words, "label": label, "target": first_control(bound)} for words in bound.errors]
    return {"lines": lines}


def _forms(given: Iterable[Any]) -> Iterable[forms.BaseForm]:
    for one in given:
        if isinstance(one, forms.BaseForm):
            if one.is_bound:
                yield one
        elif one:
            yield from _forms(one)


@register.inclusion_tag("components/upload.html", takes_context=True)
def upload(
    context: Any, action: str, name: str = "file", label: str = "Choisir un fichier", help: str = "",
    accept: str = ".pdf,.jpg,.jpeg,.png,.heic,application/pdf,image/*", max_bytes: int = 15_000_000,
    uid: str = "", blocks: str = "", hidden: Any = None, several: bool = False, submit: str = "Envoyer", about: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One form that sends a file: a plain form, and by blocks with JavaScript when `blocks` says where they go.

    The view answers a redirect when the file is taken, or the page again (4xx, 5xx) with the errors of the form.
    By blocks it receives `sha256` in place of the file: a broken connection then costs one block
    (docs/decisions/uploads.md). `hidden`: mapping of hidden fields. `several`: each chosen file is sent by itself,
    one after another.
    """
    return {
        "action": action, "name": name, "label": label, "help": help, "accept": accept, "max_bytes": int(max_bytes),
        "uid": uid or f"upload-{name}", "blocks": blocks, "hidden": dict(hidden or {}), "several": several, "submit": submit,
        "about": about, "csrf_token": context.get("csrf_token", ""), "request": context.get("request"),
    }  # fmt: skip


@register.inclusion_tag("components/file_row.html")
def file_row(item: Any) -> dict[str, Any]:
    """A file already there: `name`, `url`, `size`, `at`, `status_label`, `status_tone`, `reason`, `delete_url`."""
    keys = ("name", "url", "size", "at", "status_label", "status_tone", "reason", "remove_url", "kind")
    row = {key: part(item, key, None) for key in keys}
    row["status_tone"] = tone_of(row["status_tone"])
    return {"row": row}


@register.inclusion_tag("components/ranking.html")
def ranking(
    items: Iterable[Any], name: str = "rank", legend: str = "Votre classement", help: str = "",
    refusals: Sequence[tuple[str, str]] = (), choose: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A list one puts in order: numbers to type without JavaScript; buttons, keyboard and mouse with it.

    Items: `id`, `title`, and perhaps `detail`, `url`, `rank`, `tag`, `tag_tone`, `refused`. Posts `<name>_<id>` = 1, 2, 3…
    `choose`: whoever has no `rank` waits for one, so that no order is suggested; else the items come ranked as given.
    `refusals`: (code, words) of the reasons for which one may be left out; posts `reason-<id>`. Inside the page's own form.
    """
    lines = []
    for position, item in enumerate(items, start=1):
        line = {key: part(item, key) for key in ("id", "title", "detail", "url", "tag", "tag_tone", "refused")}
        line["rank"] = "" if line["refused"] else part(item, "rank") or ("" if choose else position)
        lines.append(line)
    lines.sort(key=lambda line: (bool(line["refused"]), int(line["rank"] or len(lines) + 1)))
    return {
        "items": lines, "name": name, "legend": legend, "help": help, "count": len(lines), "refusals": refusals,
    }  # fmt: skip


@register.simple_tag
def autosave(url: str, key: str = "") -> SafeString:
    """Attributes for a `<form>` saved as it is typed: `<form {% autosave url %} method="post">`.

    The address receives the fields (without files) and answers 204, or JSON `{"errors": {field: [words]}}`.
    """
    return format_html('data-autosave="{}" data-autosave-key="{}"', url, key or url)
