"""A file that arrives by blocks: each counted once and whole, resumed, completed once, seen by its sender alone."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.documents import actions, queries, store, tasks
from palier.documents.models import Piece, Upload
from tests.conftest import NOW
from tests.documents import files

CONTENT = files.jpeg(width=900, height=700) + b"\0" * 5000
BLOCK = 3000


@pytest.fixture
def household(build):
    actor = build.actor(Role.APPLICANT)
    return actor, build.demand(actor.person)


def sha(content):
    return hashlib.sha256(content).hexdigest()


def begin(actor, demand, content=CONTENT, name="photo.jpg", **other):
    given = {"kind": "identity", "about": "applicant", "size": len(content), "sha256": sha(content), **other}
    with acting(actor.scope):
        return actions.begin(actor=actor, demand=demand, name=name, **given)


def add(actor, upload, offset, block):
    with acting(actor.scope):
        return actions.add_block(actor=actor, upload_id=upload.pk, offset=offset, block=block).received


def complete(actor, demand, content=CONTENT):
    with acting(actor.scope):
        return completed(actor, demand, content)


def completed(actor, demand, content):
    return actions.complete(actor=actor, demand=demand, kind="identity", about="applicant", sha256=sha(content))


def refused(actor, demand, words, content=CONTENT):
    """As in a request: the refusal is told, and what was done before it stays done."""
    with acting(actor.scope), pytest.raises(Refused, match=words):
        completed(actor, demand, content)


def send(actor, demand, content=CONTENT, upto=None):
    upload = begin(actor, demand, content)
    for offset in range(upload.received, len(content) if upto is None else upto, BLOCK):
        add(actor, upload, offset, content[offset : offset + BLOCK][: None if upto is None else upto - offset])
    return upload


def on_disk(upload):
    return store.half_of(upload.file_name).read_bytes()


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    """What is done once a transaction is really over."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_file_sent_by_blocks_is_the_document_that_was_sent(household, after_commit):
    upload = send(*household)
    with after_commit():
        piece = complete(*household)
    assert (piece.sha256, piece.original_name, piece.media_type) == (sha(CONTENT), "photo.jpg", "image/jpeg")
    assert store.path_of(piece.file_name).read_bytes().startswith(b"\xff\xd8\xff")
    assert (Upload.objects.count(), store.half_of(upload.file_name).exists()) == (0, False)


def test_completed_twice_is_one_document(household):
    send(*household)
    assert complete(*household) == complete(*household)
    assert Piece.objects.count() == 1
    # The same file again is announced, and nothing of it need be sent.
    assert begin(*household) is None
    assert complete(*household) == Piece.objects.get()


def test_a_block_sent_twice_changes_nothing(household):
    actor, demand = household
    upload = send(actor, demand, upto=2 * BLOCK)
    assert add(actor, upload, 0, b"x" * BLOCK) == 2 * BLOCK
    assert add(actor, upload, BLOCK, CONTENT[BLOCK : 2 * BLOCK]) == 2 * BLOCK
    assert on_disk(upload) == CONTENT[: 2 * BLOCK]


def test_a_gap_is_refused_with_the_place_that_is_expected(household):
    actor, demand = household
    upload = send(actor, demand, upto=BLOCK)
    for offset in (BLOCK + 1, 3 * BLOCK, BLOCK - 1):
        with pytest.raises(actions.OutOfPlace, match=f"reprenez à l’octet {BLOCK}"):
            add(actor, upload, offset, b"x" * BLOCK)
    assert on_disk(upload) == CONTENT[:BLOCK]


def test_more_than_announced_is_refused(household):
    actor, demand = household
    upload = send(actor, demand)
    with pytest.raises(Refused, match="plus long qu’annoncé"):
        add(actor, upload, len(CONTENT), b"x")
    assert on_disk(upload) == CONTENT


@bounded(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=25))
def test_whatever_the_order_of_the_blocks_only_a_true_beginning_is_held(household, moves):
    """Blocks in any order, repeated, overlapping: what is counted is the file's own beginning, and it only grows."""
    actor, demand = household
    content = CONTENT[:60]
    with transaction.atomic():
        upload, held = begin(actor, demand, content), 0
        for offset, length in moves:
            try:
                now = add(actor, upload, offset, content[offset : offset + length] or b"x")
            except Refused:
                now = held
            fits = offset <= held < offset + length <= 60 and offset == held
            assert now == (offset + length if fits else held)
            held = now
            assert (on_disk(upload) if held else b"") == content[:held]
        transaction.set_rollback(True)


def test_what_a_crash_wrote_and_did_not_count_is_written_over(household):
    actor, demand = household
    upload = send(actor, demand, upto=BLOCK)
    with store.half_of(upload.file_name).open("ab") as stream:
        stream.write(b"half a block that no transaction counted")
    assert begin(actor, demand).received == BLOCK
    assert add(actor, upload, BLOCK, CONTENT[BLOCK : BLOCK + 10]) == BLOCK + 10
    assert on_disk(upload) == CONTENT[: BLOCK + 10]


def test_what_a_backup_lost_is_asked_again(household):
    actor, demand = household
    upload = send(actor, demand, upto=2 * BLOCK)
    os.truncate(store.half_of(upload.file_name), 100)
    assert begin(actor, demand).received == 100
    with pytest.raises(Refused, match="pas entièrement reçu"):
        complete(actor, demand)
    assert add(actor, upload, 100, CONTENT[100:]) == len(CONTENT)
    assert complete(actor, demand).sha256 == sha(CONTENT)


def test_a_file_that_is_not_whole_is_not_taken(household):
    send(*household, upto=BLOCK)
    with pytest.raises(Refused, match="pas entièrement reçu"):
        complete(*household)
    assert (Piece.objects.count(), Upload.objects.get().received) == (0, BLOCK)


def test_a_file_that_changed_on_the_way_is_not_taken(household):
    actor, demand = household
    upload = begin(actor, demand)
    add(actor, upload, 0, CONTENT[:-1] + b"x")
    refused(actor, demand, "a changé pendant l’envoi")
    assert (Piece.objects.count(), Upload.objects.count()) == (0, 0)


def test_what_is_no_document_is_refused_and_forgotten(household, after_commit):
    content = b"MZ\x90\x00" + b"\0" * 500
    upload = send(*household, content)
    with after_commit():
        refused(*household, "est un programme", content)
    assert (Upload.objects.count(), store.half_of(upload.file_name).exists()) == (0, False)


@pytest.mark.parametrize(
    ("size", "kind", "about", "words"),
    [
        (0, "identity", "applicant", "est vide"),
        (15_000_001, "identity", "applicant", "dépasse 15 Mo"),
        (10, "casier-judiciaire", "applicant", "ne fait pas partie"),
        (10, "identity", "adult-7", "plus partie de la demande"),
    ],
)
def test_what_would_be_refused_in_the_end_is_refused_before_any_block(household, size, kind, about, words):
    with pytest.raises(Refused, match=words):
        begin(*household, size=size, kind=kind, about=about)
    assert Upload.objects.count() == 0


def test_unfinished_files_are_bounded(household, monkeypatch):
    monkeypatch.setattr("palier.documents.actions.blocks.UNFINISHED", 2)
    for n in range(2):
        begin(*household, content=b"x" * (n + 1))
    with pytest.raises(Refused, match="à moitié envoyés"):
        begin(*household, content=b"y")


def test_a_file_sent_in_part_exists_for_its_sender_alone(household, build):
    """Both walls: the query, and the table itself without any query of ours."""
    actor, demand = household
    upload = send(actor, demand, upto=BLOCK)
    desk = build.actor(Role.DESK)
    others = [build.actor(Role.APPLICANT), desk, build.actor(Role.LANDLORD), build.actor(Role.ADMINISTRATOR)]
    for other in others:
        with acting(other.scope):
            assert (list(Upload.objects.all()), list(queries.uploads(other))) == ([], [])
            with pytest.raises(Upload.DoesNotExist):
                actions.add_block(actor=other, upload_id=upload.pk, offset=BLOCK, block=b"x")
            with pytest.raises(Upload.DoesNotExist):
                actions.give_up(actor=other, upload_id=upload.pk)
            assert Upload.objects.filter(pk=upload.pk).update(received=0) == 0
    with acting(actor.scope):
        assert list(queries.uploads(actor)) == list(Upload.objects.all()) == [upload]
    # The same file at the desk is another sending.
    assert begin(desk, demand).received == 0


def test_nobody_begins_in_the_name_of_somebody_else(household, build):
    desk = build.actor(Role.DESK)
    upload = begin(*household)
    upload.pk, upload.file_name = None, "other"
    with pytest.raises(Exception, match="row-level security"), transaction.atomic(), acting(desk.scope):
        upload.save(force_insert=True)


def test_the_database_itself_refuses_the_same_sending_twice_and_more_than_the_size(household):
    upload = begin(*household)
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(received=upload.size + 1)
    upload.pk, upload.file_name = None, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        upload.save(force_insert=True)


def test_giving_up_erases_what_was_received(household, after_commit):
    actor, demand = household
    upload = send(actor, demand, upto=BLOCK)
    with after_commit(), acting(actor.scope):
        assert actions.give_up(actor=actor, upload_id=upload.pk) == demand
    assert (Upload.objects.count(), store.half_of(upload.file_name).exists()) == (0, False)


def test_the_night_removes_what_nobody_goes_on_sending(household, after_commit, settings, monkeypatch):
    actor, demand = household
    settings.UPLOAD_DAYS = 7
    old = send(actor, demand, upto=BLOCK)
    with clock.frozen_at(NOW + timedelta(days=6)):
        recent = send(actor, demand, CONTENT + b"recent", upto=BLOCK)
    for days, left in ((7, [old, recent]), (8, [recent])):
        with clock.frozen_at(NOW + timedelta(days=days)), after_commit():
            tasks.sweep_documents(0)
        assert list(Upload.objects.order_by("pk")) == left
        assert {name for name, _ in store.halves()} == {u.file_name for u in left}


def test_what_was_sent_goes_with_an_erased_demand(household):
    send(*household, upto=BLOCK)
    actions.follow_life("erase", [household[1]], PALIER)
    assert Upload.objects.count() == 0


def test_files_and_rooms_that_no_row_holds_are_swept_after_a_day(household, monkeypatch):
    kept = send(*household, upto=BLOCK)
    store.extend("orphan", 0, b"x")
    room = store.root() / f"{store.WORK}killed"
    room.mkdir()
    (room / "source").write_bytes(b"left by a kill -9")
    tasks.sweep_documents(0)
    assert ({name for name, _ in store.halves()}, room.exists()) == ({kept.file_name, "orphan"}, True)
    later = time.time() + 2 * tasks.DAY
    monkeypatch.setattr("palier.documents.tasks.time.time", lambda: later)
    tasks.sweep_documents(0)
    assert ({name for name, _ in store.halves()}, room.exists()) == ({kept.file_name}, False)


# A full disk


@contextmanager
def files_no_longer_than(size):
    """A real limit of the process, as a full disk: the write that passes it fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_block_that_the_disk_cuts_does_not_count(household):
    actor, demand = household
    upload = send(actor, demand, upto=BLOCK)
    with files_no_longer_than(BLOCK + 1000), pytest.raises(store.NoRoom, match="La place manque sur le serveur"):
        add(actor, upload, BLOCK, CONTENT[BLOCK : 2 * BLOCK])
    upload.refresh_from_db()
    assert (upload.received, on_disk(upload)) == (BLOCK, CONTENT[:BLOCK])
    assert complete_after(actor, demand).sha256 == sha(CONTENT)


def complete_after(actor, demand):
    send(actor, demand)
    return complete(actor, demand)


@pytest.fixture
def small_disk(own_folder):
    """A disk of two megabytes, really mounted: `fill()` leaves so many bytes free."""
    own_folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", own_folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("this account may not mount a disk")
    ballast = own_folder / "ballast"
    try:
        yield lambda left: _fill(ballast, left)
    finally:
        subprocess.run(["umount", own_folder], check=True)


def _fill(ballast, left):
    ballast.unlink(missing_ok=True)
    free = os.statvfs(ballast.parent)
    ballast.write_bytes(b"\0" * (free.f_bavail * free.f_bsize - left))


def test_a_full_disk_keeps_what_is_held_and_goes_on_later(household, small_disk, settings):
    settings.DISK_RESERVE_BYTES = 0
    actor, demand = household
    content = CONTENT + os.urandom(400_000)
    upload = begin(actor, demand, content)
    assert add(actor, upload, 0, content[:200_000]) == 200_000
    small_disk(left=16_384)
    with pytest.raises(store.NoRoom):
        add(actor, upload, 200_000, content[200_000:])
    # Even when the check beforehand is passed: the disk fills up meanwhile.
    with pytest.raises(store.NoRoom), pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "need_room", lambda size: None)
        add(actor, upload, 200_000, content[200_000:])
    assert (begin(actor, demand, content).received, on_disk(upload)) == (200_000, content[:200_000])
    small_disk(left=300_000)
    assert add(actor, upload, 200_000, content[200_000:]) == len(content)
    # Room for the file, not for its rewriting: it waits, whole.
    with pytest.raises(store.NoRoom):
        complete(actor, demand, content)
    assert (Piece.objects.count(), begin(actor, demand, content).received) == (0, len(content))
    small_disk(left=1_200_000)
    assert complete(actor, demand, content).sha256 == sha(content)
    assert [p.name for p in store.root().glob(f"{store.WORK}*")] == []


def test_room_is_left_for_the_database(household, settings):
    settings.DISK_RESERVE_BYTES = 10**18
    upload = begin(*household)
    with pytest.raises(store.NoRoom):
        add(household[0], upload, 0, CONTENT[:BLOCK])
    with pytest.raises(store.NoRoom), acting(household[0].scope):
        actions.receive(actor=household[0], demand=household[1], kind="identity", upload=files.upload(files.pdf()))
    assert Piece.objects.count() == 0


# Through the pages


def post(client, demand, content=CONTENT, **other):
    data = {"kind": "identity", "about": "applicant", "name": "photo.jpg", "size": len(content), "sha256": sha(content)}
    return client.post(f"/espace/demandes/{demand.pk}/envois/", {**data, **other})


def block(client, url, offset, content, **other):
    headers = {"Upload-Offset": str(offset)}
    return client.post(url, content, content_type="application/octet-stream", headers=headers, **other)


def test_the_whole_way_through_the_pages(household, client_for):
    actor, demand = household
    client = client_for(actor)
    told = post(client, demand).json()
    assert (told["received"], told["block"]) == (0, 512 * 1024)
    first = block(client, told["url"], 0, CONTENT[:BLOCK])
    assert (first.status_code, first.json()["received"]) == (200, BLOCK)
    page = client.get("/mon-espace/pieces/").content.decode()
    assert f"photo.jpg : {100 * BLOCK // len(CONTENT)} % reçus" in page
    assert post(client, demand).json()["received"] == BLOCK
    assert block(client, told["url"], BLOCK, CONTENT[BLOCK:]).json()["received"] == len(CONTENT)
    form = {"kind": "identity", "about": "applicant", "sha256": sha(CONTENT)}
    for _ in range(2):
        answer = client.post("/mon-espace/pieces/envoyer/", form, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/mon-espace/pieces/")
    assert Piece.objects.get().original_name == "photo.jpg"
    assert post(client, demand).json() == {"received": len(CONTENT)}


def test_the_desk_sends_by_blocks_too(household, build, client_for):
    desk, demand = client_for(build.actor(Role.DESK)), household[1]
    told = post(desk, demand).json()
    block(desk, told["url"], 0, CONTENT[:BLOCK])
    assert "photo.jpg :" in desk.get(f"/guichet/dossiers/{demand.pk}/").content.decode()
    assert "photo.jpg :" not in client_for(household[0]).get("/mon-espace/pieces/").content.decode()
    block(desk, told["url"], BLOCK, CONTENT[BLOCK:])
    form = {"kind": "identity", "about": "applicant", "sha256": sha(CONTENT)}
    assert desk.post(f"/guichet/dossiers/{demand.pk}/pieces/", form).status_code == 302
    assert Piece.objects.get().uploaded_role == "desk"


def test_every_refusal_of_a_block_says_what_is_held(household, client_for, settings):
    actor, demand = household
    client = client_for(actor)
    url = post(client, demand).json()["url"]
    block(client, url, 0, CONTENT[:BLOCK])
    settings.UPLOAD_BLOCK_BYTES = BLOCK
    far = len(CONTENT) - 1
    found = {
        "gap": block(client, url, 2 * BLOCK, b"x"),
        "beyond": block(client, url, far, b"xx"),
        "too big": block(client, url, BLOCK, b"x" * (BLOCK + 1)),
        "empty": block(client, url, BLOCK, b""),
        "no offset": block(client, url, "", b"x"),
        "a wrong offset": block(client, url, "-3", b"x"),
    }
    assert {name: answer.status_code for name, answer in found.items()} == {
        "gap": 409, "beyond": 413, "too big": 413, "empty": 400, "no offset": 400, "a wrong offset": 400,
    }  # fmt: skip
    assert {answer.json()["received"] for answer in found.values()} == {BLOCK}
    assert f"reprenez à l’octet {BLOCK}" in found["gap"].json()["message"]
    settings.DISK_RESERVE_BYTES = 10**18
    full = block(client, url, BLOCK, b"x")
    assert (full.status_code, full.json()["received"]) == (507, BLOCK)
    assert full.json()["message"].startswith("La place manque sur le serveur")


def test_another_household_gets_404(household, build, client_for):
    actor, demand = household
    told = post(client_for(actor), demand).json()
    stranger = client_for(build.actor(Role.APPLICANT))
    statuses = [
        post(stranger, demand).status_code,
        block(stranger, told["url"], 0, CONTENT[:BLOCK]).status_code,
        stranger.post(told["cancel"]).status_code,
        client_for(build.actor(Role.LANDLORD)).post(told["cancel"]).status_code,
    ]
    assert (statuses, Upload.objects.get().received) == ([404, 404, 404, 404], 0)


def test_giving_up_is_a_plain_form(household, client_for):
    actor, demand = household
    client = client_for(actor)
    told = post(client, demand).json()
    page = client.get("/mon-espace/pieces/").content.decode()
    assert f'action="{told["cancel"]}"' in page
    assert client.post(told["cancel"]).headers["Location"] == "/mon-espace/pieces/"
    assert "Envois à terminer" not in client.get("/mon-espace/pieces/").content.decode()


def test_a_whole_file_on_a_full_disk_is_refused_next_to_its_field(household, client_for, settings):
    settings.DISK_RESERVE_BYTES = 10**18
    data = {"kind": "identity", "about": "applicant", "file": files.upload(files.pdf())}
    answer = client_for(household[0]).post("/mon-espace/pieces/envoyer/", data)
    assert (answer.status_code, answer.content.decode().count("La place manque sur le serveur")) == (507, 2)


def test_a_whole_file_that_fills_the_temporary_disk_is_refused_the_same_way(household, client_for):
    """Past two megabytes a file waits in the machine's temporary folder while it arrives."""
    data = {"kind": "identity", "about": "applicant", "file": files.upload(files.pdf() + b"\0" * 3_000_000)}
    with files_no_longer_than(1_000_000):
        answer = client_for(household[0]).post("/mon-espace/pieces/envoyer/", data)
    assert (answer.status_code, "La place manque sur le serveur" in answer.content.decode()) == (507, True)
