"""A list costs the same number of queries with one row and with thirty; a fragment is a part of its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.commissions.models import AgendaItem, Ballot, Candidate, Comment
from palier.demo.playing import character
from palier.documents.models import Piece, Recognition
from palier.employers.models import Company, JobAttestation
from palier.exchanges.models import Operation
from palier.law.occupancy_review import Suitable
from palier.reservations.models import Convention, Turn
from palier.reviews.models import Examination, Review, Tenancy
from tests.builders import CAEN
from tests.conftest import NOW
from tests.harness.conftest import Town

MANY = 29


def offers(town: Town, count: int) -> None:
    for _ in range(count):
        town.build.offer(town.landlord)


def applications(town: Town, count: int) -> None:
    """More dwellings to which the household applied once, and withdrew."""
    for _ in range(count):
        town.build.application(
            town.demand, town.build.offer(town.landlord), state="withdrawn", live_slot=None, reason_text="Autre choix"
        )


def rivals(town: Town, count: int) -> None:
    town.rivals(town.free, count)


def to_instruct(town: Town, count: int) -> None:
    for application in town.rivals(town.free, count):
        type(application).objects.filter(pk=application.pk).update(state="sent")


def held(town: Town, count: int) -> None:
    for _ in range(count):
        offer = town.build.offer(town.landlord, contingent="action_logement", holder=town.reserved.holder)
        town.rivals(offer, 1)


def turns(town: Town, count: int) -> None:
    """More dwellings of the flow, whose turn is the holder's."""
    convention, _ = Convention.objects.get_or_create(
        landlord=town.landlord, holder=town.reserved.holder, contingent="action_logement", department_id="14",
        defaults={"percent": 20, "designation_days": 30, "valid_from": date(2026, 1, 1), "recorded_at": NOW},
    )  # fmt: skip
    for _ in range(count):
        offer = town.build.offer(town.landlord, contingent="action_logement", holder=convention.holder)
        Turn.objects.create(
            vacancy_id=offer.vacancy_id, landlord=town.landlord, holder=convention.holder, convention=convention, kind="flow",
            state="open", on=NOW.date(), due_at=NOW + timedelta(days=20), why="Son tour",
        )  # fmt: skip


def pieces(town: Town, count: int) -> None:
    for n in range(count):
        Piece.objects.create(
            demand=town.demand, kind="identity", about="applicant", original_name=f"{n}.png", size=1, pages=1,
            media_type="image/png", sha256=f"{town.build.next():064x}", uploaded_at=NOW, file_name=f"{town.build.next()}", uploaded_role="applicant",
        )  # fmt: skip


def recognitions(town: Town, count: int) -> None:
    for _ in range(count):
        demand = town.build.demand(town.build.person())
        Recognition.objects.create(demand=demand, situation="eviction", asked_at=NOW)


def refused(town: Town, count: int) -> None:
    for _ in range(count):
        town.refused(town.build.demand(town.build.person()))


def waiting(town: Town, count: int) -> None:
    refused(town, count)
    Operation.objects.filter(state="refused").update(state="waiting", error="half")


def attestations(town: Town, count: int) -> None:
    company = Company.objects.get(pk=town.job.company_id)
    for _ in range(count):
        JobAttestation.objects.create(
            person=town.build.person(), siret=company.siret, employer_name=company.name, contract="CDI",
            state="asked", company=company, consent_at=NOW,
        )  # fmt: skip


def sessions(town: Town, count: int) -> None:
    for n in range(count):
        type(town.session).objects.create(
            commission=town.session.commission, number=f"2027-{town.build.next():03d}", state="published",
            opens_at=NOW + timedelta(days=20, minutes=count * 100 + n), closes_at=NOW + timedelta(days=21, minutes=count * 100 + n),
        )  # fmt: skip


def agenda(town: Town, count: int) -> None:
    for n in range(count):
        offer = town.build.offer(town.landlord)
        item = AgendaItem.objects.create(session=town.session, offer=offer, position=count * 100 + n)
        for position, application in enumerate(town.rivals(offer, 3), start=1):
            Candidate.objects.create(
                item=item, application=application, position=position, facts=town.candidates[0].facts
            )


def met(town: Town, count: int) -> None:
    """The session is a meeting under way, with more dwellings and a vote recorded on each."""
    type(town.session).objects.filter(pk=town.session.pk).update(form="meeting", place="Siège", opens_at=NOW)
    agenda(town, count)
    seat = town.session.commission.seats.get(person__email="helene.maire@exemple.fr")
    for item in AgendaItem.objects.filter(session=town.session, ballots=None).order_by("pk"):
        ranking = list(item.candidates.order_by("position").values_list("pk", flat=True))
        Ballot.objects.create(
            item=item, seat=seat, ranking=ranking, cast_at=NOW, given="room", recorded_by=character("nadia.secretaire").person
        )  # fmt: skip


def said(town: Town, count: int) -> None:
    for n in range(count):
        Comment.objects.create(
            item=town.item,
            person=town.build.person(),
            by_member=n % 2 == 0,
            capacity="Membre",
            text=f"Message {n}",
            at=NOW,
        )


def organisations(town: Town, count: int) -> None:
    for _ in range(count):
        town.build.organisation()


def demands(town: Town, count: int) -> None:
    for _ in range(count):
        town.build.demand(town.build.person())


def tenancies(town: Town, count: int, **fields) -> list[Tenancy]:
    """Leases that are due, of the cast's landlord."""
    return [
        Tenancy.objects.create(
            landlord=town.landlord, dwelling=town.build.dwelling(town.landlord, type="T4"), tenants="Essai",
            signed_on=date(2020, 11, 30), recorded_at=NOW, **fields,
        )
        for _ in range(count)
    ]  # fmt: skip


def swapping(town: Town, count: int) -> None:
    """Pairs of tenants who asked for a transfer, one too small and one too large."""
    for tenancy in tenancies(town, count):
        person = town.build.person()
        Tenancy.objects.filter(pk=tenancy.pk).update(person=person)
        town.build.demand(person, transfer=True)


def reviews(town: Town, count: int, state: str = "asked", **fields) -> list[Review]:
    return [
        Review.objects.create(
            tenancy=tenancy, due_on=date(2026, 11, 30), state=state, asked_at=NOW, answer_by=NOW.date(), **fields
        )
        for tenancy in tenancies(town, count)
    ]


def examinations(town: Town, count: int) -> None:
    facts = {"commune": CAEN, "dwelling": "T4 à Caen", "household": "Un adulte", "situations": [], "notes": []}
    for n, review in enumerate(reviews(town, count, state="on_agenda", declared_on=NOW.date())):
        Examination.objects.create(
            session=town.session,
            review=review,
            position=count * 100 + n,
            facts=facts,
            proposed=Suitable(("T2",)).to_dict(),
        )


LISTS: dict[str, tuple[str, str, Callable[[Town, int], None]]] = {
    "visitor offers": ("", "/offres/", offers),
    "visitor map": ("", "/offres/carte/", offers),
    "my offers": ("amina.benali", "/mon-espace/offres/", offers),
    "my applications": ("amina.benali", "/mon-espace/candidatures/", applications),
    "my documents": ("amina.benali", "/mon-espace/pieces/", pieces),
    "desk documents": ("claire.guichet", "/guichet/pieces/", pieces),
    "desk recognitions": ("claire.guichet", "/guichet/situations/", recognitions),
    "desk register": ("claire.guichet", "/guichet/registre/", refused),
    "desk register waiting": ("claire.guichet", "/guichet/registre/?voir=en-cours", waiting),
    "desk": ("claire.guichet", "/guichet/", demands),
    "attestations": ("marc.employeur", "/employeur/", attestations),
    "landlord home": ("sophie.bailleur", "/bailleur/", offers),
    "landlord dwellings": ("sophie.bailleur", "/bailleur/logements/", offers),
    "landlord offers": ("sophie.bailleur", "/bailleur/offres/", offers),
    "landlord confirming": ("sophie.bailleur", "/bailleur/offres/confirmer/", offers),
    "delays": ("sophie.bailleur", "/espace/delais/", offers),
    "candidates": ("sophie.bailleur", "/bailleur/offres/{free}/candidats/", rivals),
    "instruction": ("sophie.bailleur", "/bailleur/instruction/", to_instruct),
    "allocations": ("sophie.bailleur", "/bailleur/attributions/", offers),
    "flow": ("sophie.bailleur", "/bailleur/reservations/", turns),
    "held flow": ("paul.reservataire", "/reservataire/flux/", turns),
    "held turns": ("paul.reservataire", "/reservataire/", turns),
    "held": ("paul.reservataire", "/reservataire/", held),
    "held candidates": ("paul.reservataire", "/reservataire/logements/{reserved}/", lambda t, n: t.rivals(t.reserved, n)),
    "sessions": ("nadia.secretaire", "/bailleur/seances/", sessions),
    "session": ("nadia.secretaire", "/bailleur/seances/{session}/", agenda),
    "meeting": ("nadia.secretaire", "/bailleur/seances/{session}/reunion/", met),
    "sheet": ("nadia.secretaire", "/bailleur/seances/{session}/reunion/feuille/", met),
    "recorded votes": ("helene.maire", "/commission/votes-enregistres/", met),
    "session turnout": ("nadia.secretaire", "/bailleur/seances/{session}/participation/", agenda),
    "discussions": ("sophie.bailleur", "/bailleur/discussions/", agenda),
    "discussion": ("helene.maire", "/commission/logements/{item}/discussion/", said),
    "ready": ("nadia.secretaire", "/bailleur/dossiers-prets/", to_instruct),
    "member sessions": ("helene.maire", "/commission/", sessions),
    "member turnout": ("helene.maire", "/commission/seances/{session}/participation/", agenda),
    "member session": ("helene.maire", "/commission/seances/{session}/", agenda),
    "due": ("sophie.bailleur", "/bailleur/occupation/", tenancies),
    "asked": ("sophie.bailleur", "/bailleur/occupation/?voir=declarations", reviews),
    "tenancies": ("sophie.bailleur", "/bailleur/occupation/baux/", tenancies),
    "swaps": ("sophie.bailleur", "/bailleur/occupation/echanges/", swapping),
    "session examinations": ("nadia.secretaire", "/bailleur/seances/{session}/", examinations),
    "member examinations": ("helene.maire", "/commission/seances/{session}/", examinations),
    "organisations": ("alain.admin", "/equipe/organisations/", organisations),
}  # fmt: skip


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", LISTS)
def test_thirty_rows_cost_what_one_costs(town, name):
    key, path, more = LISTS[name]
    path = path.format(free=town.free.pk, reserved=town.reserved.pk, session=town.session.pk, item=town.item.pk)
    client = town.client(key) if key else Client()
    more(town, 1)
    few = queries(client, path)
    more(town, MANY)
    assert queries(client, path) == few


FRAGMENTS = {
    "/offres/?lieu=Caen": "", "/mon-espace/offres/": "amina.benali", "/mon-espace/historique/": "amina.benali",
    "/mon-espace/mes-donnees/": "amina.benali",
    "/guichet/pieces/": "claire.guichet", "/equipe/organisations/": "alain.admin",
    "/commission/logements/{item}/discussion/": "helene.maire", "/equipe/reprises/{takeover}/": "alain.admin",
    "/collectivite/simulations/{simulation}/": "luc.epci",
}  # fmt: skip
# A key is drawn anew for each form.
ONCE = re.compile(r'name="(?:once|csrfmiddlewaretoken)" value="[^"]+"')


def body(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return " ".join(ONCE.sub("", answer.content.decode()).split())


@pytest.mark.parametrize("path", FRAGMENTS)
def test_the_fragment_is_a_part_of_the_page(town, path):
    client = town.client(FRAGMENTS[path]) if FRAGMENTS[path] else Client()
    path = path.format(item=town.item.pk, takeover=town.takeover.pk, simulation=town.simulation.pk)
    part = body(client, path, **{"HX-Request": "true"})
    assert "<html" not in part and len(part) > 40
    assert part in body(client, path)


def test_every_fragment_of_the_pages_is_listed():
    from pathlib import Path

    spaces = Path(__file__).parents[2] / "src" / "palier" / "spaces"
    asked = sum(len(re.findall(r"fragment=\"", p.read_text(encoding="utf-8"))) for p in spaces.rglob("*.py"))
    assert asked == len(FRAGMENTS)
