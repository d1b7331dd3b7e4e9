"""Rewriting an uploaded file so that nothing in it can act: run alone, in a process of its own.

    python cleaning.py SOURCE TARGET MAX_BYTES

Nothing of Palier is imported here: the parsers of hostile files get bounded memory and time and no
database. Writes TARGET and prints one JSON line: `{"media_type", "pages"}` on success,
`{"refused": code}` when the file cannot be taken (codes: `documents.intake.MESSAGES`).
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import warnings
from pathlib import Path

import pikepdf
import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 25
MAX_PAGES = 80
# A phone's photograph has at most some 50 million pixels; a bomb announces billions.
MAX_PIXELS = 60_000_000
# Enough to read a scanned A4 page at 300 dots per inch.
MAX_SIDE = 3600
# Dictionary keys through which a PDF runs something, fetches something or carries another file.
ACTIVE_KEYS = (
    "/AA", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/AF", "/XFA",
    "/RichMediaContent", "/Collection", "/URI", "/Launch",
)  # fmt: skip
NAME_MAPS = {"/Font", "/XObject", "/ExtGState", "/CharProcs", "/ColorSpace", "/Pattern", "/Shading", "/Properties"}
ACTIVE_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}


class Unacceptable(Exception):
    """The file is refused; the argument is the code."""


def bound_the_process(max_bytes: int) -> None:
    """No more memory, time or disk than an honest document needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes * 2, max_bytes * 2))


def kind_of(head: bytes) -> str:
    """What the first bytes say the file is: pdf, jpeg, png, heic, office, program or other."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    # Some mail programs put a few bytes before the PDF's own mark; the format allows 1024.
    if not head.startswith((b"MZ", b"\x7fELF", b"PK")) and b"%PDF-" in head[:1024]:
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc"):
        return "heic"
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return "program"
    with contextlib.suppress(puremagic.PureError, ValueError):
        extension = puremagic.from_string(head)
        if extension in {".docx", ".xlsx", ".pptx", ".odt", ".ods", ".doc", ".xls", ".rtf", ".zip", ".pages"}:
            return "office"
        if extension in {".exe", ".dll", ".elf", ".com", ".bat", ".sh", ".jar", ".apk"}:
            return "program"
    return "other"


def clean_pdf(source: Path, target: Path) -> int:
    """Save the PDF again without scripts, actions, attachments or metadata; returns its pages."""
    try:
        with pikepdf.open(source) as pdf:
            pages = len(pdf.pages)
            if pages == 0:
                raise Unacceptable("broken")
            if pages > MAX_PAGES:
                raise Unacceptable("too_many_pages")
            _strip(pdf)
            pdf.save(
                target,
                encryption=False,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
            )
    except pikepdf.PasswordError as error:
        raise Unacceptable("encrypted") from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError) as error:
        raise Unacceptable("broken") from error
    return pages


def _strip(pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    if "/Names" in root:
        for tree in ("/JavaScript", "/EmbeddedFiles", "/URLS"):
            if tree in root.Names:
                del root.Names[tree]
    for key in ("/Metadata", "/PieceInfo"):
        if key in root:
            del root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for page in pdf.pages:
        if "/Annots" in page.obj:
            kept = [a for a in page.obj.Annots if str(a.get("/Subtype", "")) not in ACTIVE_ANNOTATIONS]
            page.obj.Annots = pdf.make_indirect(pikepdf.Array(kept))
    named: set[tuple[int, int]] = set()
    for found in pdf.objects:
        _collect_name_maps(found, named)
    for found in pdf.objects:
        _strip_object(found, found.objgen in named)


def _collect_name_maps(found: pikepdf.Object, named: set[tuple[int, int]], depth: int = 0) -> None:
    """Remember the maps whose keys are free names (a font may well be called "/AA")."""
    for key, value in _entries(found):
        if key in NAME_MAPS and _indirect(value):
            named.add(value.objgen)
        if not _indirect(value):
            _collect_name_maps(value, named, _deeper(depth))


def _strip_object(found: pikepdf.Object, is_name_map: bool, depth: int = 0) -> None:
    if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)) and not is_name_map:
        for key in ACTIVE_KEYS:
            if key in found:
                del found[key]
        # "/A" is an action only on an annotation or an outline entry; elsewhere it is a plain attribute.
        action = found.get("/A")
        if isinstance(action, pikepdf.Dictionary) and "/S" in action:
            del found["/A"]
    for key, value in _entries(found):
        if not _indirect(value):
            _strip_object(value, key in NAME_MAPS, _deeper(depth))


def _entries(found: pikepdf.Object) -> list[tuple[str, pikepdf.Object]]:
    """The members of a dictionary or an array that may themselves hold members."""
    if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
        pairs = [(str(key), found.get(key)) for key in list(found.keys())]
    elif isinstance(found, pikepdf.Array):
        pairs = [("", item) for item in found]
    else:
        return []
    return [(key, v) for key, v in pairs if isinstance(v, (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream))]


def _deeper(depth: int) -> int:
    if depth > 40:
        raise Unacceptable("broken")
    return depth + 1


def _indirect(value: object) -> bool:
    return bool(getattr(value, "is_indirect", False))


def clean_image(source: Path, target: Path, form: str) -> int:
    """Draw the picture again upright, without its metadata (place, device, hidden thumbnail)."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(source, formats=[form]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Unacceptable("too_many_pixels")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            plain = _without_transparency(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unacceptable("too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unacceptable("broken") from error
    if form == "PNG":
        plain.save(target, "PNG", optimize=False)
    else:
        plain.save(target, "JPEG", quality=86)
    return 1


def _without_transparency(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        page = Image.new("RGB", picture.size, "white")
        page.paste(layered, mask=layered.getchannel("A"))
        return page
    fresh = Image.new("L" if picture.mode in ("1", "L") else "RGB", picture.size)
    fresh.paste(picture.convert(fresh.mode))
    return fresh


def clean(source: Path, target: Path) -> dict[str, object]:
    """Rewrite `source` into `target`; raises Unacceptable."""
    with source.open("rb") as stream:
        head = stream.read(4096)
    kind = kind_of(head) if head else "empty"
    if kind == "pdf":
        return {"media_type": "application/pdf", "pages": clean_pdf(source, target)}
    if kind in ("jpeg", "png"):
        return {"media_type": f"image/{kind}", "pages": clean_image(source, target, kind.upper())}
    raise Unacceptable(kind)


def main(arguments: list[str]) -> int:
    source, target, max_bytes = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    bound_the_process(max_bytes)
    try:
        answer = clean(source, target)
    except Unacceptable as refusal:
        answer = {"refused": str(refusal)}
    except (MemoryError, RecursionError, OSError):
        answer = {"refused": "too_heavy"}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
