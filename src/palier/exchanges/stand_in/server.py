"""The stand-in's door: HTTPS that asks for a client certificate, one POST per call, and faults on demand."""

from __future__ import annotations

import os
import ssl
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from typing import Any

from lxml import etree

from palier.exchanges.sne import calls, mtom, values
from palier.exchanges.sne.calls import CALLS, PATH, Call
from palier.exchanges.sne.errors import CRASH, ExchangeError
from palier.exchanges.sne.model import SneDemand
from palier.exchanges.sne.schema import NAMESPACE
from palier.exchanges.sne.unpublished import PLACES
from palier.exchanges.sne.writing import write
from palier.exchanges.stand_in import controls
from palier.exchanges.stand_in.certificates import Certificates
from palier.exchanges.stand_in.register import Register, Told

LIMIT = 10 * 1024 * 1024
FAULTS = {
    "slow": "attend avant de répondre (secondes)",
    "refuse": "refuse le fichier (code facultatif)",
    "twice": "répond deux fois le même message",
    "half": "n’envoie que la moitié de la réponse",
    "nonsense": "répond n’importe quoi",
    "html": "répond une page web",
    "empty": "répond un message vide",
    "nothing": "coupe sans répondre, après avoir pris la demande",
    "deaf": "coupe sans rien prendre",
    "cid": "renvoie à une pièce absente",
    "fault": "répond une faute SOAP",
    "crash": "répond la phrase d’erreur inattendue",
    "die": "meurt après avoir pris la demande, avant de répondre",
}  # fmt: skip


class Server(ThreadingHTTPServer):
    """`port` 0: a free one. Serve with `serve_forever`."""

    daemon_threads = True

    def __init__(self, register: Register, certificates: Certificates, *, port: int = 0, latency: float = 0.0) -> None:
        self.register, self.latency = register, latency
        # Seconds between taking a call and answering it.
        self.after_taking = 0.0
        super().__init__(("127.0.0.1", port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificates.authority)
        context.load_cert_chain(*certificates.of("server"))
        # The handshake is left to each call's own thread: a silent client holds nobody up.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or whose certificate is not ours, is no accident."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "RegistreEssai", ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path.rstrip("/") != PATH.rstrip("/"):
            return self.send_error(404)
        if not length.isdecimal() or int(length) > LIMIT:
            return self.send_error(413)
        content = self.rfile.read(int(length))
        told = {t.fault: t for t in self.server.register.faults()}
        if "deaf" in told or len(content) != int(length):
            return self._cut()
        time.sleep(self.server.latency + (float(told["slow"].detail or 3) if "slow" in told else 0.0))
        try:
            call = calls.read(self.headers.get("Content-Type", ""), content)
        except ExchangeError as error:
            return self._send(500, mtom.SOAP_TYPE, mtom.envelope(_fault(f"{error.message} {error.detail}")))
        self._answer(call, told)

    def _answer(self, call: Call, told: dict[str, Told]) -> None:
        if "fault" in told:
            return self._send(500, mtom.SOAP_TYPE, mtom.envelope(_fault("Faute d’essai")))
        if "crash" in told:
            return self._send(500, "text/plain; charset=utf-8", CRASH.encode())
        name, document = _document(self.server.register, call, told.get("refuse"))
        time.sleep(self.server.after_taking)
        if "die" in told:
            os._exit(9)
        if "nothing" in told:
            return self._cut()
        for fault, kind, content in (
            ("nonsense", "multipart/related; boundary=x", b"\x00\xff nonsense \x07" * 40),
            ("html", "text/html; charset=utf-8", b"<!DOCTYPE html><title>Portail</title><p>Identifiez-vous.</p>"),
            ("empty", mtom.SOAP_TYPE, b""),
        ):
            if fault in told:
                return self._send(200, kind, content)
        body = etree.Element(f"{{{CALLS}}}{name}", nsmap={"ws": CALLS})
        mtom.include(etree.SubElement(body, "fichier"), "absente@registre" if "cid" in told else "reponse@registre")
        kind, content = mtom.write(body, [mtom.Part("reponse@registre", calls.XML, document)], f"{CALLS}{name}")
        self._send(200, kind, content * 2 if "twice" in told else content, half="half" in told)

    def _send(self, status: int, kind: str, content: bytes, *, half: bool = False) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of a call is written in a log."""


def _document(register: Register, call: Call, refuse: Told | None) -> tuple[str, bytes]:
    """The name of the answer's element and its document; the call is noted with its outcome."""
    kind, outcome = "", "ok"
    if call.service == "NumUnique":
        refused = SneDemand(answers=(_told(refuse),)) if refuse else None
        demand = refused or register.submit(call.document)
        kind = calls.kind_of(call.document)
        outcome = ",".join(a.code for a in demand.answers) or demand.number
        content = write(demand)
    elif call.service == "DemandeLogement":
        demand = register.demand(call.value)
        outcome = ",".join(a.code for a in demand.answers) or "ok"
        content = write(demand)
    elif call.service == "Doublons":
        content = _duplicates(register.duplicates(call.document))
    else:
        removals = call.service == "DemandesRadieesDepuisLe"
        since = values.read("instant", call.value)
        found = register.removed_since(since) if removals else register.dalo_since(since)
        content = _list(found, PLACES["radiation" if removals else "dalo"])
    register.note(call.service, call.file_name, kind, outcome)
    return f"{call.service[0].lower()}{call.service[1:]}Reponse", content


def _told(refuse: Told) -> Any:
    return replace(controls.anomaly("told"), **({"code": refuse.detail} if refuse.detail else {}))


def _root(name: str) -> etree._Element:
    return etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={"nuu": NAMESPACE})


def _put(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    made.text = text or None
    return made


def _duplicates(found: list[str]) -> bytes:
    root = _root("listeDoublons")
    for number in found:
        _put(_put(root, "doublon"), "numUnique", number)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _list(found: list[tuple[str, str, str]], place: str) -> bytes:
    root = _root("interfaceNuu")
    root.set("versionInterface", "02.01")
    head = _put(root, "entete")
    _put(head, "typeFichier", "RET")
    _put(head, "dateFichier", calls.instant(datetime.now().astimezone()))
    demands = _put(root, "demande")
    for number, code, at in found:
        demand = _put(demands, "demandeLogement")
        _put(demand, "numUnique", number)
        _put(demand, place.rpartition("/")[2], code=code)
        _put(demand, "dateRadiation" if place == PLACES["radiation"] else "dateDalo", at[:10])
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _fault(words: str) -> etree._Element:
    fault = etree.Element(f"{{{mtom.SOAP}}}Fault")
    code = etree.SubElement(etree.SubElement(fault, f"{{{mtom.SOAP}}}Code"), f"{{{mtom.SOAP}}}Value")
    code.text = "soap:Receiver"
    text = etree.SubElement(etree.SubElement(fault, f"{{{mtom.SOAP}}}Reason"), f"{{{mtom.SOAP}}}Text")
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    text.text = words
    return fault
