"""`kill -9` of the server, of the database and of the worker while a document arrives: nothing lost, nothing doubled."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from PIL import Image

from tests.config.test_postgres import gone
from tests.config.test_processes import eventually
from tests.config.test_running import launch
from tests.installation import PATIENCE, Place, free_port, installed

BLOCK = 16 * 1024


def seed() -> None:
    """Run in the installation's own process: a household, its open session, its demand."""
    from django.test import Client

    from palier.accounts.roles import Role
    from palier.common.isolation import SYSTEM, acting
    from tests import builders

    with acting(SYSTEM):
        build = builders.Builder()
        actor = build.actor(Role.APPLICANT)
        demand = build.demand(actor.person)
        client = Client()
        client.force_login(actor.person)
        print(json.dumps({"session": client.cookies["sessionid"].value, "demand": demand.pk}))


def examine() -> None:
    """Run in the installation's own process: ask for the virus check now, unless it is asked for already."""
    from procrastinate.exceptions import AlreadyEnqueued

    from palier.documents.tasks import scan_documents

    with suppress(AlreadyEnqueued):
        scan_documents.defer(timestamp=0)


class Documents(Place):
    """An installation with a household that sends documents."""

    seeded: dict
    daemon: int

    @property
    def held(self) -> int:
        ((received,),) = self.query("SELECT received FROM documents_upload")
        return received

    def pieces(self, sha256: str) -> list[tuple]:
        return self.query(f"SELECT scan FROM documents_piece WHERE sha256 = '{sha256}'")

    def at_work(self) -> set[Path]:
        """The files being rewritten, or left so by a process that was killed."""
        return set((self.folder / "documents").glob(".work-*/source"))


@pytest.fixture(scope="module")
def place() -> Iterator[Documents]:
    daemon = free_port()
    block, scanner = str(BLOCK // 1024), f"tcp://127.0.0.1:{daemon}"
    with installed(Documents, PALIER_UPLOAD_BLOCK=block, PALIER_CLAMAV=scanner) as made:
        made.daemon, made.seeded = daemon, made.inside(f"{__name__}:seed")
        yield made


class Sender:
    """A browser that sends one file: what it is told is held, then the blocks from there."""

    def __init__(self, place: Documents, content: bytes) -> None:
        self.place, self.content = place, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.once, token = str(uuid.uuid4()), "t" * 32
        self.headers = {
            "Cookie": f"sessionid={place.seeded['session']}; csrftoken={token}", "X-CSRFToken": token,
            "HX-Request": "true",
        }  # fmt: skip
        self.about = {"kind": "identity", "about": "applicant", "sha256": self.sha256}

    def ask(self, path: str, body: bytes | str, **headers: str) -> tuple[int, bytes]:
        """0 when the line breaks."""
        line = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=PATIENCE)
        form = {} if isinstance(body, bytes) else {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            line.request("POST", path, body, {**self.headers, **form, **headers})
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            line.close()

    def begin(self) -> dict:
        announced = {**self.about, "name": "photo.png", "size": len(self.content)}
        status, body = self.ask(f"/espace/demandes/{self.place.seeded['demand']}/envois/", urlencode(announced))
        assert status == 200, body
        return json.loads(body)

    def block(self, url: str, offset: int) -> int:
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset)}
        return self.ask(url, self.content[offset : offset + BLOCK], **headers)[0]

    def send(self, upto: int | None = None) -> list[int]:
        """Every block that is missing, perhaps only up to some byte; the places they were sent to."""
        told, end = self.begin(), len(self.content) if upto is None else upto
        places = list(range(told["received"], end, BLOCK))
        assert [self.block(told["url"], n) for n in places] == [200] * len(places)
        return places

    def half_a_block(self, url: str, offset: int) -> socket.socket:
        """Headers that announce a whole block, then half of it."""
        lines = [f"POST {url} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {BLOCK}", f"Upload-Offset: {offset}"]
        lines += ["Content-Type: application/octet-stream", *(f"{k}: {v}" for k, v in self.headers.items())]
        line = socket.create_connection(("127.0.0.1", self.place.port))
        line.sendall("\r\n".join([*lines, "", ""]).encode() + self.content[offset : offset + BLOCK // 2])
        return line

    def finish(self) -> int:
        return self.ask("/mon-espace/pieces/envoyer/", urlencode({**self.about, "once": self.once}))[0]


def photo(side: int = 300) -> bytes:
    """A picture of its own each time; a large one takes seconds to rewrite."""
    out = io.BytesIO()
    picture = Image.new("RGB", (side, side), "white")
    picture.paste(Image.frombytes("RGB", (200, 200), os.urandom(120_000)))
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_line_cut_inside_a_block_leaves_whole_blocks(place: Documents):
    sender = Sender(place, photo())
    sender.send(upto=3 * BLOCK)
    sender.half_a_block(sender.begin()["url"], 3 * BLOCK).close()
    time.sleep(0.5)
    assert (place.held, sender.begin()["received"]) == (3 * BLOCK, 3 * BLOCK)
    assert sender.send()[0] == 3 * BLOCK
    assert [sender.finish(), sender.finish(), place.pieces(sender.sha256)] == [204, 204, [("waiting",)]]


def test_the_server_killed_in_the_middle_of_a_block(place: Documents):
    sender = Sender(place, photo())
    sender.send(upto=2 * BLOCK)
    with sender.half_a_block(sender.begin()["url"], 2 * BLOCK):
        place.kill_web()
    place.open_again()
    assert (place.held, sender.begin()["received"]) == (2 * BLOCK, 2 * BLOCK)
    assert sender.send()[0] == 2 * BLOCK
    assert (sender.finish(), len(place.pieces(sender.sha256))) == (204, 1)


def test_the_server_killed_while_it_takes_the_document_in(place: Documents):
    sender = Sender(place, photo(side=7000))
    sender.send()
    before, finishing = place.at_work(), threading.Thread(target=sender.finish)
    finishing.start()
    assert eventually(lambda: place.at_work() - before, PATIENCE)
    place.kill_web()
    finishing.join(PATIENCE)
    assert (place.pieces(sender.sha256), place.held) == ([], len(sender.content))
    place.open_again()
    assert sender.begin()["received"] == len(sender.content)
    # The same answer to the same form, and no second document.
    assert [sender.finish(), sender.finish(), len(place.pieces(sender.sha256))] == [204, 204, 1]
    assert place.query("SELECT count(*) FROM documents_upload") == [(0,)]


def test_the_database_killed_between_two_blocks(place: Documents):
    sender = Sender(place, photo())
    sender.send(upto=4 * BLOCK)
    url = sender.begin()["url"]
    place.kill_database()
    # The block waits for the database to be started again, or fails whole: what is counted is what was answered.
    counted = 4 * BLOCK + (BLOCK if sender.block(url, 4 * BLOCK) == 200 else 0)
    place.open_again()
    assert (place.held, sender.begin()["received"]) == (counted, counted)
    assert sender.send()[0] == counted
    assert (sender.finish(), len(place.pieces(sender.sha256))) == (204, 1)


def test_the_database_killed_while_the_document_is_taken_in(place: Documents):
    sender = Sender(place, photo(side=7000))
    sender.send()
    answer: list[int] = []
    before = place.at_work()
    finishing = threading.Thread(target=lambda: answer.append(sender.finish()))
    finishing.start()
    assert eventually(lambda: place.at_work() - before, PATIENCE)
    place.kill_database()
    finishing.join(PATIENCE)
    assert answer[0] in (0, 500)
    place.open_again()
    assert (place.pieces(sender.sha256), sender.begin()["received"]) == ([], len(sender.content))
    assert (sender.finish(), len(place.pieces(sender.sha256))) == (204, 1)


def test_the_worker_killed_while_it_examines_a_document(place: Documents):
    """The virus check had no answer at first; the worker asks again, and dies while the daemon thinks."""
    sender = Sender(place, photo())
    sender.send()
    assert (sender.finish(), place.pieces(sender.sha256)) == (204, [("waiting",)])
    waiting = place.query("SELECT count(*) FROM documents_piece WHERE scan = 'waiting'")
    with socket.create_server(("127.0.0.1", place.daemon)) as daemon:
        launcher = launch("worker", "Tâches de fond démarrées", place.environ, place.running)
        place.inside(f"{__name__}:examine")
        daemon.settimeout(PATIENCE)
        with daemon.accept()[0]:
            (worker,) = psutil.Process(launcher.pid).children()
            worker.kill()
            assert eventually(lambda: gone(worker.pid))
        assert place.query("SELECT count(*) FROM documents_piece WHERE scan = 'waiting'") == waiting
        thinking = threading.Thread(target=_answer_ok, args=[daemon], daemon=True)
        thinking.start()
        place.inside(f"{__name__}:examine")
        assert eventually(lambda: place.pieces(sender.sha256) == [("clean",)], PATIENCE)
    assert place.query("SELECT count(*) FROM documents_piece GROUP BY sha256 HAVING count(*) > 1") == []


def _answer_ok(daemon: socket.socket) -> None:
    """ClamAV's INSTREAM: sizes and pieces until a size of zero, then the verdict."""
    while True:
        try:
            link = daemon.accept()[0]
        except OSError:
            return
        with link, link.makefile("rb") as stream:
            stream.read(len(b"zINSTREAM\0"))
            while size := int.from_bytes(stream.read(4), "big"):
                stream.read(size)
            link.sendall(b"stream: OK\0")
