"""What a PDF says, as one line of text."""

from __future__ import annotations

import re

import pypdfium2


def text_of(document: bytes) -> str:
    pages = pypdfium2.PdfDocument(document)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\ufffe", "-"))
