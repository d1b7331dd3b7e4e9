"""Read an `interfaceNuu` document into the model. Nothing is dropped in silence: what is unknown or unreadable is kept.

The model drives the reading: each of its fields takes its element; what nobody took is kept as `Unmapped`, in a
stable order (by the place of the parent in the model, then as in the file), and reported. A value that cannot be
read is kept the same way and reported as an anomaly, its field left empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from lxml import etree

from palier.exchanges.sne import values
from palier.exchanges.sne.model import Anomaly, Coded, NationalAnomaly, SneDemand, Unmapped
from palier.exchanges.sne.safety import DocumentRefused, root_of
from palier.exchanges.sne.schema import NAMESPACE, VERSIONS, Place, places

ROOT = "interfaceNuu"
DEMAND = "demande/demandeLogement"
ANSWERS = f"{DEMAND}/listeAnomalie"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_KINDS = {
    "day": "date", "instant": "date et heure", "amount": "montant", "whole": "nombre entier", "flag": "oui ou non",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """A demand as read, and what could not be read or was not known."""

    demand: SneDemand
    anomalies: tuple[Anomaly, ...]


def parse(source: bytes | BinaryIO) -> Parsed:
    """Read a file of at most 50 MB. Raises `DocumentRefused` (codes `sne.…`) when it is not such a document."""
    return parse_element(root_of(source))


def parse_element(root: etree._Element) -> Parsed:
    """Read a root element that is already at hand, such as one that came inside an envelope."""
    version = _version(root)
    if (
        max(
            len(_children(root, "demande")),
            sum(len(_children(d, "demandeLogement")) for d in _children(root, "demande")),
        )
        > 1
    ):
        raise DocumentRefused("sne.several", "Ce fichier contient plusieurs demandes : envoyez-les une par une.")
    reader = _Reader()
    reader.saw(root, "", {"versionInterface"})
    if reader.step(root, ("demande", "demandeLogement")) is None:
        raise DocumentRefused("sne.no_demand", "Ce fichier ne contient pas de demande de logement.")
    known = reader.fields(SneDemand, root)
    answers = reader.answers(root)
    unmapped = reader.left_over()
    return Parsed(SneDemand(version=version, answers=answers, unmapped=unmapped, **known), tuple(reader.anomalies))


def _version(root: etree._Element) -> str:
    name = etree.QName(root)
    if name.localname != ROOT:
        raise DocumentRefused(
            "sne.root",
            f"Ce document commence par « {name.localname[:60]} » : ce n’est pas une demande du registre national.",
        )
    if name.namespace != NAMESPACE:
        raise DocumentRefused("sne.namespace", "Ce document n’a pas l’espace de noms du registre national.")
    version = root.get("versionInterface", "").strip()
    if version not in VERSIONS:
        shown = version[:20] or "absente"
        raise DocumentRefused("sne.version", f"Version d’interface {shown} : seules 02.00 et 02.01 sont connues.")
    return version


def local_name(element: etree._Element) -> str:
    """The name of an element of the register, qualified or not; the Clark name of any other."""
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    return name.localname if name.namespace in (NAMESPACE, None) else str(element.tag)


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in parent if local_name(child) == name]


def canonical(element: etree._Element) -> str:
    """One text for one meaning, whatever prefixes the file chose, so that rewriting a file changes nothing.

    A prefix inside a value (`xsi:type="x:…"`) is a text like another: its declaration is not kept.
    """
    copy = _copied(element, etree.Element(element.tag, nsmap={"nuu": NAMESPACE}))
    return etree.tostring(copy, method="c14n", exclusive=True, with_comments=False).decode()


def _copied(element: etree._Element, into: etree._Element) -> etree._Element:
    for name, value in sorted(element.attrib.items()):
        into.set(name, value)
    into.text = element.text
    for child in element:
        if isinstance(child.tag, str):
            _copied(child, etree.SubElement(into, child.tag)).tail = child.tail
    return into


class _Reader:
    """What was taken so far: `taken` keeps the path of each element, in the order of the model."""

    def __init__(self) -> None:
        self.taken: dict[etree._Element, str] = {}
        self.attributes: dict[etree._Element, set[str]] = {}
        self.worded: set[etree._Element] = set()
        self.swallowed: set[etree._Element] = set()
        self.anomalies: list[Anomaly] = []

    def saw(self, element: etree._Element, path: str, attributes: Iterable[str] = ()) -> None:
        self.taken.setdefault(element, path)
        self.attributes.setdefault(element, set()).update(attributes)

    def path(self, parent: etree._Element, name: str, index: int | None = None) -> str:
        above = self.taken[parent]
        own = name if index is None else f"{name}[{index}]"
        return f"{above}/{own}" if above else own

    def step(self, parent: etree._Element, names: tuple[str, ...]) -> etree._Element | None:
        """Follow element names; the first of several is taken, the others are left over and reported."""
        for name in names:
            found = _children(parent, name)
            if not found:
                return None
            if len(found) > 1 and found[0] not in self.taken:
                self.warn(
                    "element.duplicate", self.path(parent, name), f"« {name} » est répété : la première valeur est lue."
                )
            self.saw(found[0], self.path(parent, name))
            parent = found[0]
        return parent

    def warn(self, code: str, path: str, message: str) -> None:
        self.anomalies.append(Anomaly(code, path, message, "warning"))

    def fields(self, kind: type, element: etree._Element) -> dict[str, Any]:
        return {name: self.field(place, element) for name, place in places(kind)}

    def field(self, place: Place, parent: etree._Element) -> Any:
        element = self.step(parent, place.path)
        if place.kind == "many":
            return () if element is None else self.items(place, element)
        if place.kind == "record":
            assert place.of is not None
            return None if element is None else place.of(**self.fields(place.of, element))
        if place.kind == "code":
            found = Coded() if element is None else self.coded(element)
            return None if found == Coded() else found
        return self.value(place, element)

    def items(self, place: Place, wrapper: etree._Element) -> tuple[Any, ...]:
        found = []
        for index, item in enumerate(_children(wrapper, place.item), start=1):
            self.saw(item, self.path(wrapper, place.item, index))
            found.append(self.coded(item) if place.of is None else place.of(**self.fields(place.of, item)))
        return tuple(found)

    def coded(self, element: etree._Element) -> Coded:
        self.saw(element, self.taken[element], {"code"})
        return Coded(element.get("code", "").strip(), self.words(element))

    def words(self, element: etree._Element) -> str:
        self.worded.add(element)
        return (element.text or "").strip()

    def value(self, place: Place, element: etree._Element | None) -> Any:
        missing = "" if place.kind == "text" else None
        if element is None:
            return missing
        words = self.words(element)
        if not words and place.path[-1] == "typeFichier":
            return self.coded(element).code
        if not words:
            return missing
        try:
            return values.read(place.kind, words)
        except values.Unreadable:
            path = self.taken[element]
            self.anomalies.append(
                Anomaly(
                    f"{place.kind}.unreadable", path,
                    f"« {words[:60]} » n’est pas lisible ({_KINDS[place.kind]} attendu) : la valeur est gardée à part.",
                    "warning",
                )
            )  # fmt: skip
            self.give_back(element)
            return missing

    def give_back(self, element: etree._Element) -> None:
        """An element whose value cannot be read stays whole among the left-overs."""
        del self.taken[element], self.attributes[element]
        self.worded.discard(element)

    def answers(self, root: etree._Element) -> tuple[NationalAnomaly, ...]:
        """The server's refusals. Their words are read whole: they are shown to the agent, never sent back."""
        wrapper = self.step(root, tuple(ANSWERS.split("/")))
        if wrapper is None:
            return ()
        found = []
        for child in wrapper:
            name = local_name(child)
            index = _children(wrapper, name).index(child) + 1
            self.saw(child, self.path(wrapper, name, index), {"code"})
            self.swallowed.add(child)
            words = " ".join(" ".join(child.itertext()).split())
            found.append(NationalAnomaly(name, child.get("code", "").strip(), words))
        return tuple(found)

    def left_over(self) -> tuple[Unmapped, ...]:
        found = [kept for element, path in self.taken.items() for kept in self._around(element, path)]
        reported = {anomaly.path for anomaly in self.anomalies}
        for kept in (k for k in found if k.path not in reported):
            self.warn("element.unknown", kept.path, "Élément inconnu de Palier : il est gardé tel quel.")
        return tuple(found)

    def _around(self, element: etree._Element, path: str) -> list[Unmapped]:
        prefix = f"{path}/" if path else ""
        found = [
            Unmapped(f"{prefix}@{name}", value)
            for name, value in sorted(element.attrib.items())
            if name not in self.attributes[element] and not name.startswith(_XSI)
        ]
        if element in self.swallowed:
            return found
        for child in element:
            if child not in self.taken and local_name(child):
                found.append(Unmapped(f"{prefix}{local_name(child)}", canonical(child)))
        stray = [child.tail for child in element]
        if element not in self.worded:
            stray.insert(0, element.text)
        words = " ".join(w.strip() for w in stray if w and w.strip())
        return [*found, Unmapped(f"{prefix}text()", words)] if words else found
