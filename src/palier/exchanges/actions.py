"""Bringing in a demand written in the national register's own format: all of it, or nothing."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from django.db import transaction

from palier.accounts.actor import PALIER
from palier.common import clock
from palier.common.isolation import as_system
from palier.demands import actions as demands
from palier.exchanges import declared
from palier.exchanges.models import Import, RegisterNumber
from palier.exchanges.queue import told_by_register
from palier.exchanges.reading import form_of
from palier.exchanges.sne.checks import check
from palier.exchanges.sne.document import parse
from palier.law import numbers
from palier.territories.models import Commune, Department


def import_demand(content: bytes) -> dict[str, Any]:
    """`number`, `result` (created, updated, unchanged or refused) and the anomalies by field.

    Raises `sne.safety.DocumentRefused` on a file that is not a readable document. A blocking anomaly
    refuses the demand; nothing is then written. The same file twice changes nothing.
    """
    parsed = parse(content)
    demand = parsed.demand
    known = set(Commune.objects.values_list("code", flat=True))
    form = form_of(demand)
    found = [*parsed.anomalies, *check(demand, on=clock.today(), communes=known)]
    found += declared.anomalies(form, clock.today(), found)
    anomalies = [{"code": a.code, "path": a.path, "message": a.message, "severity": a.severity} for a in found]
    answer = {"number": demand.number or "", "anomalies": anomalies}
    if any(a["severity"] == "blocking" for a in anomalies):
        return {**answer, "result": "refused"}
    wished = Commune.objects.filter(code__in=form.wish.communes, department__active=True).first()
    if wished is None:
        return {**answer, "result": "refused", "anomalies": [*anomalies, _elsewhere()]}
    digest = hashlib.sha256(content).hexdigest()
    with as_system("a file of the register belongs to no actor"), transaction.atomic(), told_by_register():
        former = Import.objects.filter(sha256=digest).select_related("demand").first()
        if former is not None:
            return {**answer, "number": former.demand.number, "result": "unchanged"}
        stored, created = demands.import_form(
            actor=PALIER,
            number=_number(demand.number),
            form=form,
            department=wished.department_id,
            registered_on=demand.created_on or clock.today(),
            unmapped=[dataclasses.asdict(u) for u in demand.unmapped],
        )
        Import.objects.create(at=clock.now(), sha256=digest, demand=stored, created=created, anomalies=anomalies)
    return {**answer, "number": stored.number, "result": "created" if created else "updated"}


def _number(text: str | None) -> str:
    if not text:
        return ""
    number = str(numbers.parse(text))
    ours = RegisterNumber.objects.filter(number=number).values_list("demand__number", flat=True).first()
    return ours or number


def _elsewhere() -> dict[str, str]:
    names = ", ".join(Department.objects.filter(active=True).order_by("code").values_list("name", flat=True))
    return {
        "code": "place.elsewhere",
        "path": "logementRecherche/listeLocalisationSouhaite",
        "message": f"Aucune commune souhaitée n’est dans ce territoire ({names}).",
        "severity": "blocking",
    }
