"""What an agent reads of a household: its declared form in sections, and one of its applications in full."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.timezone import localdate

from palier.accounts.actor import Actor
from palier.applications.models import Application
from palier.applications.offers import Assessment, assess
from palier.applications.queries import own_rank
from palier.applications.states import APPLICATION
from palier.common import clock
from palier.common.templatetags.palier_words import counted, day, euros, percent, surface, yes_no
from palier.cotation.queries import explanation_for
from palier.demands.form import Adult, Form
from palier.demands.models import Demand
from palier.demands.words import as_read_by, needs
from palier.documents.kinds import SECTION_OF_KIND
from palier.documents.queries import DueRow, due, unchecked
from palier.law.codes import label
from palier.law.discretion import Reader
from palier.law.household import age

Rows = list[tuple[str, object]]


def facts(demand: Demand, reader: Reader) -> list[tuple[str, Rows]]:
    """(title, rows for the `fiche` component), as this reader may read them; a missing value stays empty."""
    form = as_read_by(Form.from_json(demand.form), reader)
    return [
        ("Demandeur", _adult(form.applicant, form)),
        *([("Codemandeur", _adult(form.coapplicant, form))] if form.coapplicant else []),
        ("Ménage", _household(form)),
        ("Ressources", _income(demand, form)),
        ("Logement actuel", _home(form)),
        *([("Handicap et accessibilité", needs(form))] if form.disability.concerned else []),
        ("Souhaits", _wish(demand, form)),
    ]


def name_of(demand: Demand) -> str:
    """The applicant's name, as declared."""
    applicant = demand.form["applicant"]
    return f"{applicant['first_names']} {applicant['last_name']}".strip()


def candidacy(application: Application, actor: Actor) -> dict[str, Any]:
    """One application as whoever examines it reads it: the household, the rent it would pay, documents, points."""
    demand, offer = application.demand, application.offer
    pieces, applied_on = due(demand, actor=actor), localdate(application.applied_at)
    assessment = assess(demand, offer, on=clock.today())
    return {
        "application": application,
        "state": APPLICATION.states[application.state],
        "holder": name_of(demand),
        **_checks(facts(demand, actor.reader), pieces),
        "assessment": assessment,
        "money": _money(assessment),
        "rank": own_rank(application),
        "pieces": pieces,
        "held_then": [row.anchor for row in pieces if row.held_on(applied_on)],
        "kept_closed": any(row.closed for row in pieces),
        "unchecked": unchecked(demand, actor, held_on=applied_on),
        "explanation": None if offer.terms.direct else explanation_for(demand, offer.dwelling.commune),
    }


# The sections of the form whose documents prove what a heading shows.
_PROVED_BY = {
    "Demandeur": ("identity", "work"),
    "Codemandeur": ("identity", "work"),
    "Ménage": ("household",),
    "Ressources": ("income",),
    "Logement actuel": ("home", "motives"),
}


def _checks(sections: list[tuple[str, Rows]], pieces: list[DueRow]) -> dict[str, Any]:
    """Each heading's facts with the documents that prove them, and the documents that prove none of them."""
    titles = [title for title, _ in sections]

    def heading(row: DueRow) -> str:
        section = SECTION_OF_KIND.get(row.kind, "")
        if section in _PROVED_BY["Codemandeur"] and row.about == "coapplicant" and "Codemandeur" in titles:
            return "Codemandeur"
        return next((title for title in titles if section in _PROVED_BY.get(title, ())), "")

    beside: dict[str, list[DueRow]] = {}
    for row in pieces:
        beside.setdefault(heading(row), []).append(row)
    return {
        "checks": [{"title": title, "rows": rows, "pieces": beside.get(title, [])} for title, rows in sections],
        "other_pieces": beside.get("", []),
    }


def _money(assessment: Assessment) -> Rows:
    offer = assessment.offer
    effort = assessment.effort_rate
    share = percent(effort) if effort is not None else "ressources non indiquées"
    if assessment.instalment is not None:
        return [
            ("Prix", euros(offer.price, 0)),
            ("Prêt type", f"{euros(assessment.instalment, 0)} par mois"),
            ("Part des ressources", share),
        ]
    return [
        ("Loyer et charges", f"{euros(offer.rent)} + {euros(offer.charges)}"),
        ("Aide au logement estimée", "non estimée" if offer.terms.direct else euros(assessment.aid or 0, 0)),
        ("Reste à payer", f"{euros(assessment.net_rent, 0)} par mois"),
        ("Taux d’effort", share),
    ]


def _adult(adult: Adult, form: Form) -> Rows:
    own = adult is form.applicant
    return [
        ("Nom", f"{adult.first_names} {adult.last_name}".strip()),
        ("Né(e) le", _born(adult.birth_date)),
        ("Situation de famille", adult.family_status and label("family_status", adult.family_status)),
        ("Nationalité", adult.nationality and label("nationality", adult.nationality)),
        ("Téléphone", adult.phone),
        ("Courriel", adult.email),
        ("Travail", _work(adult)),
        *([("Adresse", f"{form.address.line} {form.address.postcode}".strip() or form.address.extra)] if own else []),
    ]


def _work(adult: Adult) -> str:
    words = [adult.work.contract and label("contract", adult.work.contract), adult.work.profession, adult.work.employer]
    return ", ".join(word for word in words if word)


def _born(birth: date | None) -> str:
    return f"{day(birth)} ({counted(age(birth, clock.today()), 'an')})" if birth else ""


def _household(form: Form) -> Rows:
    children = ", ".join(f"{d.first_names or 'enfant'} ({_age(d.birth_date)})" for d in form.dependants)
    return [
        ("Personnes à loger", counted(form.people, "personne")),
        ("À charge", children),
        ("Garde alternée ou visite", counted(len(form.custody), "enfant") if form.custody else ""),
        ("Naissance attendue", day(form.expected.due_on) if form.expected and form.expected.due_on else ""),
        ("Handicap", yes_no(form.disability.concerned)),
    ]


def _age(birth: date | None) -> str:
    return counted(age(birth, clock.today()), "an") if birth else "âge non indiqué"


def _income(demand: Demand, form: Form) -> Rows:
    codes = {code: 0 for adult in form.adults for code in adult.resources}
    for adult in form.adults:
        for code, amount in adult.resources.items():
            codes[code] += amount
    rows: Rows = [(label("resource", code), f"{euros(amount)} par mois") for code, amount in codes.items()]
    total = demand.monthly_resources
    return [
        *rows,
        ("Ressources du mois", f"{euros(total)}" if total is not None else ""),
        ("Revenu fiscal de référence", f"{euros(demand.tax_income)}" if demand.tax_income is not None else ""),
    ]


def _home(form: Form) -> Rows:
    home = form.home
    return [
        ("Logement", home.status and label("home_status", home.status)),
        ("Type", home.type and label("home_type", home.type)),
        ("Surface", surface(home.surface) if home.surface else ""),
        ("Occupants", home.occupants),
        ("Loyer et charges", f"{euros(home.rent)} par mois" if home.rent is not None else ""),
        ("Motifs", ", ".join(label("motive", code) for code in form.motives)),
    ]


def _wish(demand: Demand, form: Form) -> Rows:
    communes = ", ".join(w.commune.name for w in demand.wishes.select_related("commune").order_by("rank"))
    return [
        ("Types", ", ".join(form.wish.types)),
        ("Communes, dans l’ordre", communes),
        ("Accepte les communes proches", yes_no(form.wish.widened)),
        ("Loyer au plus", euros(form.wish.max_rent) if form.wish.max_rent is not None else ""),
        *([("Quartiers", form.wish.districts)] if form.wish.districts else []),
        *([("Précisions", form.notes)] if form.notes else []),
    ]
