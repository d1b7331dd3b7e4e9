"""One SOAP 1.2 message with its attached parts (MTOM, XOP), written to bytes and read back strictly.

Both sides use it: the client and the stand-in. A message that is cut, that repeats itself or that does not hold
what it refers to is refused, never mended.
"""

from __future__ import annotations

import secrets
from base64 import encodebytes
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import unquote

from lxml import etree

from palier.exchanges.sne.errors import CRASH, Crashed, HalfMessage, NotAMessage, WebPage, WrongReference
from palier.exchanges.sne.safety import DocumentRefused, root_of

SOAP = "http://www.w3.org/2003/05/soap-envelope"
XOP = "http://www.w3.org/2004/08/xop/include"
SOAP_TYPE, XOP_TYPE = "application/soap+xml", "application/xop+xml"
ROOT = "rootpart@palier"
MAX_PARTS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """An attached part. `identifier`: its Content-ID without the angle brackets."""

    identifier: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """`body`: the one element inside the SOAP body. `parts`: the attached ones, by identifier."""

    body: etree._Element
    parts: dict[str, Part] = field(default_factory=dict)

    def attached(self, include: etree._Element) -> Part:
        """The part that a `xop:Include` refers to. Raises `WrongReference`."""
        reference = include.get("href", "")
        part = self.parts.get(unquote(reference.removeprefix("cid:"))) if reference.startswith("cid:") else None
        if part is None:
            raise WrongReference(reference[:80])
        return part


def envelope(body: etree._Element) -> bytes:
    """The SOAP envelope around an element."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Header")
    etree.SubElement(root, f"{{{SOAP}}}Body").append(body)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def include(parent: etree._Element, identifier: str) -> None:
    """Put in an element the reference to an attached part."""
    etree.SubElement(parent, f"{{{XOP}}}Include", nsmap={"xop": XOP}, href=f"cid:{identifier}")


def includes(element: etree._Element) -> list[etree._Element]:
    """The references to attached parts inside an element."""
    return list(element.iter(f"{{{XOP}}}Include"))


def write(body: etree._Element, parts: list[Part], action: str) -> tuple[str, bytes]:
    """The header `Content-Type` and the bytes of a message."""
    root = envelope(body)
    boundary = f"palier-{secrets.token_hex(16)}"
    pieces = [
        _piece(
            [f'Content-Type: {XOP_TYPE}; charset=UTF-8; type="{SOAP_TYPE}"; action="{action}"',
             "Content-Transfer-Encoding: binary", f"Content-ID: <{ROOT}>"],
            root,
        )
    ]  # fmt: skip
    for part in parts:
        text = part.media_type == "text/xml"
        pieces.append(
            _piece(
                [f"Content-Type: {part.media_type}{'; charset=UTF-8' if text else ''}",
                 f"Content-Transfer-Encoding: {'binary' if text else 'base64'}",
                 f"Content-ID: <{part.identifier}>",
                 f'Content-Disposition: attachment; name="{part.identifier}"'],
                part.content if text else encodebytes(part.content).replace(b"\n", b"\r\n"),
            )
        )  # fmt: skip
    mark = f"--{boundary}".encode()
    content = b"".join(mark + b"\r\n" + piece + b"\r\n" for piece in pieces) + mark + b"--\r\n"
    header = (
        f'multipart/related; type="{XOP_TYPE}"; start="<{ROOT}>"; start-info="{SOAP_TYPE}"; '
        f'boundary="{boundary}"; action="{action}"'
    )
    return header, content


def _piece(headers: list[str], content: bytes) -> bytes:
    return "\r\n".join(headers).encode() + b"\r\n\r\n" + content


def read(content_type: str, content: bytes) -> Message:
    """A message from its header and bytes. Raises an `ExchangeError`."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("multipart/related", SOAP_TYPE) or not content.strip():
        raise _not_a_message(kind, content)
    if kind == SOAP_TYPE:
        return Message(_body(content))
    head = f"MIME-Version: 1.0\r\nContent-Type: {' '.join(content_type.split())}\r\n\r\n".encode("latin-1", "replace")
    whole = BytesParser(policy=policy.HTTP).parsebytes(head + content)
    parts = _parts(whole)
    start = str(whole.get_param("start") or "").strip("<> ")
    root = next((p for p in parts if p.identifier == start), parts[0]) if parts else None
    if root is None or root.media_type not in (XOP_TYPE, SOAP_TYPE):
        raise NotAMessage("no SOAP part")
    attached = {p.identifier: p for p in parts if p is not root}
    if len(attached) != len(parts) - 1:
        raise NotAMessage("two parts with one identifier")
    return Message(_body(root.content), attached)


def _parts(whole: EmailMessage) -> list[Part]:
    names = {type(defect).__name__ for defect in whole.defects}
    if names == {"CloseBoundaryNotFoundDefect"}:
        raise HalfMessage("no closing boundary")
    if names or not whole.is_multipart():
        raise NotAMessage(", ".join(sorted(names)))
    if (whole.epilogue or "").strip() or (whole.preamble or "").strip():
        raise NotAMessage("something beside the message")
    found = []
    for part in whole.iter_parts():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or part.defects or len(found) == MAX_PARTS:
            raise NotAMessage("unreadable part")
        identifier = str(part.get("Content-ID") or "").strip().strip("<>")
        found.append(Part(identifier, part.get_content_type(), content))
    return found


def _body(content: bytes) -> etree._Element:
    try:
        root = root_of(content)
    except DocumentRefused as refusal:
        raise (HalfMessage if refusal.code == "sne.truncated" else NotAMessage)(refusal.code) from refusal
    if root.tag != f"{{{SOAP}}}Envelope":
        raise NotAMessage("no SOAP envelope")
    bodies = root.findall(f"{{{SOAP}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise NotAMessage("a body holds one element")
    return bodies[0][0]


def _not_a_message(kind: str, content: bytes) -> Exception:
    if CRASH.encode() in content:
        return Crashed()
    if not content.strip():
        return HalfMessage("empty")
    if kind in ("text/html", "application/xhtml+xml") or content.lstrip()[:15].lower().startswith(
        (b"<!doctype html", b"<html")
    ):
        return WebPage()
    return NotAMessage(kind[:60])
