"""What lapses by itself: a step of the register's night (`demands.nights`), that tells households to renew their proofs.

Each document is spoken of twice at most, once before its end and once after, and a mail of a day speaks of all of them:
those whose day has come, and those that end soon after, so that nobody receives one mail per document.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from palier.accounts.actor import PALIER
from palier.accounts.models import Person
from palier.common import ledger, mail
from palier.common.locks import locked_all
from palier.demands.facts import from_form
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.nights import BLOCK, Step
from palier.demands.telling import in_words
from palier.documents import queries
from palier.documents.kinds import discreet_kind
from palier.documents.models import Piece
from palier.law.document_kinds import RENEWALS
from palier.law.documents import documents_due
from palier.territories.queries import setting

PATH = "/mon-espace/pieces/"


def _untold(day: date, horizon: date) -> QuerySet[Piece]:
    """Accepted documents that end by then and were not spoken of, unless what renews them is given already."""
    newer = Piece.objects.filter(
        Q(state="received") | Q(state="accepted", valid_until__gt=OuterRef("valid_until")),
        demand=OuterRef("demand"), kind=OuterRef("kind"), about=OuterRef("about"),
    )  # fmt: skip
    ended = Q(valid_until__lt=day)
    return Piece.objects.filter(
        ~Exists(newer),
        Q(soon_told_on=None) | ended,
        state="accepted", valid_until__lte=horizon, lapse_told_on=None, demand__state="active",
    )  # fmt: skip


def _to_tell(after: int, day: date) -> Sequence[int]:
    ending = _untold(day, day + queries.notice()).filter(demand__gt=after)
    return ending.order_by("demand").values_list("demand", flat=True).distinct()[:BLOCK]


def _tell(keys: Sequence[int], day: date) -> int:
    """One mail to each household, for what its situation still asks; who answered meanwhile is left alone."""
    held = {d.pk: d for d in locked_all(Demand.objects.filter(pk__in=keys, state="active"))}
    gathered = day + queries.notice() + timedelta(days=setting("proof_gather_days", on=day))
    told: dict[int, list[Piece]] = {}
    asked = {pk: _asked(demand, day) for pk, demand in held.items()}
    for piece in _untold(day, gathered).filter(demand__in=held).order_by("demand", "valid_until", "pk"):
        if (piece.kind, piece.about) in asked[piece.demand_id]:
            told.setdefault(piece.demand_id, []).append(piece)
    _mark("lapse", {pk: [p for p in pieces if p.valid_until < day] for pk, pieces in told.items()}, held, day)
    _mark("remind", {pk: [p for p in pieces if p.valid_until >= day] for pk, pieces in told.items()}, held, day)
    _write(told, held, day)
    return len(told)


def _asked(demand: Demand, day: date) -> set[tuple[str, str]]:
    household = from_form(Form.from_json(demand.form), demand, epcis=())
    return {(item.kind, item.person) for item in documents_due(household, day)}


def _mark(verb: str, told: dict[int, list[Piece]], held: dict[int, Demand], day: date) -> None:
    spoken = [p.pk for pieces in told.values() for p in pieces]
    Piece.objects.filter(pk__in=spoken).update(**{_MARKS[verb]: day})
    ledger.record_all(
        verb=f"pieces.{verb}", actor=PALIER,
        rows=[(held[pk], pk, {"kinds": _names(pieces)}) for pk, pieces in told.items() if pieces],
    )  # fmt: skip


_MARKS = {"lapse": "lapse_told_on", "remind": "soon_told_on"}


def _write(told: dict[int, list[Piece]], held: dict[int, Demand], day: date) -> None:
    holders = {held[pk].person_id for pk in told if held[pk].person_id}
    people = {p.pk: p for p in Person.objects.filter(pk__in=holders).order_by("pk")}
    rows = []
    for pk, pieces in told.items():
        person = people.get(held[pk].person_id)
        # Registered at a desk, a household may have given an address without an account.
        address = person.email if person else held[pk].form["applicant"].get("email", "")
        if address:
            words = {
                "lapsed": "\n".join(f"- {_line(p)}" for p in pieces if p.valid_until < day),
                "soon": "\n".join(f"- {_line(p)}" for p in pieces if p.valid_until >= day),
                "action_path": PATH,
                "action_label": "Renouveler mes pièces",
            }
            rows.append((address, person.first_name if person else "", words, held[pk].person_id, pk))
    mail.post_all(
        kind="pieces.renew", subject="Des pièces de votre dossier sont à renouveler", template="pieces_renew", rows=rows
    )


def _line(piece: Piece) -> str:
    name, renewal = discreet_kind(piece.kind), RENEWALS.get(piece.kind, "")
    return f"{name}, jusqu’au {in_words(piece.valid_until)}" + (f" : envoyez {renewal}" if renewal else "")


def _names(pieces: Sequence[Piece]) -> str:
    return ", ".join(dict.fromkeys(f"{discreet_kind(p.kind)} ({in_words(p.valid_until)})" for p in pieces))


STEP = Step("proofs", "Pièces à renouveler", _to_tell, _tell)
