"""The right reader for a file and its mapping."""

from __future__ import annotations

from pathlib import Path

from palier.exchanges.takeover.mapping import Mapping
from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.sources.csv_file import CsvFile
from palier.exchanges.takeover.sources.rows import Source
from palier.exchanges.takeover.sources.xlsx_file import XlsxFile
from palier.exchanges.takeover.sources.xml_file import XmlFile


def open_source(path: Path, mapping: Mapping) -> Source:
    """A file opened and bounded. Raises `SourceRefused` on one that is not what the mapping describes."""
    if not path.stat().st_size:
        raise SourceRefused("file.empty", "Ce fichier est vide.")
    file = mapping.file
    if file.format in ("xml", "sne"):
        return XmlFile(path, row=file.row)
    source: Source
    if file.format == "xlsx":
        source = XlsxFile(path, sheet=file.sheet, heading=file.heading)
    else:
        with path.open("rb") as stream:
            if stream.read(4) == b"PK\x03\x04":
                raise SourceRefused("file.format", "Ce fichier est un classeur, et le modèle attend un CSV.")
        source = CsvFile(
            path, encoding=file.encoding, separator=file.separator, heading=file.heading, expected=mapping.columns
        )
    missing = [name for name in sorted(mapping.columns) if name not in source.columns]
    if missing:
        raise SourceRefused(
            "file.columns",
            f"Ce fichier n’a pas toutes les colonnes du modèle. Il manque : {', '.join(missing[:8])}"
            f"{'…' if len(missing) > 8 else ''}. Colonnes trouvées : {', '.join(source.columns[:8])}…",
        )
    return source
