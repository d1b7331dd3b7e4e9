"""The services of the register: their parameters, their names of files, and a call between its meaning and its bytes.

`declarationNouveauDalo` has no published signature: it is not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from palier.exchanges.sne import mtom, values
from palier.exchanges.sne.document import local_name, parse_element
from palier.exchanges.sne.errors import CRASH, Crashed, Fault, HalfMessage, NotAMessage, Refusal
from palier.exchanges.sne.model import NationalAnomaly, SneDemand
from palier.exchanges.sne.safety import DocumentRefused, root_of
from palier.exchanges.sne.schema import NAMESPACE
from palier.law import numbers

PATH = "/services/DemandeLogementImplService/"
CALLS = "http://ws.metier.nuu.application.i2/"
XML, CERTIFICATE = "text/xml", "application/octet-stream"
_FILE = re.compile(r"DEM[A-Z0-9]{5}-\d{12}-\d{6}\.xml", re.ASCII)
_CERTIFICATE = re.compile(r"CER[A-Z0-9]{5}-\d{12}\.pem", re.ASCII)


@dataclass(frozen=True, slots=True)
class Service:
    """`parameter`: the name of its plain parameter; `file`, `certificate`: whether it takes them."""

    name: str
    element: str
    parameter: str = ""
    file: bool = False
    certificate: bool = True

    @property
    def action(self) -> str:
        return f"{CALLS}get{self.name}"


SERVICES = {
    service.name: service
    for service in (
        Service("NumUnique", "numUniqueParametres", file=True),
        Service("DemandeLogement", "demandeLogementParametres", "numUnique"),
        Service("Doublons", "rechercheDoublonsParametres", file=True, certificate=False),
        Service("NouveauxDaloDepuisLe", "nouveauxDaloDepuisLeParametres", "dateNouveauDaloDepuisLe"),
        Service("DemandesRadieesDepuisLe", "demandesRadieesDepuisLeParametres", "dateRadiationDepuisLe"),
    )
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call. The certificate, with which the register would encrypt its answer, may be empty."""

    service: str
    value: str = ""
    file_name: str = ""
    document: bytes = b""
    certificate_name: str = ""
    certificate: bytes = b""


def file_name(desk: str, at: datetime, rank: int) -> str:
    """The name of a demand's file: `DEM<desk>-<YYYYMMDDHHMM>-<6 digits>.xml`."""
    return f"DEM{desk}-{at:%Y%m%d%H%M}-{rank % 1_000_000:06d}.xml"


def certificate_name(desk: str, at: datetime) -> str:
    return f"CER{desk}-{at:%Y%m%d%H%M}.pem"


def instant(at: datetime) -> str:
    """A date and time as the parameters write it: `YYYY-MM-DDTHH:MM:SS.s+HH:MM`."""
    return values.write("instant", at.replace(microsecond=at.microsecond // 100_000 * 100_000))


def write(call: Call) -> tuple[str, bytes]:
    """The header `Content-Type` and the bytes of a call."""
    service = SERVICES[call.service]
    body = etree.Element(f"{{{CALLS}}}{service.element}", nsmap={"ws": CALLS})
    parts = []
    if service.file:
        etree.SubElement(body, "nomFichierDemande").text = call.file_name
        _attach(body, "fichierDemande", XML, "demande@palier")
        parts.append(mtom.Part("demande@palier", XML, call.document))
    if service.parameter:
        etree.SubElement(body, service.parameter).text = call.value
    if service.certificate:
        etree.SubElement(body, "nomCertificat").text = call.certificate_name
        _attach(body, "certificat", "application/x-x509-ca-cert", "certificat@palier")
        parts.append(mtom.Part("certificat@palier", CERTIFICATE, call.certificate))
    return mtom.write(body, parts, service.action)


def _attach(body: etree._Element, name: str, media_type: str, identifier: str) -> None:
    element = etree.SubElement(body, name, {f"{{{CALLS}}}contentType": media_type})
    mtom.include(element, identifier)


def read(content_type: str, content: bytes) -> Call:
    """A call as the register receives it. Raises an `ExchangeError` on what is no call of the table."""
    message = mtom.read(content_type, content)
    service = next((s for s in SERVICES.values() if message.body.tag == f"{{{CALLS}}}{s.element}"), None)
    if service is None:
        raise NotAMessage(f"no such service: {local_name(message.body)[:60]}")
    given = {local_name(child): child for child in message.body}
    wanted = [*(("nomFichierDemande", "fichierDemande") if service.file else ()),
              *((service.parameter,) if service.parameter else ()),
              *(("nomCertificat", "certificat") if service.certificate else ())]  # fmt: skip
    missing = [name for name in wanted if name not in given]
    if missing or len(given) != len(message.body):
        raise NotAMessage(f"parameters: {', '.join(missing) or 'twice the same'}")
    call = Call(
        service.name,
        value=_text(given, service.parameter),
        file_name=_text(given, "nomFichierDemande") if service.file else "",
        document=_content(message, given["fichierDemande"]) if service.file else b"",
        certificate_name=_text(given, "nomCertificat") if service.certificate else "",
        certificate=_content(message, given["certificat"]) if service.certificate else b"",
    )
    if service.file and not _FILE.fullmatch(call.file_name):
        raise NotAMessage("nomFichierDemande")
    if service.certificate and not _CERTIFICATE.fullmatch(call.certificate_name):
        raise NotAMessage("nomCertificat")
    return call


def _text(given: dict[str, etree._Element], name: str) -> str:
    return (given[name].text or "").strip() if name else ""


def _content(message: mtom.Message, element: etree._Element) -> bytes:
    found = mtom.includes(element)
    if len(found) != 1:
        raise NotAMessage(f"{local_name(element)} refers to one part")
    return message.attached(found[0]).content


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register answered: its document's root, an `interfaceNuu` or a `listeDoublons`."""

    root: etree._Element

    @property
    def demand(self) -> SneDemand:
        """The one demand of the answer. Raises `NotAMessage`."""
        try:
            return parse_element(self.root).demand
        except DocumentRefused as refusal:
            raise NotAMessage(refusal.code) from refusal

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every unique number in it, in order: for lists, whose inner structure is not published."""
        found = [(e.text or "").strip() for e in self.root.iter() if local_name(e) == "numUnique"]
        return tuple(dict.fromkeys(str(numbers.parse(text)) for text in found if numbers.valid(text)))

    def demands(self) -> list[etree._Element]:
        """The demands of a list."""
        return [element for element in self.root.iter() if local_name(element) == "demandeLogement"]


def read_answer(service: str, content_type: str, content: bytes) -> Answer:
    """The document of an answer. Raises an `ExchangeError`, or `Refusal` when the register says no."""
    message = mtom.read(content_type, content)
    if message.body.tag == f"{{{mtom.SOAP}}}Fault":
        raise _fault(message.body)
    wanted = "listeDoublons" if service == "Doublons" else "interfaceNuu"
    found = _documents(message, {wanted, "interfaceNuu"})
    if len(found) != 1:
        if CRASH in " ".join(message.body.itertext()):
            raise Crashed()
        raise NotAMessage(f"{len(found)} documents")
    (root,) = found
    anomalies = tuple(
        NationalAnomaly(local_name(child), child.get("code", "").strip(), " ".join(" ".join(child.itertext()).split()))
        for wrapper in root.iter() if local_name(wrapper) == "listeAnomalie" for child in wrapper if local_name(child)
    )  # fmt: skip
    if anomalies:
        raise Refusal(anomalies)
    if local_name(root) != wanted:
        raise NotAMessage(local_name(root))
    return Answer(root)


def _documents(message: mtom.Message, names: set[str]) -> list[etree._Element]:
    """Attached and referred to, or written in the body itself: what is published does not say which."""
    tags = {f"{{{NAMESPACE}}}{name}" for name in names}
    found = [element for element in message.body.iter() if element.tag in tags]
    for reference in mtom.includes(message.body):
        part = message.attached(reference)
        if part.media_type in (XML, "application/xml", "application/octet-stream") and part.content.strip():
            if CRASH.encode() in part.content:
                raise Crashed()
            try:
                root = root_of(part.content)
            except DocumentRefused as refusal:
                raise (HalfMessage if refusal.code == "sne.truncated" else NotAMessage)(refusal.code) from refusal
            found += [root] if root.tag in tags else []
    return found


def _fault(body: etree._Element) -> Exception:
    words = " ".join(" ".join(body.itertext()).split())
    return Crashed() if CRASH in words else Fault(words[:300])


def kind_of(document: bytes) -> str:
    """The type of a demand's file (`CRE`, `MOD`…), or an empty text."""
    try:
        root = root_of(document)
    except DocumentRefused:
        return ""
    found = next((e for e in root.iter() if local_name(e) == "typeFichier"), None)
    return "" if found is None else (found.text or "").strip()
