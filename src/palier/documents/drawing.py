"""Drawing one page of a stored PDF: run alone, in a process of its own, like `cleaning.py`.

    python drawing.py SOURCE PAGE WIDTH        (PAGE from 1, WIDTH in pixels)

Writes a JPEG on the standard output; exits 1 when there is no such page or it cannot be drawn.
"""

from __future__ import annotations

import resource
import sys

import pypdfium2

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 10
# A page as long as a roll of paper would draw for ever: its height is bounded to this many times its width.
TALLEST = 4


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    source, page, width = arguments[0], int(arguments[1]), int(arguments[2])
    try:
        document = pypdfium2.PdfDocument(source)
        document.init_forms()
        if not 1 <= page <= len(document):
            return 1
        sheet = document[page - 1]
        across, down = sheet.get_size()
        scale = width / max(across, down / TALLEST, 1)
        picture = sheet.render(scale=scale).to_pil().convert("RGB")
        picture.save(sys.stdout.buffer, "JPEG", quality=80)
    except (pypdfium2.PdfiumError, MemoryError, ValueError, OSError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
