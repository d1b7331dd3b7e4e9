"""The client of the register: one POST per call, TLS with a client certificate, nothing kept open."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import urllib3
from urllib3 import exceptions as http

from palier.exchanges.sne import calls
from palier.exchanges.sne.calls import PATH, SERVICES, Answer, Call
from palier.exchanges.sne.errors import (
    CertificateRefused,
    HalfMessage,
    NoAnswer,
    NotAMessage,
    TooLarge,
    Unreachable,
    WebPage,
)

LIMIT = 50 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """Where the register is and who we are. `authorities` empty: those of the machine. `timeout`: seconds for a whole call."""

    address: str
    certificate: Path
    key: Path
    authorities: Path | None = None
    timeout: float = 30.0

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 at least, both sides proving who they are. Raises `CertificateRefused` on unreadable files."""
        try:
            context = ssl.create_default_context(cafile=str(self.authorities) if self.authorities else None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise CertificateRefused(type(error).__name__) from error
        return context


class Client:
    """The services of the register, by name. `desk`: whose certificate names the calls bear."""

    def __init__(self, access: Access, desk: str) -> None:
        self._access = access
        self._desk = desk
        self._pool = urllib3.PoolManager(ssl_context=access.context(), retries=False, maxsize=1)

    def submit(self, document: bytes, file_name: str, at: datetime) -> Answer:
        """`NumUnique`: a creation, a change, a renewal or a removal, told apart by the type of the file."""
        return self._call(Call("NumUnique", file_name=file_name, document=document, **self._certificate(at)))

    def demand(self, number: str, at: datetime) -> Answer:
        """`DemandeLogement`: a demand as the register has it."""
        return self._call(Call("DemandeLogement", value=number, **self._certificate(at)))

    def duplicates(self, document: bytes, file_name: str) -> Answer:
        """`Doublons`: the demands that look like this one."""
        return self._call(Call("Doublons", file_name=file_name, document=document))

    def new_dalo(self, since: datetime, at: datetime) -> Answer:
        """`NouveauxDaloDepuisLe`."""
        return self._call(Call("NouveauxDaloDepuisLe", value=calls.instant(since), **self._certificate(at)))

    def removed(self, since: datetime, at: datetime) -> Answer:
        """`DemandesRadieesDepuisLe`."""
        return self._call(Call("DemandesRadieesDepuisLe", value=calls.instant(since), **self._certificate(at)))

    def _certificate(self, at: datetime) -> dict[str, str]:
        return {"certificate_name": calls.certificate_name(self._desk, at)}

    def _call(self, call: Call) -> Answer:
        content_type, body = calls.write(call)
        status, answered_type, answer = self._post(SERVICES[call.service].action, content_type, body)
        if status not in (200, 500):
            raise (WebPage if "html" in answered_type else NotAMessage)(f"HTTP {status}")
        return calls.read_answer(call.service, answered_type, answer)

    def _post(self, action: str, content_type: str, body: bytes) -> tuple[int, str, bytes]:
        deadline = time.monotonic() + self._access.timeout
        headers = {"Content-Type": content_type, "MIME-Version": "1.0", "SOAPAction": f'"{action}"',
                   "Accept-Encoding": "identity", "Connection": "close", "User-Agent": "Palier"}  # fmt: skip
        try:
            response = self._pool.request(
                "POST", self._access.address.rstrip("/") + PATH, body=body, headers=headers, redirect=False,
                timeout=urllib3.Timeout(total=self._access.timeout), preload_content=False, decode_content=False,
            )  # fmt: skip
            try:
                return response.status, response.headers.get("Content-Type", ""), _read(response, deadline)
            finally:
                response.close()
        except (http.NewConnectionError, http.ConnectTimeoutError, http.NameResolutionError) as error:
            raise Unreachable(type(error).__name__) from error
        except http.SSLError as error:
            raise CertificateRefused(type(error).__name__) from error
        except http.TimeoutError as error:
            raise NoAnswer(type(error).__name__) from error
        except http.IncompleteRead as error:
            raise HalfMessage(type(error).__name__) from error
        except http.ProtocolError as error:
            raise _broken(error) from error
        except http.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error


def _read(response: urllib3.HTTPResponse, deadline: float) -> bytes:
    """The whole answer within the deadline and the limit, however slowly it drips."""
    content = bytearray()
    while chunk := response.read1(CHUNK):
        content += chunk
        if len(content) > LIMIT:
            raise TooLarge()
        if time.monotonic() > deadline:
            raise NoAnswer("deadline")
    if response.length_remaining:
        raise HalfMessage("length")
    return bytes(content)


def _broken(error: http.ProtocolError) -> Exception:
    """With TLS 1.3 a certificate that the server refuses shows only when its answer is read."""
    causes = [*error.args, error.__cause__]
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return CertificateRefused(type(error).__name__)
    if any(isinstance(cause, http.IncompleteRead) for cause in causes):
        return HalfMessage(type(error).__name__)
    return NoAnswer(type(error).__name__)
