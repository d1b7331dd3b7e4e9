"""Demands as a stream of the national register's format: what a city takes away with it, to any other tool."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from palier.common import clock
from palier.config.environment import ENV
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.exchanges import outgoing
from palier.exchanges.sne import model
from palier.exchanges.sne.schema import NAMESPACE, VERSIONS
from palier.exchanges.sne.unpublished import places
from palier.exchanges.sne.writing import write
from palier.law import numbers

_DOCUMENT = re.compile(rb"<nuu:demande>.*</nuu:demande>", re.S)
_REGISTER = "demande/demandeLogement/"


def stream(demands: QuerySet[Demand]) -> Iterator[bytes]:
    """One document around every demand, in pieces; read again by the mapping `registre-national`."""
    made = timezone.localtime(clock.now()).replace(microsecond=0)
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<nuu:interfaceNuu xmlns:nuu="{NAMESPACE}"'
        f' versionInterface="{VERSIONS[-1]}"><nuu:entete><nuu:typeFichier code="COP"/>'
        f"<nuu:dateFichier>{made.isoformat()}</nuu:dateFichier></nuu:entete>\n"
    ).encode()
    for demand in demands.iterator(chunk_size=500):
        found = _DOCUMENT.search(write(document_of(demand, made)))
        assert found is not None
        yield found[0] + b"\n"
    yield b"</nuu:interfaceNuu>\n"


def document_of(demand: Demand, made: datetime) -> model.SneDemand:
    """The register's own tree of a demand: the inverse of `reading.form_of`, what the file had more of included."""
    return outgoing.document(
        Form.from_json(demand.form), kind="COP", number=demand.number, desk=numbers.parse(demand.number).registrar,
        created_on=demand.first_registered_on, made_at=made, happened_on=made.date(),
        # Paths that the register's own files gave; those of older tools are not the register's to hold.
        kept=tuple(model.Unmapped(**one) for one in demand.unmapped if one["path"].startswith(_REGISTER)),
        places=places(ENV.sne_places),
    )  # fmt: skip
