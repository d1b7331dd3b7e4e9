"""What is taken in, rewritten and refused (mission A8; issue: a PDF that is an EXE, a 100 MB file)."""

from __future__ import annotations

import io
import stat

import pikepdf
import pytest
from PIL import Image

from palier.common.errors import Refused
from palier.documents import intake, store
from tests.documents import files


def take(content: bytes, name: str = "piece.pdf") -> intake.Intake:
    upload = files.upload(content, name)
    return intake.take_in(upload, intake.fingerprint(upload))


def refusal(content: bytes, name: str = "piece.pdf") -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        take(content, name)
    return caught.value.code, caught.value.field


def test_a_pdf_loses_scripts_actions_and_attachments():
    taken = take(files.pdf(script=True, attachment=True, pages=2))
    with pikepdf.open(store.path_of(taken.file_name)) as clean:
        page = clean.pages[0].obj
        assert (taken.media_type, taken.pages) == ("application/pdf", 2)
        assert "/OpenAction" not in clean.Root
        assert "/AA" not in page
        assert "/A" not in page.Annots[0]
        assert len(clean.attachments) == 0
        # A font that happens to be called like an action stays: the text would vanish with it.
        assert "/AA" in page.Resources.Font
    assert b"evil" not in store.path_of(taken.file_name).read_bytes()


def test_a_photo_loses_its_metadata_and_stands_upright():
    taken = take(files.jpeg(width=40, height=20, turned=True), "photo.jpg")
    with Image.open(store.path_of(taken.file_name)) as picture:
        assert (picture.size, picture.format, dict(picture.getexif())) == ((20, 40), "JPEG", {})


def test_a_pdf_closed_by_its_owner_only_is_taken_in_clear():
    document = pikepdf.new()
    document.add_blank_page()
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="bank", user=""))
    with pikepdf.open(store.path_of(take(out.getvalue()).file_name)) as clean:
        assert not clean.is_encrypted


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "vide.pdf", "empty"),
        (b"MZ\x90\x00" + b"\0" * 3000, "avis.pdf", "program"),
        (b"MZ\x90\x00 %PDF-1.7", "avis.pdf", "program"),
        (b"\x7fELF" + b"\0" * 3000, "avis.pdf", "program"),
        (b"%PDF-1.7\nnothing of a document", "avis.pdf", "broken"),
        (files.pdf(password="secret"), "avis.pdf", "encrypted"),
        (files.jpeg()[:300], "photo.jpg", "broken"),
        (files.bomb(), "photo.png", "too_many_pixels"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 200, "photo.jpg", "heic"),
        (b"bonjour", "lettre.txt", "other"),
        (files.pdf(pages=81), "long.pdf", "too_many_pages"),
    ],
)  # fmt: skip
def test_what_is_not_a_document_is_refused_next_to_the_field(content, name, code, own_folder):
    assert refusal(content, name) == (f"documents.{code}", "file")
    assert list(own_folder.rglob("*")) == [] if own_folder.exists() else True


def test_the_limit_is_said_in_words(settings):
    settings.DOCUMENT_MAX_BYTES = 1_000_000
    with pytest.raises(Refused) as caught:
        take(b"%PDF-1.7" + b"\0" * 1_000_000)
    assert caught.value.message == "Ce fichier dépasse 1 Mo. Réduisez-le, ou envoyez-le en plusieurs parties."


def test_stored_under_a_random_name_for_palier_alone(own_folder):
    content = files.pdf()
    first, second = take(content), take(content)
    path = store.path_of(first.file_name)
    assert first.file_name != second.file_name
    assert first.sha256 == second.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.is_relative_to(own_folder)
    assert sorted(p.name for p in own_folder.iterdir() if p.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\avis.pdf", "avis.pdf"),
        ("avis\u202efdp.exe", "avisfdp.exe"),
        ("\x00\n", "document"),
        ("é" * 400, "é" * 200),
    ],
)
def test_the_senders_name_is_only_shown(sent, shown):
    assert intake.shown_name(sent) == shown


def test_a_stored_name_never_leads_elsewhere():
    with pytest.raises(ValueError, match="not a stored name"):
        store.path_of("../secret")
