"""The INSTREAM conversation with a ClamAV daemon, played by a small real server."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from palier.documents.antivirus import CHUNK, Verdict, examine


@pytest.fixture
def daemon():
    """Reads one INSTREAM session, then says `answer`; what it received is kept in `heard`."""
    server = socket.create_server(("127.0.0.1", 0))
    session = {"answer": b"stream: OK\0", "heard": b""}

    def exactly(link, size):
        received = b""
        while len(received) < size:
            received += link.recv(size - len(received))
        return received

    def serve():
        link, _ = server.accept()
        with link:
            assert exactly(link, 10) == b"zINSTREAM\0"
            while (size := struct.unpack("!I", exactly(link, 4))[0]) > 0:
                session["heard"] += exactly(link, size)
            link.sendall(session["answer"])

    thread = threading.Thread(target=serve)
    thread.start()
    session["address"] = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    yield session
    thread.join(timeout=5)
    server.close()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Verdict.CLEAN),
        (b"stream: Eicar-Signature FOUND\0", Verdict.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Verdict.WAITING),
    ],
)
def test_the_daemon_gets_the_whole_file_and_decides(daemon, tmp_path, answer, verdict):
    daemon["answer"] = answer
    content = b"x" * (CHUNK + 17)
    file = tmp_path / "file"
    file.write_bytes(content)
    assert examine(file, daemon["address"]) == verdict
    assert daemon["heard"] == content


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.sock"])
def test_a_daemon_that_does_not_answer_lets_nothing_through(tmp_path, address):
    file = tmp_path / "file"
    file.write_bytes(b"x")
    assert examine(file, address, timeout=1) == Verdict.WAITING


def test_none_configured(tmp_path):
    assert examine(tmp_path / "absent", "") == Verdict.NONE
