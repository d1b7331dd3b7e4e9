"""Communes as older tools name them: an INSEE code, a name with or without postcode, a commune since merged."""

from __future__ import annotations

import re
from functools import lru_cache

from palier.exchanges.takeover.cells import Unreadable
from palier.territories.models import Commune, Department
from palier.territories.queries import search_key

_CODE = re.compile(r"\d{5}|2[AB]\d{3}|\d{4}", re.ASCII)
_POSTCODE = re.compile(r"(?<!\d)(\d{5})(?!\d)", re.ASCII)
_CEDEX = re.compile(r"\bcedex\b.*", re.I)
_SHORT = {"st": "saint", "ste": "sainte", "s": "sur"}


class Places:
    """Every commune known here, read once for a whole file. Codes given are of communes in force."""

    def __init__(self) -> None:
        rows = list(
            Commune.objects.order_by("code").values_list("code", "search_name", "postcodes", "department", "successor")
        )
        after = {code: successor for code, _, _, _, successor in rows}
        self.department = {code: department for code, _, _, department, _ in rows}
        self.epci = dict(Commune.objects.order_by("code").values_list("code", "epci"))
        self.active = set(Department.objects.filter(active=True).order_by("code").values_list("code", flat=True))
        self.registers = {d.code: d.register_code for d in Department.objects.order_by("code")}
        self._now = {code: self._last(code, after) for code in after}
        self._named: dict[str, dict[str, tuple[str, ...]]] = {}
        for code, name, postcodes, _, _ in rows:
            self._named.setdefault(_plain(name), {})[code] = tuple(postcodes)
        self.by_code = lru_cache(maxsize=4096)(self._by_code)
        self.by_name = lru_cache(maxsize=16384)(self._by_name)

    @staticmethod
    def _last(code: str, after: dict[str, str | None]) -> str:
        while following := after.get(code):
            code = following
        return code

    def _by_code(self, text: str) -> str:
        """Raises `Unreadable`. A zero lost by a spreadsheet (« 1004 ») is put back."""
        code = text.strip().upper()
        if not _CODE.fullmatch(code):
            raise Unreadable("place.code", "Ce n’est pas un code INSEE de commune.")
        code = code.zfill(5)
        # Beyond the departments shipped, a code of the right shape is kept as it is.
        if code not in self._now and self._within(code):
            raise Unreadable("place.unknown", "Ce code INSEE n’est celui d’aucune commune du territoire.")
        return self._now.get(code, code)

    def _within(self, code: str) -> bool:
        return any(code.startswith(department) for department in self.active)

    def _by_name(self, text: str, postcode: str = "") -> str:
        """The commune of that name; the postcode, beside it or inside the text, chooses between namesakes."""
        inside = _POSTCODE.search(text)
        postcode = "".join(postcode.split()) or (inside[1] if inside else "")
        name = _plain(search_key(_CEDEX.sub("", _POSTCODE.sub("", text))))
        found = self._named.get(name, {})
        if postcode:
            exact = [code for code, postcodes in found.items() if postcode in postcodes]
            # A merged commune has no postcode of its own left.
            found_here = exact or [code for code in found if code.startswith(postcode[:2])]
        else:
            found_here = list(found)
        now = sorted({self._now[code] for code in found_here})
        if len(now) == 1:
            return now[0]
        if now:
            raise Unreadable("place.ambiguous", "Plusieurs communes portent ce nom : il faut le code postal ou INSEE.")
        raise Unreadable("place.unknown", "Aucune commune connue ici ne porte ce nom.")


def _plain(name: str) -> str:
    words = name.split()
    if words and words[0] in ("la", "le", "les", "l") and len(words) > 1:
        words = words[1:]
    return " ".join(_SHORT.get(word, word) for word in words)
