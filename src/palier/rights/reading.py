"""What is held about a person, in words: the data of the template `archive` of `common.typst`.

A part is {title, intro?, rows?: [[label, value]], columns?: […], lines?: [[…]], groups?: [{title, rows}], level?}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from palier.accounts.models import Person
from palier.common import clock, ledger
from palier.common.templatetags.palier_words import day, moment, number
from palier.demands.models import Demand
from palier.demands.sheltering import whole_form
from palier.demands.states import DEMAND, REMOVAL_GROUNDS
from palier.demands.words import sections
from palier.documents.kinds import SITUATIONS, kind_label
from palier.law import calendar, codes
from palier.rights.holdings import HOLDINGS, WITHHELD

Told = Mapping[str, Sequence[Mapping[str, Any]]]
Part = dict[str, Any]


# Tables that hold nothing of the reader: named in dossier.json alone.
_EMPTY = ("sans rien sur vous", "sans contenu", "sans autre contenu")


def paper(person: Person, told: Told) -> dict[str, Any]:
    """The whole document for a person, from what `holdings` told."""
    demands = Demand.objects.filter(person=person).select_related("department", "desk").order_by("pk")
    return {
        "issued_on": clock.today(),
        "demo": settings.DEMO,
        "name": person.full_name,
        "parts": [
            _account(person),
            *(part for demand in demands for part in _demand(demand)),
            *(_table(title, columns, told[label], line) for title, label, columns, line in _TABLES),
            *_points(told["cotation.Score"]),
        ],
        "counts": [[h.title, len(told[h.label])] for h in HOLDINGS if told[h.label]],
        "withheld": [why for why in WITHHELD.values() if not why.endswith(_EMPTY)],
        "erasure_months": calendar.erasure_months(clock.today()),
    }


def _account(person: Person) -> Part:
    return {
        "title": "Votre compte",
        "rows": [
            ["Nom", person.full_name],
            ["Adresse électronique", person.email],
            ["Téléphone", person.phone],
            ["Compte ouvert le", day(person.created_at)],
        ],
    }


def _demand(demand: Demand) -> Iterable[Part]:
    ends = f"{day(demand.removed_on)} : {REMOVAL_GROUNDS[demand.removal_ground]}" if demand.removed_on else ""
    yield {
        "title": "Votre demande de logement",
        "rows": [
            ["Numéro unique", demand.number],
            ["État", DEMAND.states[demand.state].label],
            ["Enregistrée par", str(demand.desk or "")],
            ["Première inscription", day(demand.first_registered_on)],
            ["Dernier renouvellement", day(demand.renewed_on) if demand.renewed_on else ""],
            ["Valable jusqu’au", day(demand.expires_on)],
            ["Radiée le", ends],
            ["Version du formulaire", str(demand.revision)],
        ],
        "groups": [{"title": s["title"], "rows": s["rows"]} for s in sections(whole_form(demand))],
    }
    story = ledger.timeline(demand.pk, "applicant")
    yield {
        "title": "Ce qui s’est passé",
        "columns": ["Date", "Fait", "Par"],
        "lines": [[moment(e["at"]), " ".join(filter(None, [e["sentence"], e["why"]])), e["by"]] for e in story],
    }


def _table(
    title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], line: Callable[..., list[str]]
) -> Part:
    return {"title": title, "columns": list(columns), "lines": [line(row) for row in rows]}


def _points(scores: Iterable[Mapping[str, Any]]) -> Iterable[Part]:
    for score in scores:
        yield {
            "title": f"Vos points : {score['epci']}",
            "intro": f"{number(score['points'], 2)} points au {day(score['computed_on'])}, d’après « {score['grille']} ».",
            "columns": ["Critère", "Votre situation", "Points"],
            "lines": [[c["label"], c["why"], number(c["points"], 2)] for c in score["criteres"]],
        }


def _word(value: Any) -> str:
    return value["libelle"] if isinstance(value, Mapping) else str(value or "")


def _grounds(row: Mapping[str, Any]) -> str:
    words = [codes.label("non_allocation", code) for code in row["reasons"]]
    return " ; ".join([*words, *filter(None, [row["reason_text"]])])


def _refusal(row: Mapping[str, Any]) -> str:
    return " : ".join(filter(None, [_word(row["state"]), row["refusal_text"]]))


# (title, holding, columns, line): what a reader looks for first; dossier.json has every column of every table.
_TABLES: tuple[tuple[str, str, tuple[str, ...], Callable[..., list[str]]], ...] = (
    ("Vos pièces", "documents.Piece", ("Pièce", "Envoyée le", "État"),
     lambda r: [kind_label(r["kind"]), day(r["uploaded_at"]), _refusal(r)]),
    ("Les situations signalées", "documents.Recognition", ("Situation", "Signalée le", "Réponse"),
     lambda r: [SITUATIONS.get(r["situation"], r["situation"]), day(r["asked_at"]),
                " : ".join(filter(None, [_word(r["state"]), r["reason"]]))]),
    ("Vos candidatures", "applications.Application", ("Logement", "Déposée le", "État", "Note du bailleur"),
     lambda r: [r["logement"], day(r["applied_at"]), _word(r["state"]), r["note"]]),
    ("Votre place dans les listes", "applications.ShortlistEntry", ("Rang", "Points", "Transmise", "Écart expliqué"),
     lambda r: [str(r["position"]), number(r["points"], 2), "oui" if r["sent"] else "non", r["departure"]]),
    ("Les décisions de la commission", "commissions.Decision", ("Décision", "Le", "Rang", "Motifs"),
     lambda r: [_word(r["kind"]), day(r["taken_at"]), str(r["rank"] or ""), _grounds(r)]),
    ("Les messages de la commission", "commissions.Comment", ("Date", "Qualité", "Message"),
     lambda r: [moment(r["at"]), r["capacity"], r["message"]]),
    ("Les logements proposés", "allocations.Proposal", ("Envoyé le", "Rang", "Réponse"),
     lambda r: [day(r["sent_at"]), str(r["rank"]), _refusal(r)]),
    ("Les personnes qui agissent pour vous", "demands.Mandate", ("Qui", "Pour quoi", "Jusqu’au"),
     lambda r: [r["holder"], r["words"], day(r["until_on"])]),
    ("Les courriels envoyés", "common.Message", ("Date", "Objet"),
     lambda r: [moment(r["created_at"]), r["subject"]]),
    ("Qui a ouvert votre dossier", "documents.Reading", ("Date", "Service", "Quoi", "Pourquoi"),
     lambda r: [moment(r["at"]), r["signature"], r["what"], r["why"]]),
)  # fmt: skip
