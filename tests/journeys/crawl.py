"""Every page that a role can reach by links, once for each pattern of address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

# Addresses that end the visit, or answer a file.
ELSEWHERE = re.compile(
    r"logout|/export/|/fichier/|attestation/$|\.pdf|/static/|\.csv|/papiers/|proces-verbal|courrier-|bail/$|/recu/$|/texte/$"
)
SPACES = (
    "/mon-espace", "/guichet", "/bailleur", "/reservataire", "/employeur", "/commission", "/collectivite", "/equipe",
)  # fmt: skip
MOST = 60


def pattern(path: str) -> str:
    return re.sub(r"\d+", "N", path)


def pages(page: Page, site: str, start: str, *, public: bool) -> Iterator[str]:
    """Go to each page in turn, breadth first; yields its pattern once it is shown."""
    waiting, seen = [start], set()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if pattern(path) in seen or ELSEWHERE.search(path):
            continue
        seen.add(pattern(path))
        answer = page.goto(site + path)
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            continue
        yield pattern(path)
        for link in page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"):
            address = urlsplit(link)
            ours = not address.netloc and not address.scheme and address.path.startswith("/")
            if ours and (public or address.path.startswith(SPACES)):
                waiting.append(address.path)
