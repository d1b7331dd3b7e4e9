"""The archive itself: `dossier.json` for a machine, `dossier.pdf` for a reader, the documents as they are held.

Everything is read in the household's own scope, at one instant; what that scope does not open is named in `holdings`.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from palier.accounts.models import Person
from palier.common import clock, pdf
from palier.demands.models import Demand
from palier.documents import store
from palier.documents.models import Piece
from palier.documents.states import SHOWN
from palier.rights.holdings import HOLDINGS, WITHHELD
from palier.rights.reading import paper

FORMAT = "palier-donnees-personnelles/1"
README = """Vos données chez Palier

dossier.pdf    tout ce que nous savons de vous, à lire
dossier.json   la même chose, complète, pour un logiciel
pieces/        vos documents, tels que nous les gardons

Gardez ce fichier pour vous : il contient votre adresse, vos revenus et vos documents.
"""
SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def write(person: Person, target: Path) -> None:
    """Write the whole archive of `person` at `target`. To be called in their own scope."""
    demands = list(Demand.objects.filter(person=person).order_by("pk").values_list("pk", flat=True))
    told = {holding.label: list(holding.told(person, demands)) for holding in HOLDINGS}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LISEZMOI.txt", README)
        archive.writestr(
            "dossier.json", json.dumps(_document(told), ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
        )
        archive.writestr("dossier.pdf", pdf.render("archive", paper(person, told)))
        for name, path in _files(demands):
            # Photos and PDF are compressed already.
            archive.write(path, name, zipfile.ZIP_STORED)


def _document(told: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "etabli_le": clock.now(),
        "fondement": "Règlement (UE) 2016/679, articles 15 et 20",
        "rubriques": [
            {"cle": h.label, "titre": h.title, "lignes": told[h.label], "non_communique": dict(h.without)}
            for h in HOLDINGS
        ],
        "non_communique": [{"cle": label, "raison": why} for label, why in WITHHELD.items()],
    }


def _files(demands: list[int]) -> Iterator[tuple[str, Path]]:
    for piece in Piece.objects.filter(demand__in=demands, state__in=SHOWN).order_by("pk"):
        path = store.path_of(piece.file_name)
        if path.exists():
            yield f"pieces/{piece.pk}-{piece.kind}-{piece.about}.{SUFFIXES.get(piece.media_type, 'bin')}", path
