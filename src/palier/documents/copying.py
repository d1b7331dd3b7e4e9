"""A reading copy: the document with, across each page, who reads it and when. Run alone, like `cleaning.py`.

    python copying.py SOURCE TARGET WORDS [PAGE WIDTH]

WORDS: one line of text per line. Writes a PDF; with PAGE (from 1) and WIDTH (in pixels), that page alone as a JPEG. A
picture becomes a PDF of one page, the words drawn into its pixels and kept as text beside them. Exits 1 when it cannot.
"""

from __future__ import annotations

import io
import math
import resource
import sys
from pathlib import Path

import pikepdf
import pypdfium2
from PIL import Image

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 25
TALLEST = 4
# Dark enough to survive a photocopy, light enough to read through.
GREY, OPACITY = 0.3, 0.2
# The width of an average letter of Helvetica and the space between two bands, in heights of a letter.
LETTER, LEADING, BAND = 0.5, 1.25, 11.0
# A picture's pixels become points at this density: an A4 photograph gives about an A4 page.
DOTS_PER_POINT = 3.0


def stamped(pdf: pikepdf.Pdf, lines: list[str], *, seen: bool = True) -> None:
    """Lay the words over every page, upright whatever the page's rotation; `seen`: else as text without ink."""
    sheets: dict[tuple[float, float], pikepdf.Pdf] = {}
    for page in pdf.pages:
        size = _seen_size(page)
        if size not in sheets:
            sheets[size] = _sheet(*size, lines, seen)
        page.add_overlay(sheets[size].pages[0], pikepdf.Rectangle(page.cropbox))


def _seen_size(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(x) for x in page.cropbox)
    across, down = abs(right - left) or 595.0, abs(top - bottom) or 842.0
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    return (down, across) if turned else (across, down)


def _sheet(across: float, down: float, lines: list[str], seen: bool) -> pikepdf.Pdf:
    """An empty page of that size with the words along its diagonal, in bands so that no corner is left bare."""
    angle = math.atan2(down, across)
    diagonal = math.hypot(across, down)
    size = min(0.72 * diagonal / (LETTER * max(map(len, lines))), diagonal / 44)
    cos, sin = math.cos(angle), math.sin(angle)
    content = [b"q /Seen gs BT", f"{GREY} g /F {size:.2f} Tf {0 if seen else 3} Tr".encode()]
    step = BAND * size
    bands = int(diagonal / 2 / step) + 1
    for band in range(-bands, bands + 1) if seen else (0,):
        for place, line in enumerate(lines):
            along = -LETTER * size * len(line) / 2
            up = band * step - place * LEADING * size
            x = across / 2 + along * cos - up * sin
            y = down / 2 + along * sin + up * cos
            content.append(f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.2f} {y:.2f} Tm".encode())
            content.append(b"<" + line.encode("cp1252", "replace").hex().encode() + b"> Tj")
    content.append(b"ET Q")
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(across, down))
    font = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica", "Encoding": "/WinAnsiEncoding"}
    page.obj.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(F=pikepdf.Dictionary({f"/{k}": pikepdf.Name(v) for k, v in font.items()})),
        ExtGState=pikepdf.Dictionary(Seen=pikepdf.Dictionary(ca=OPACITY)),
    )
    page.obj.Contents = pdf.make_stream(b"\n".join(content))
    return pdf


def _of_picture(picture: Image.Image) -> pikepdf.Pdf:
    held = io.BytesIO()
    picture.convert("RGB").save(held, "PDF", resolution=72 * DOTS_PER_POINT, quality=88)
    return pikepdf.open(held)


def _burnt(picture: Image.Image, lines: list[str]) -> pikepdf.Pdf:
    """The words in the pixels themselves: nobody takes the picture out of the page without them."""
    plain = _of_picture(picture)
    stamped(plain, lines)
    inked = _of_picture(_drawn(plain, 0, picture.width))
    stamped(inked, lines, seen=False)
    return inked


def _drawn(pdf: pikepdf.Pdf, page: int, width: int) -> Image.Image:
    held = io.BytesIO()
    pdf.save(held)
    document = pypdfium2.PdfDocument(held.getvalue())
    document.init_forms()
    sheet = document[page]
    across, down = sheet.get_size()
    return sheet.render(scale=width / max(across, down / TALLEST, 1)).to_pil().convert("RGB")


def copied(source: Path, lines: list[str], page: int = 0) -> pikepdf.Pdf:
    """The stamped document, or its page `page` (from 1) alone."""
    with source.open("rb") as stream:
        is_pdf = b"%PDF-" in stream.read(1024)
    if not is_pdf:
        with Image.open(source, formats=["JPEG", "PNG"]) as picture:
            return _burnt(picture, lines)
    pdf = pikepdf.open(source)
    if page:
        alone = pikepdf.new()
        alone.pages.append(pdf.pages[page - 1])
        pdf = alone
    stamped(pdf, lines)
    return pdf


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    source, target = Path(arguments[0]), Path(arguments[1])
    lines = [line for line in arguments[2].splitlines() if line.strip()]
    page, width = (int(arguments[3]), int(arguments[4])) if len(arguments) > 3 else (0, 0)
    try:
        pdf = copied(source, lines, page)
        if page:
            _drawn(pdf, 0, width).save(target, "JPEG", quality=80)
        else:
            pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except (
        pikepdf.PdfError, pypdfium2.PdfiumError, MemoryError, ValueError, TypeError, KeyError, OSError, IndexError,
        RuntimeError,
    ):  # fmt: skip
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
