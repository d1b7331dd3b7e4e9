"""What an agenda in preparation still lacks: told dwelling by dwelling, before members are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.timezone import localdate

from palier.applications.models import Application
from palier.commissions.models import AgendaItem, Seat, Session
from palier.commissions.queries import concerned, seats_in
from palier.commissions.rules import rules_of_session
from palier.common import clock
from palier.documents.queries import DueRow, missing
from palier.law import procedure
from palier.law.discretion import Reader
from palier.law.procedure import Rules
from palier.law.reasons import listing
from palier.territories.queries import setting

# Beyond, a list of documents is read in the file itself.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """`blocking`: the session cannot be published as it stands."""

    text: str
    blocking: bool = False


def gaps(session: Session, items: Sequence[AgendaItem]) -> dict[int, list[Gap]]:
    """item → what is missing for it: candidates, documents, members. In the order in which one mends them."""
    seats, rules = seats_in(session), rules_of_session(session)
    return {item.pk: [*_candidates(item), *_members(item, seats, rules)] for item in items}


def _candidates(item: AgendaItem) -> list[Gap]:
    found = []
    every = list(item.candidates.select_related("application__demand").order_by("position", "pk"))
    here = [candidate for candidate in every if candidate.application.state == "on_agenda"]
    least = setting("candidates_examined", on=clock.today(), territory=item.offer.dwelling.commune.department_id)
    if not here:
        found.append(Gap("Il ne reste aucun candidat : retirez ce logement.", blocking=True))
    elif len(here) < least and not item.exception:
        words = f"{len(here)} candidat{'s' if len(here) > 1 else ''}"
        found.append(
            Gap(f"{words}, la loi en demande {least} (CCH R441-3), et aucune exception n’est motivée.", blocking=True)
        )
    for candidate in every:
        if candidate not in here:
            found.append(Gap(f"Candidat {candidate.position} : ce ménage n’est plus candidat."))
        elif words := lacking_documents(candidate.application):
            found.append(Gap(f"Candidat {candidate.position} : {words}."))
    return found


def lacking_documents(application: Application) -> str:
    """« il manque l’avis d’impôt ; expiré : titre de séjour »; what a commission may not know of is left out."""
    rows = missing(application.demand, Reader.OTHERS, held_on=localdate(application.applied_at))
    parts = []
    for words, states in (("il manque", ("missing",)), ("refusé", ("refused",)), ("expiré", ("lapsed",))):
        if labels := [_named(row) for row in rows if row.state in states]:
            more = f" et {len(labels) - NAMED} autres" if len(labels) > NAMED else ""
            parts.append(f"{words} : {', '.join(labels[:NAMED])}{more}")
    return " ; ".join(parts)


def _named(row: DueRow) -> str:
    return f"{row.label[0].lower()}{row.label[1:]}"


def _members(item: AgendaItem, seats: Sequence[Seat], rules: Rules) -> list[Gap]:
    """Who is not there to be called for this dwelling."""
    called = [seat for seat in seats if seat.voting and concerned(seat, item)]
    place = item.offer.dwelling.commune.name
    kinds = {kind: sum(seat.capacity == kind for seat in called) for kind in procedure.VOTING}
    found = [
        Gap(
            f"Le quorum demande {asked} {procedure.SHORT[kind][asked > 1]} : {kinds[kind] or 'aucun'} n’est appelé ici."
        )
        for kind, asked in rules.quorum_kinds.items()
        if kinds[kind] < asked
    ]
    if len(called) < rules.quorum:
        found.append(Gap(f"{len(called)} membres peuvent voter, et le quorum est de {rules.quorum} voix."))
    absent = [
        words
        for kind, words in (
            ("mayor", f"le maire de {place} (voix prépondérante)"),
            ("epci", "l’intercommunalité"),
            ("prefect", "le préfet"),
        )
        if not kinds[kind] and kind not in rules.quorum_kinds
    ]
    if absent:
        found.append(Gap(f"Aucun siège pour {listing(absent)}."))
    return found


def callings(session: Session, items: Sequence[AgendaItem]) -> list[tuple[Seat, int]]:
    """Each seat with the number of dwellings it would be called for; those called for none come last."""
    counted = [(seat, sum(concerned(seat, item) for item in items)) for seat in seats_in(session)]
    return sorted(counted, key=lambda one: one[1] == 0)
