"""One message over the network: a few seconds at most, to the address that was checked, no redirect followed."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from palier.exchanges.landlords.webhooks import addresses


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` 0: no answer, and `error` says why, in French, for the log that the landlord reads."""

    status: int
    error: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send it; whatever happens is an outcome. The whole exchange has `WEBHOOKS_SECONDS`, however slowly it drips."""
    seconds = settings.WEBHOOKS_SECONDS
    try:
        target = addresses.check(url)
        status = _exchange(target, body, headers, seconds)
    except addresses.Unreachable as error:
        return Outcome(0, str(error))
    except ssl.SSLError:
        return Outcome(0, "Le certificat du serveur n’est pas valable.")
    except TimeoutError:
        return Outcome(0, f"Pas de réponse en {seconds:g} secondes.")
    except (OSError, http.client.HTTPException, ValueError):
        return Outcome(0, "La connexion est refusée ou coupée.")
    if 300 <= status < 400:
        return Outcome(status, "Le serveur renvoie ailleurs : Palier ne suit aucune redirection.")
    return Outcome(status, "" if 200 <= status < 300 else f"Le serveur répond {status}.")


def _exchange(target: addresses.Target, body: bytes, headers: Mapping[str, str], seconds: float) -> int:
    line: socket.socket = socket.create_connection((target.ip, target.port), timeout=seconds)
    late = threading.Event()

    def cut() -> None:
        late.set()
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    watch = threading.Timer(seconds, cut)
    watch.daemon = True
    watch.start()
    try:
        if target.tls:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=target.host)
        connection = http.client.HTTPConnection(target.host, target.port, timeout=seconds)
        connection.sock = line
        connection.request("POST", target.path, body=body, headers={**headers, "Connection": "close"})
        # Its body is not read: nothing of it matters, and it may never end.
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        watch.cancel()
        line.close()
