"""The door: a file from elsewhere is bounded and refused before anything is made of it.

A first pass of expat builds nothing and stops at the first document type declaration, so that no entity
is ever declared, let alone expanded; the second pass, by lxml, has neither network nor entities.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO
from xml.parsers import expat

from lxml import etree

MAX_BYTES = 50 * 1024 * 1024
MAX_DEPTH = 40
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 64
# Characters of one text of a stream, which as a whole has no bound.
MAX_TEXT = 1_000_000

_CUT_SHORT = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    }
)
_ENCODING = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
        expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
    }
)


class DocumentRefused(ValueError):
    """The file is not a document that can be read. `code` is stable; `str()` is French, for the agent."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def root_of(source: bytes | BinaryIO) -> etree._Element:
    """The root element of an untrusted file of at most 50 MB. Raises `DocumentRefused`."""
    content = source if isinstance(source, bytes) else source.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DocumentRefused("sne.too_large", "Ce fichier dépasse 50 Mo : ce n’est pas une demande.")
    if not content.strip():
        raise DocumentRefused("sne.empty", "Ce fichier est vide.")
    guard([content], most=MAX_ELEMENTS)
    try:
        return etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentRefused("sne.not_xml", "Ce fichier n’est pas un document XML lisible.") from error


def fragment(text: str) -> etree._Element:
    """An element that was kept as text. Raises `DocumentRefused`."""
    return root_of(text.encode())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )


class _Bounds:
    """Counts depth, elements and characters as they come. `elements`: at most so many, or None in a stream."""

    def __init__(self, most: int | None) -> None:
        self.depth = 0
        self.elements = 0
        self.text = 0
        self.most = most

    def open(self, _name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        self.text = 0
        if self.depth > MAX_DEPTH:
            raise DocumentRefused("sne.too_deep", "Ce fichier a trop de niveaux : ce n’est pas une demande.")
        if (self.most and self.elements > self.most) or len(attributes) > MAX_ATTRIBUTES:
            raise DocumentRefused("sne.too_many", "Ce fichier a trop d’éléments : ce n’est pas une demande.")

    def close(self, _name: str) -> None:
        self.depth -= 1
        self.text = 0

    def words(self, text: str) -> None:
        self.text += len(text)
        if self.most is None and self.text > MAX_TEXT:
            raise DocumentRefused("sne.endless", "Un texte de ce fichier dépasse un million de caractères.")


def _refuse_doctype(*_: object) -> None:
    raise DocumentRefused(
        "sne.doctype", "Ce fichier déclare un type de document ou des entités : il est refusé par sécurité."
    )


def guard(chunks: Iterable[bytes], *, most: int | None = None) -> None:
    """Read a file to its last character and build nothing. Raises `DocumentRefused`. `most`: elements."""
    bounds = _Bounds(most)
    reader = expat.ParserCreate()
    reader.StartElementHandler = bounds.open
    reader.EndElementHandler = bounds.close
    reader.CharacterDataHandler = bounds.words
    reader.StartDoctypeDeclHandler = _refuse_doctype
    reader.EntityDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            reader.Parse(chunk, False)
        reader.Parse(b"", True)
    except expat.ExpatError as error:
        raise _refusal(error, bounds) from error
    except ValueError as error:
        if isinstance(error, DocumentRefused):
            raise
        raise DocumentRefused("sne.encoding", "Le codage de ce fichier n’est pas reconnu.") from error
    except LookupError as error:
        raise DocumentRefused("sne.encoding", "Le codage de ce fichier n’est pas reconnu.") from error


def _refusal(error: expat.ExpatError, bounds: _Bounds) -> DocumentRefused:
    if error.code in _ENCODING:
        return DocumentRefused("sne.encoding", "Le codage de ce fichier n’est pas reconnu.")
    if error.code in _CUT_SHORT and bounds.elements:
        return DocumentRefused(
            "sne.truncated", "Ce fichier est incomplet : il s’arrête avant la fin. Envoyez-le de nouveau."
        )
    place = f"ligne {error.lineno}, colonne {error.offset + 1}"
    return DocumentRefused("sne.not_xml", f"Ce fichier n’est pas un document XML lisible ({place}).")
