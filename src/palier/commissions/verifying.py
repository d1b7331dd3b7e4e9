"""Prove that a signed session is what it was: recount its ballots, read its record again, follow the chain of seals.

Whoever holds the database can bypass its triggers; they cannot change a vote, a decision, a byte of the minutes or a link
without one of these comparisons telling it. Reads only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from palier.commissions.minutes import decided, draw_minutes, seal
from palier.commissions.models import AgendaItem, Candidate, SealedRecord, Session
from palier.commissions.queries import ballots_of
from palier.commissions.recounting import cast_of, result_of
from palier.common import pdf


@dataclass(slots=True)
class Report:
    """What was found of one session. `differences`: French sentences, none when all agrees. `remarks`: not a fault."""

    session: Session
    dwellings: int = 0
    ballots: int = 0
    decisions: int = 0
    differences: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.differences


def verify(session: Session) -> Report:
    """Everything that can be recomputed of one signed session, under a scope that sees it whole."""
    report = Report(session)
    if session.state != "signed" or not session.record:
        report.differences.append("La séance n’est pas signée, ou son dossier a disparu : rien n’est scellé.")
        return report
    items = {i.pk: i for i in session.items.order_by("position", "pk")}
    told = {row["key"]: row for row in session.record["items"]}
    report.differences.extend(_of_session(session))
    for key in sorted(items.keys() | told.keys()):
        if key not in items or key not in told:
            where = "dans le dossier scellé" if key in told else "dans la base"
            report.differences.append(f"Logement nº {key} : il n’existe que {where}.")
            continue
        item, row = items[key], told[key]
        place = f"{row['dwelling']} ({row['reference']})"
        report.dwellings += 1
        report.ballots += len(row["count"]["ballots"]) if row["count"] else 0
        report.decisions += sum(1 for c in row["candidates"] if "kind" in c)
        report.differences.extend(f"{place} : {words}" for words in (*_of_votes(item, row), *_of_decisions(item, row)))
    report.differences.extend(_of_seal(session))
    faults, remarks = _of_minutes(session)
    report.differences.extend(faults)
    report.remarks.extend(remarks)
    return report


def chain() -> list[str]:
    """The differences that belong to no session alone: a link missing, added or out of place."""
    found = []
    former = ""
    for link in SealedRecord.objects.select_related("session").order_by("pk"):
        if link.previous != former:
            found.append(
                f"Chaîne des sceaux : le maillon de la séance {link.session.number} ne suit pas celui qui le précède."
            )
        former = link.sha256
    bare = Session.objects.filter(state="signed", seal=None).order_by("pk").values_list("number", flat=True)
    found.extend(f"Chaîne des sceaux : la séance signée {number} n’a pas de maillon." for number in bare)
    return found


def _of_session(session: Session) -> Iterator[str]:
    record = session.record
    if session.number != record["number"]:
        yield f"Séance : le numéro diffère, {session.number} dans la base, {record['number']} dans le dossier scellé."
    instants = [
        ("l’ouverture", session.opens_at, record["opens_at"]),
        ("la clôture", session.closes_at, record["closes_at"]),
        ("le jour de la signature", session.signed_at, record["signed_at"]),
    ]
    for what, held, sealed in instants:
        if held != datetime.fromisoformat(sealed):
            yield f"Séance : {what} diffère de ce que dit le dossier scellé."


def _of_votes(item: AgendaItem, row: dict[str, Any]) -> Iterator[str]:
    """The stored ballots against the record's, then the count done again from the stored ones."""
    sealed = row["count"]
    if item.postponed != row["postponed"]:
        yield "le report à une autre séance diffère du dossier scellé."
    if sealed is None:
        return
    if item.count != sealed:
        yield "le décompte gardé avec le logement diffère de celui du dossier scellé."
    if item.settlements != row["settlements"]:
        yield "l’ordre donné aux candidats à égalité diffère du dossier scellé."
    stored = [cast_of(b) for b in ballots_of(item)]
    cast, known = {b["seat"]: b for b in stored}, {b["seat"]: b for b in sealed["ballots"]}
    for seat in sorted(cast.keys() | known.keys()):
        capacity = sealed["basis"]["voters"].get(str(seat), "")
        who = f"bulletin du siège {seat}" + (f" ({_CAPACITIES[capacity]})" if capacity in _CAPACITIES else "")
        if seat not in known:
            yield f"{who} : il a été ajouté après la signature."
        elif seat not in cast:
            yield f"{who} : il a disparu."
        elif cast[seat] != known[seat]:
            yield f"{who} : il n’est plus celui qui a été compté ({_ballot_change(known[seat], cast[seat])})."
    again = result_of(sealed["basis"], stored)
    changed = [words for name, words in _RESULTS if again[name] != sealed[name]]
    if changed:
        yield f"les bulletins gardés donnent un autre résultat que le procès-verbal : {', '.join(changed)}."


_RESULTS = (
    ("votes", "nombre de votes"),
    ("quorum_reached", "quorum"),
    ("groups", "ordre des candidats"),
    ("refused", "candidats non retenus"),
    ("open_ties", "égalités"),
    ("steps", "étapes du décompte"),
)
_CAPACITIES = {
    "board": "conseil",
    "tenants": "locataires",
    "mayor": "maire",
    "epci": "EPCI",
    "prefect": "préfet",
}
_PARTS = (
    ("ranking", "classement"),
    ("refused", "refus"),
    ("meeting", "demande de réunion"),
    ("revision", "numéro de révision"),
)


def _ballot_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    return ", ".join(words for name, words in _PARTS if before[name] != after[name])


def _of_decisions(item: AgendaItem, row: dict[str, Any]) -> Iterator[str]:
    sealed = {c["key"]: c for c in row["candidates"]}
    held = {c.pk: c for c in Candidate.objects.filter(item=item).select_related("decision").order_by("position", "pk")}
    for key in sorted(sealed.keys() | held.keys()):
        if key not in held or key not in sealed:
            yield f"candidat nº {key} : il n’existe que {'dans le dossier scellé' if key in sealed else 'dans la base'}."
            continue
        told, decision = sealed[key], held[key].settled
        who = f"candidat {told['position']}"
        if (decision is None) != ("kind" not in told):
            yield f"{who} : sa décision {'a disparu' if decision is None else 'a été ajoutée après la signature'}."
        elif decision is not None:
            now = decided(decision)
            changed = [words for name, words in _DECIDED if now[name] != told[name]]
            if changed:
                yield f"{who} : sa décision n’est plus celle du procès-verbal ({', '.join(changed)})."


_DECIDED = (
    ("kind", "nature de la décision"),
    ("rank", "rang"),
    ("codes", "motifs"),
    ("reason_text", "précision"),
    ("condition_code", "pièce attendue"),
    ("condition_due", "délai de la condition"),
)


def _of_seal(session: Session) -> Iterator[str]:
    link = SealedRecord.objects.filter(session=session).first()
    if link is None:
        yield "Sceau : la séance n’a pas de maillon dans la chaîne."
        return
    former = SealedRecord.objects.filter(pk__lt=link.pk).select_related("session").order_by("-pk").first()
    if link.previous != (former.sha256 if former else ""):
        yield "Sceau : le maillon ne suit pas celui de la séance signée juste avant."
    if link.sha256 != seal(link.previous, session.record):
        yield "Sceau : l’empreinte recalculée du dossier n’est pas celle du maillon ; le dossier ou le maillon a changé."
    if session.record["previous_minutes"] != (former.session.minutes_sha256 if former else ""):
        yield "Sceau : le procès-verbal précédent n’est plus celui que ce dossier a scellé."
    following = SealedRecord.objects.filter(pk__gt=link.pk).select_related("session").order_by("pk").first()
    if following and (following.session.record or {}).get("previous_minutes") != session.minutes_sha256:
        yield "Procès-verbal : son empreinte n’est plus celle que la séance suivante a scellée."


def _of_minutes(session: Session) -> tuple[list[str], list[str]]:
    """The bytes against their hash, then against the paper drawn again from the record: differences, remarks."""
    paper = bytes(session.minutes or b"")
    if hashlib.sha256(paper).hexdigest() != session.minutes_sha256:
        return ["Procès-verbal : ses octets ne sont plus ceux qui ont été signés."], []
    link = SealedRecord.objects.filter(session=session).first()
    if link is None:
        return [], []
    if session.record["drawn_by"] != pdf.fingerprint("minutes"):
        return [], ["Le modèle d’impression a changé depuis : le procès-verbal n’a pas été redessiné pour comparaison."]
    if draw_minutes(session.record, seal=link.sha256, previous=link.previous) != paper:
        return ["Procès-verbal : redessiné d’après le dossier scellé, il n’est pas le même."], []
    return [], []


def words(report: Report) -> list[str]:
    """The report as lines for a person."""
    one = report.session
    title = f"Séance {one.number}, {one.commission.name}"
    if report.sound:
        counts = (
            f"{report.dwellings} logement(s), {report.ballots} bulletin(s) recompté(s), {report.decisions} décision(s)"
        )
        lines = [f"{title} : conforme. {counts}."]
    else:
        found = len(report.differences)
        lines = [f"{title} : {found} différence{'s' if found > 1 else ''}.", *(f"  - {d}" for d in report.differences)]
    return lines + [f"  (remarque) {r}" for r in report.remarks]
