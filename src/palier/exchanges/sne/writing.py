"""Write a demand as an `interfaceNuu` document. `parse(write(demand))` gives it back, unknown elements included."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from palier.exchanges.sne import values
from palier.exchanges.sne.document import ANSWERS, DEMAND, ROOT
from palier.exchanges.sne.model import Coded, NationalAnomaly, SneDemand, Unmapped
from palier.exchanges.sne.safety import fragment
from palier.exchanges.sne.schema import NAMESPACE, VERSIONS, Place, places

_STEP = re.compile(r"(\{[^}]*\}[^\[/]+|[^\[/]+)(?:\[(\d+)\])?")


def write(demand: SneDemand, *, qualified: bool = True) -> bytes:
    """The document, UTF-8, its elements in the register's order and the unmapped ones last in their parent.

    `qualified=False` leaves the inner elements without namespace, as some systems do. Raises `ValueError` on a
    character that XML cannot hold or on an unknown version.
    """
    if demand.version not in VERSIONS:
        raise ValueError(f"unknown interface version {demand.version!r}")
    writer = _Writer(qualified)
    root = etree.Element(f"{{{NAMESPACE}}}{ROOT}", nsmap={"nuu": NAMESPACE}, versionInterface=demand.version)
    writer.fields(root, demand)
    writer.child_path(root, tuple(DEMAND.split("/")))
    if demand.answers:
        writer.answers(writer.child_path(root, tuple(ANSWERS.split("/"))), demand.answers)
    strays = [kept for kept in demand.unmapped if kept.path.endswith("text()")]
    for kept in demand.unmapped:
        if kept not in strays:
            writer.keep(root, kept)
    for kept in strays:
        writer.keep(root, kept)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


class _Writer:
    def __init__(self, qualified: bool) -> None:
        self.namespace = f"{{{NAMESPACE}}}" if qualified else ""

    def new(self, parent: etree._Element, name: str) -> etree._Element:
        return etree.SubElement(parent, name if name.startswith("{") else f"{self.namespace}{name}")

    def find(self, parent: etree._Element, name: str, index: int = 1) -> etree._Element | None:
        tag = name if name.startswith("{") else f"{self.namespace}{name}"
        found = [child for child in parent if child.tag == tag]
        return found[index - 1] if len(found) >= index else None

    def child(self, parent: etree._Element, name: str) -> etree._Element:
        found = self.find(parent, name)
        return self.new(parent, name) if found is None else found

    def child_path(self, parent: etree._Element, names: tuple[str, ...]) -> etree._Element:
        for name in names:
            parent = self.child(parent, name)
        return parent

    def fields(self, element: etree._Element, value: Any) -> None:
        for name, place in places(type(value)):
            self.field(element, place, getattr(value, name))

    def field(self, parent: etree._Element, place: Place, value: Any) -> None:
        if value is None or value == "" or value == ():
            return
        if place.kind == "many":
            wrapper = self.child_path(parent, place.path)
            for item in value:
                self.item(self.new(wrapper, place.item), item)
            return
        element = self.new(self.child_path(parent, place.path[:-1]), place.path[-1])
        if place.kind in ("record", "code"):
            self.item(element, value)
        else:
            element.text = values.write(place.kind, value)

    def item(self, element: etree._Element, value: Any) -> None:
        if not isinstance(value, Coded):
            self.fields(element, value)
            return
        if value.code:
            element.set("code", value.code)
        element.text = value.label or None

    def answers(self, wrapper: etree._Element, found: tuple[NationalAnomaly, ...]) -> None:
        for answer in found:
            element = self.new(wrapper, answer.element)
            if answer.code:
                element.set("code", answer.code)
            element.text = answer.label or None

    def keep(self, root: etree._Element, kept: Unmapped) -> None:
        """Put back an unmapped attribute, element or stray text; missing parents are made."""
        where, _, last = _split(kept.path)
        parent = root
        for name, index in _STEP.findall(where):
            found = self.find(parent, name, int(index or 1))
            parent = self.new(parent, name) if found is None else found
        if last.startswith("@"):
            parent.set(last[1:], kept.content)
        elif last == "text()":
            _append_text(parent, kept.content)
        else:
            parent.append(fragment(kept.content))


def _split(path: str) -> tuple[str, str, str]:
    """Parent's path, slash, last step; a slash inside a namespace's braces does not count."""
    depth = 0
    for place in range(len(path) - 1, -1, -1):
        depth += {"}": 1, "{": -1}.get(path[place], 0)
        if path[place] == "/" and depth == 0:
            return path[:place], "/", path[place + 1 :]
    return "", "", path


def _append_text(parent: etree._Element, words: str) -> None:
    if len(parent):
        parent[-1].tail = words
    else:
        parent.text = words
