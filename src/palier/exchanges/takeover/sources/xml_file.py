"""XML, streamed: the rows of any export by the path of their element, or the register's `demandeLogement`.

A first pass of expat builds nothing, refuses document types and bounds depth, width and texts, and reads to the
last character: a file cut short is refused before anything is made of it. The second pass has no entities.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from palier.exchanges.sne.safety import MAX_ELEMENTS, DocumentRefused, guard
from palier.exchanges.sne.schema import NAMESPACE
from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.register import wrapped
from palier.exchanges.takeover.sources.rows import Row

REGISTER = "demandeLogement"
_CHUNK = 1 << 18


class XmlFile:
    """`row`: absolute path of the element that is a row (`/export/demandes/demande`), without prefixes.

    Empty: each `demandeLogement` of the register's namespace, wherever it stands.
    """

    def __init__(self, path: Path, *, row: str) -> None:
        self._path, self._row = path, row
        self._size = max(path.stat().st_size, 1)
        self._read = 0
        self.columns: list[str] = []
        try:
            with path.open("rb") as file:
                guard(iter(lambda: file.read(_CHUNK), b""))
        except DocumentRefused as error:
            raise SourceRefused(error.code.replace("sne.", "file.", 1), str(error)) from error

    def rows(self) -> Iterator[Row]:
        """Every element at the path, forgotten as soon as it was given."""
        with self._path.open("rb") as file:
            try:
                yield from self._elements(file)
            except etree.XMLSyntaxError as error:
                raise SourceRefused("file.not_xml", f"Ce fichier n’est plus lisible ligne {error.lineno}.") from error
            finally:
                self._read = file.tell()

    def _elements(self, file: BinaryIO) -> Iterator[Row]:
        wanted = [step for step in self._row.split("/") if step]
        above: list[str] = []
        rank = 0
        inside = held = 0
        events = etree.iterparse(
            file, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for event, element in events:
            name = etree.QName(element).localname
            if event == "start":
                above.append(name)
                if _is_row(element, above, wanted):
                    inside, held = inside + 1, 0
                held += 1
                if held > MAX_ELEMENTS:
                    raise SourceRefused("file.too_many", f"La demande n° {rank + 1} de ce fichier n’en finit pas.")
                continue
            if _is_row(element, above, wanted):
                inside -= 1
                rank += 1
                self._read = file.tell()
                path = f"{self._row or f'//{REGISTER}'}[{rank}]"
                if wanted:
                    yield Row(rank, dict(_cells(element)), path=path)
                else:
                    # Apart from the stream: rows are worked on by blocks, and the stream forgets each as it goes on.
                    yield Row(rank, {}, path=path, element=wrapped(element))
            above.pop()
            if not inside:
                held = 0
                _forget(element)

    @property
    def progress(self) -> float:
        return min(self._read / self._size, 1.0)


def _is_row(element: etree._Element, above: list[str], wanted: list[str]) -> bool:
    return above == wanted if wanted else element.tag == f"{{{NAMESPACE}}}{REGISTER}"


def _cells(element: etree._Element, above: str = "") -> Iterator[tuple[str, str]]:
    """`nom`, `adresse/@type`, `enfant`, `enfant[2]/prenom`: the texts of an element, the first of a name unnumbered."""
    for name, value in element.attrib.items():
        yield f"{above}@{etree.QName(name).localname}", value.strip()
    seen: dict[str, int] = {}
    for child in element:
        name = etree.QName(child).localname
        seen[name] = seen.get(name, 0) + 1
        path = f"{above}{name}" + (f"[{seen[name]}]" if seen[name] > 1 else "")
        if not len(child):
            yield path, (child.text or "").strip()
        yield from _cells(child, f"{path}/")


def _forget(element: etree._Element) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
