"""Reading copies: marked on every page, readable, journaled; the file itself goes to its giver and the desk alone."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from urllib.parse import urlsplit

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse
from PIL import Image, ImageChops, ImageStat

from palier.accounts.roles import OrganisationKind, Role
from palier.common.isolation import acting
from palier.documents import actions, store
from palier.documents.models import Piece, Reading
from palier.spaces.matrix import matrix
from tests.documents import files

WORDS = "Consultation – ne pas diffuser"
OTHERS = (Role.LANDLORD, Role.SECRETARY, Role.RESERVATION_HOLDER)


def text_pdf(*turns: int, **protection) -> bytes:
    """A page of words for each rotation."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Helvetica"))
    for turn in turns:
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.obj.Contents = document.make_stream(b"BT /F 11 Tf 60 700 Td (Net a payer 1 722,45 euros) Tj ET")
        page.obj.Rotate = turn
        # What a printer would cut off is not what a reader sees: the words go by what is seen.
        page.obj.TrimBox = pikepdf.Array([0, 0, 60, 60])
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="secret", user="", **protection) if protection else False)
    return out.getvalue()


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "white").save(out, form)
    return out.getvalue()


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def demand(build, household):
    return build.demand(household.person)


@pytest.fixture
def give(household, demand):
    def make(content: bytes, kind: str = "payslips", name: str = "paie.pdf") -> Piece:
        with acting(household.scope):
            upload = SimpleUploadedFile(name, content)
            return actions.receive(actor=household, demand=demand, kind=kind, upload=upload)

    return make


@pytest.fixture
def readers(build, demand):
    """Whoever the demand's one application is for: the landlord, its secretary, and the holder of the dwelling."""
    landlord = build.actor(Role.LANDLORD)
    holder = build.actor(Role.RESERVATION_HOLDER)
    offer = build.offer(landlord.organisation, holder=holder.organisation, contingent="action_logement")
    build.application(demand, offer, state="sent", live_slot=1)
    return {
        Role.LANDLORD: landlord,
        Role.SECRETARY: build.actor(Role.SECRETARY, landlord.organisation),
        Role.RESERVATION_HOLDER: holder,
        Role.MEMBER: build.actor(Role.MEMBER, landlord.organisation),
    }


def body(answer) -> bytes:
    return answer.getvalue() if answer.streaming else answer.content


def pages(content: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content)]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize(
    ("content", "count"),
    [
        (text_pdf(0, 90, 180, 270), 4),
        (text_pdf(0, 0, aes=True), 2),
        (files.pdf(pages=3), 3),
        (picture("JPEG"), 1),
        (picture("PNG"), 1),
        (files.jpeg(turned=True, width=400, height=200), 1),
    ],
    ids=["turned", "protected", "blank", "jpeg", "png", "photo"],
)
def test_every_page_says_who_reads_it(role, content, count, give, readers, client_for):
    piece = give(content, name="paie.jpg" if content[:2] != b"%P" else "paie.pdf")
    reader = readers[role]
    answer = client_for(reader).get(reverse("desk:piece_file", args=[piece.pk]))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "application/pdf", "private, no-store"
    )  # fmt: skip
    seen = pages(body(answer))
    assert len(seen) == count
    assert [
        (WORDS in page, reader.signature in page, reader.name in page, "23 novembre 2026" in page) for page in seen
    ] == [(True,) * 4] * count


def test_the_document_stays_readable_under_the_words(give, readers, client_for):
    piece = give(text_pdf(0, 90))
    answer = client_for(readers[Role.LANDLORD]).get(reverse("desk:piece_file", args=[piece.pk]))
    marked = pypdfium2.PdfDocument(body(answer))
    plain = pypdfium2.PdfDocument(store.path_of(piece.file_name))
    for number in (0, 1):
        assert "Net a payer 1 722,45 euros" in marked[number].get_textpage().get_text_bounded()
        before, after = (d[number].render(scale=1).to_pil().convert("L") for d in (plain, marked))
        mark = ImageChops.difference(before, after)
        # Visible (some of the page is greyed), everywhere (each quarter is), and never darker than a quarter of black.
        across, down = (side // 2 for side in mark.size)
        quarters = [mark.crop((x, y, x + across, y + down)) for x in (0, across) for y in (0, down)]
        assert all(0.1 < ImageStat.Stat(q).mean[0] < 12 for q in quarters)
        assert mark.getextrema()[1] <= 64


def test_a_picture_cannot_be_taken_out_of_its_copy_without_the_words(give, readers, client_for):
    piece = give(picture("JPEG"), "identity", "cni.jpg")
    answer = client_for(readers[Role.LANDLORD]).get(reverse("desk:piece_file", args=[piece.pk]))
    with pikepdf.open(io.BytesIO(body(answer))) as pdf:
        images = list(pdf.pages[0].get_images().values())
        taken = pikepdf.PdfImage(images[0]).as_pil_image().convert("L")
    assert (len(images), taken.getextrema()[0] < 230) == (1, True)


def test_the_picture_of_a_page_is_marked_too_and_its_reading_is_journaled(give, readers, client_for, demand):
    piece = give(text_pdf(0))
    client = client_for(readers[Role.LANDLORD])
    address = reverse("desk:piece_page", args=[piece.pk, 1])
    marked = Image.open(io.BytesIO(client.get(address).content)).convert("L")
    tones = marked.histogram()
    assert sum(tones[180:240]) > 2000
    assert Reading.objects.filter(demand=demand).count() == 1
    client.get(address)
    assert Reading.objects.filter(demand=demand).count() == 1
    body(client.get(reverse("desk:piece_file", args=[piece.pk])))
    assert Reading.objects.filter(demand=demand).count() == 2
    assert client.get(reverse("desk:piece_page", args=[piece.pk, 9])).status_code == 404


def test_the_giver_and_the_desk_read_the_file_itself(give, household, build, client_for):
    piece = give(text_pdf(0))
    original = store.path_of(piece.file_name).read_bytes()
    assert body(client_for(household).get(reverse("applicant:piece_file", args=[piece.pk]))) == original
    desk = client_for(build.actor(Role.DESK))
    assert body(desk.get(reverse("desk:piece_file", args=[piece.pk]))) == original


def test_no_address_of_the_site_gives_the_file_to_another_body(give, readers, build, client_for):
    """Every address that takes one number or two, and that the reader's role opens, is asked for with the document's key."""
    pdf, photo = give(text_pdf(0)), give(picture("JPEG"), "identity", "cni.jpg")
    readers |= {r: build.actor(r) for r in (Role.EMPLOYER, Role.AUTHORITY, Role.SUPPORT, Role.ADMINISTRATOR)}
    rights = matrix()
    readers["state"] = build.actor(Role.RESERVATION_HOLDER, build.organisation(OrganisationKind.STATE))
    for piece in (pdf, photo):
        stored = store.path_of(piece.file_name).read_bytes()
        digest = hashlib.sha256(stored).hexdigest()
        addresses = _addresses(piece.pk)
        assert reverse("desk:piece_file", args=[piece.pk]) in addresses
        served = 0
        for reader in readers.values():
            client = client_for(reader)
            for address in sorted(at for at, name in addresses.items() if rights[name][reader.role] == "x"):
                answer = client.get(address)
                content = body(answer)
                assert hashlib.sha256(content).hexdigest() != digest, (address, reader.role)
                assert stored[:400] not in content, (address, reader.role)
                is_document = answer.status_code == 200 and urlsplit(address).path.startswith("/guichet/pieces/")
                if is_document and answer["Content-Type"] == "application/pdf":
                    served += 1
                    assert all(WORDS in page for page in pages(content))
        assert served == len(OTHERS)


def _addresses(key: int) -> dict[str, str]:
    """Each address that takes the key → its name."""
    found = {}
    for name in matrix():
        for arguments in ([key], [key, 1]):
            with suppress(NoReverseMatch):
                found[reverse(name, args=arguments)] = name
    return found


def test_nothing_of_a_copy_stays_on_the_disk(give, readers, client_for, own_folder):
    piece = give(text_pdf(0))
    body(client_for(readers[Role.LANDLORD]).get(reverse("desk:piece_file", args=[piece.pk])))
    assert [p.name for p in own_folder.rglob("*") if p.is_file()] == [piece.file_name]
