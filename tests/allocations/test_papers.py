"""Each paper: what it says, for whom, and never before the signature."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pikepdf
import pytest

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications.models import Application
from palier.commissions import actions as commissions
from palier.common import clock
from palier.common.models import Event, Message
from palier.demands.models import Demand, DemandVersion
from tests.chain.test_chain import AFTER, CLOSES, Stage
from tests.commissions.reading import text_of

PAPERS = ["decision", "proposition", "bail", "radiation"]
APPEAL = "saisissez le tribunal administratif de Caen"


def address(application_id: int, paper: str) -> str:
    return f"/mon-espace/candidatures/{application_id}/{paper}/"


def begin(build) -> Stage:
    """Four candidates: rank 1, rank 2, a condition at rank 3, a non-allocation; counted, not signed."""
    stage = Stage(build)
    stage.landlord.address, stage.landlord.phone = "20 boulevard du Modèle\n14000 Caen", "02 00 00 00 01"
    stage.landlord.save()
    candidates = stage.to_agenda()
    stage.vote(candidates)
    with clock.frozen_at(CLOSES + timedelta(minutes=1)):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        stage.as_(
            stage.secretary, commissions.decide, candidate_id=candidates[2].pk, kind="conditional", rank=3,
            condition_document="tax_notice", condition_due=(CLOSES + timedelta(days=15)).date(),
        )  # fmt: skip
        stage.as_(
            stage.secretary, commissions.decide, candidate_id=candidates[3].pk, kind="non_allocation",
            reasons=["too_large", "effort_too_high"], reason_text="Un T2 conviendrait mieux.",
        )  # fmt: skip
    stage.candidates = candidates
    stage.people = [stage.household_of(c) for c in candidates]
    stage.applications = [c.application_id for c in candidates]
    return stage


@pytest.fixture
def decided(begun) -> Stage:
    return begun


@pytest.fixture
def signed(decided):
    with clock.frozen_at(CLOSES + timedelta(hours=1)):
        decided.as_(decided.president, commissions.sign, session_id=decided.session.pk)
    return decided


@pytest.fixture
def leased(signed):
    proposal = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        signed.as_(signed.people[0], allocations.accept, proposal_id=proposal.pk)
        signed.as_(
            signed.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date() + timedelta(days=5), rent=Decimal("410.00"), charges=Decimal("85.00"),
        )  # fmt: skip
    signed.proposal = proposal
    return signed


def letter(stage, client_for, place: int, paper: str = "decision") -> str:
    answer = client_for(stage.people[place]).get(address(stage.applications[place], paper))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    return text_of(answer.content)


def lacking(text: str, *words: str) -> list[str]:
    plain = text.replace("\u00a0", " ").replace("\u202f", " ")
    return [w for w in words if w not in plain]


def test_no_paper_before_the_signature(decided, client_for):
    client = client_for(decided.people[3])
    found = [client.get(address(decided.applications[3], paper)).status_code for paper in PAPERS]
    secretary = client_for(decided.secretary).get(f"/bailleur/candidatures/{decided.applications[3]}/decision/")
    page = client.get(f"/mon-espace/candidatures/{decided.applications[3]}/").content.decode()
    assert (found, secretary.status_code, "Vos papiers" in page) == ([404] * 4, 404, False)


def test_the_letter_of_rank_one_asks_for_an_answer(signed, client_for):
    text = letter(signed, client_for, 0)
    demand = Demand.objects.get(pk=signed.candidates[0].application.demand_id)
    number = f"{demand.number[:3]} {demand.number[3:7]} {demand.number[7:13]} {demand.number[13:]}"
    assert lacking(
        text, "Un logement vous est proposé", "Madame Camille Essai", "1 rue de l’Essai", "14000 Caen", number,
        "Organisme", "20 boulevard du Modèle", "02 00 00 00 01", "T3 de 62 m² à Caen", "rue des Essais, 14000 Caen",
        "Loyer : 410 €", "charges estimées : 85 €", "1er étage · sans ascenseur", "Commission d’essai", "2026-001",
        "rang 1 sur 3", "Répondez avant le 6 décembre 2026 à 23 h 59", "26 novembre 2026", "le 26 novembre 2026",
        "silence comme un refus",
    ) == []  # fmt: skip
    assert APPEAL not in text


def test_the_letter_of_a_later_rank_then_its_proposal_when_its_turn_comes(signed, client_for):
    text = letter(signed, client_for, 1)
    assert lacking(text, "Vous êtes classé pour un logement", "au rang 2 sur 3", "Ce n’est pas un refus") == []
    assert ("Répondez avant" in text, APPEAL in text) == (False, False)
    client = client_for(signed.people[1])
    assert client.get(address(signed.applications[1], "proposition")).status_code == 404
    with clock.frozen_at(AFTER):
        first = Proposal.objects.get(rank=1)
        signed.as_(signed.people[0], allocations.decline, proposal_id=first.pk, reason="rent")
    called = letter(signed, client_for, 1, "proposition")
    assert lacking(called, "C’est maintenant votre tour", "Répondez avant le 6 décembre 2026 à 23 h 59") == []
    assert letter(signed, client_for, 1) == text


def test_a_conditional_letter_names_the_document_and_its_day(signed, client_for):
    text = letter(signed, client_for, 2)
    assert (
        lacking(text, "sous une condition", "au rang 3", "Avis d’impôt", "Avant le 11 décembre 2026", "doit signer")
        == []
    )


def test_a_refusal_gives_every_ground_what_to_do_and_how_to_appeal(signed, client_for):
    text = letter(signed, client_for, 3)
    assert lacking(
        text, "Ce logement ne vous est pas attribué", "Le logement est trop grand pour votre ménage",
        "Ajoutez à vos souhaits un type plus petit", "Le loyer serait trop lourd pour vos ressources",
        "vérifier vos droits à l’APL", "Un T2 conviendrait mieux", "votre demande reste active", "2 mois", "recours gracieux", APPEAL,
    ) == []  # fmt: skip
    assert "rue des Essais" not in text


def test_a_letter_does_not_change_when_the_household_moves(signed, client_for):
    before = client_for(signed.people[3]).get(address(signed.applications[3], "decision")).content
    demand = Demand.objects.get(pk=signed.candidates[3].application.demand_id)
    demand.form["address"]["line"] = "99 rue Nouvelle"
    demand.save()
    DemandVersion.objects.create(demand=demand, revision=2, at=AFTER, form=demand.form)
    assert client_for(signed.people[3]).get(address(signed.applications[3], "decision")).content == before


def test_the_page_gives_the_grounds_the_appeal_and_the_letter(signed, client_for):
    page = client_for(signed.people[3]).get(f"/mon-espace/candidatures/{signed.applications[3]}/").content.decode()
    assert lacking(
        page, "Le logement est trop grand pour votre ménage", "Ajoutez à vos souhaits un type plus petit.",
        "Un T2 conviendrait mieux.", "votre demande reste active", "recours gracieux", "tribunal administratif de Caen",
        "<strong>2 mois</strong>", "commission de médiation", f'href="{address(signed.applications[3], "decision")}"',
    ) == []  # fmt: skip
    winner = client_for(signed.people[0]).get(f"/mon-espace/candidatures/{signed.applications[0]}/").content.decode()
    assert ("recours gracieux" in winner, winner.count("/decision/")) == (False, 1)


def test_a_rejection_tells_the_day_from_which_the_demand_may_be_removed(decided, client_for):
    with clock.frozen_at(CLOSES + timedelta(hours=1)):
        decided.as_(
            decided.secretary, commissions.decide, candidate_id=decided.candidates[3].pk, kind="rejection",
            reasons=["income_over_ceiling"],
        )  # fmt: skip
        decided.as_(decided.president, commissions.sign, session_id=decided.session.pk)
    page = client_for(decided.people[3]).get(f"/mon-espace/candidatures/{decided.applications[3]}/").content.decode()
    assert (
        lacking(page, "Vos ressources dépassent le plafond", "à partir du 26 décembre 2026", "tribunal administratif")
        == []
    )
    assert "reste active" not in page
    assert (
        lacking(
            letter(decided, client_for, 3), "irrecevabilité", "peut être radiée à partir du 26 décembre 2026", APPEAL
        )
        == []
    )


def test_each_candidate_gets_one_mail_without_its_case_and_one_row_in_its_story(signed):
    mails = Message.objects.filter(kind__in=["allocations.allocated", "allocations.decided"]).order_by("pk")
    assert sorted(m.person for m in mails) == sorted(p.person_id for p in signed.people)
    told = {m.person: m for m in mails}
    assert told[signed.people[0].person_id].subject == "Votre réponse est attendue avant le 6 décembre 2026 à 23:59"
    for person in signed.people[1:]:
        assert told[person.person_id].subject == "La commission d’attribution a rendu sa décision"
    forbidden = ["Essai", "T3", "Caen", "Organisme", "014", "rang", "trop", "410", "attribué", "refus", "1 rue"]
    for place, person in enumerate(signed.people):
        text = told[person.person_id].text.split("\n", 1)[1].replace("d’attribution", "")
        said = [w for w in forbidden if w in text and not (place == 0 and w == "refus")]
        assert (said, person.person.first_name in told[person.person_id].text) == ([], True)
    rows = {
        "applications.rank": [0, 1, 2], "applications.allocate": [0], "applications.do_not_allocate": [3],
    }  # fmt: skip
    for verb, places in rows.items():
        threads = Event.objects.filter(verb=verb).order_by("pk").values_list("thread", flat=True)
        assert sorted(threads) == sorted(signed.candidates[n].application.demand_id for n in places)


def test_the_summary_of_the_lease_for_the_household_and_its_landlord(leased, client_for):
    own = client_for(leased.people[0]).get(address(leased.applications[0], "bail"))
    landlord = client_for(leased.agent).get(f"/bailleur/attributions/{leased.proposal.pk}/resume-du-bail/")
    assert (landlord.status_code, landlord.content) == (200, own.content)
    assert lacking(
        text_of(own.content), "Résumé de votre bail", "Camille Essai", "T3 de 62 m² à Caen", "PLUS (loyer social)",
        "Bail signé le 26 novembre 2026", "Début de la location 1er décembre 2026", "410 €", "85 €", "495 €",
        "close depuis le 26 novembre 2026", "20 boulevard du Modèle",
    ) == []  # fmt: skip


def test_the_certificate_of_removal_after_the_lease(leased, client_for):
    assert lacking(
        letter(leased, client_for, 0, "radiation"), "Attestation de radiation", "RADATT", "vous avez signé le bail",
        "Radiée le 26 novembre 2026", "Bail signé le 26 novembre 2026", "Camille Essai", "1 rue de l’Essai",
        "T3 de 62 m² à Caen", "effacées le 26 novembre 2027",
    ) == []  # fmt: skip
    page = client_for(leased.people[0]).get(f"/mon-espace/candidatures/{leased.applications[0]}/").content.decode()
    names = ["L’attestation de radiation", "Le résumé du bail", "La lettre de décision"]
    assert [name in page for name in names] == [True] * 3


def test_no_lease_paper_for_who_has_no_lease(leased, client_for):
    client = client_for(leased.people[1])
    found = [client.get(address(leased.applications[1], p)).status_code for p in ("bail", "radiation")]
    assert found == [404, 404]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_is_its_household_s_only(leased, client_for, build, paper):
    application = leased.applications[0]
    others = [leased.people[1], leased.agent, leased.secretary, leased.president, build.actor(Role.APPLICANT)]
    others += [build.actor(role) for role in (Role.DESK, Role.SUPPORT, Role.EMPLOYER, Role.AUTHORITY)]
    assert [client_for(a).get(address(application, paper)).status_code for a in others] == [404] * len(others)
    visitor = client_for(leased.people[0].__class__(role="visitor")).get(address(application, paper))
    assert (visitor.status_code, visitor.headers["Location"].startswith("/compte/")) == (302, True)


def test_landlord_s_copies_are_its_own_and_journaled(leased, client_for, build):
    from palier.documents.models import Reading

    letter_ = f"/bailleur/candidatures/{leased.applications[3]}/decision/"
    lease = f"/bailleur/attributions/{leased.proposal.pk}/resume-du-bail/"
    assert client_for(leased.secretary).get(letter_).status_code == 200
    assert client_for(leased.agent).get(lease).status_code == 200
    read = Reading.objects.filter(what__in=["lettre de décision", "résumé du bail"]).order_by("pk")
    assert [(r.what, r.demand_id) for r in read] == [
        ("lettre de décision", leased.candidates[3].application.demand_id),
        ("résumé du bail", leased.candidates[0].application.demand_id),
    ]
    strangers = [build.actor(Role.SECRETARY), build.actor(Role.LANDLORD), leased.president, leased.people[1]]
    assert [client_for(a).get(u).status_code for a in strangers for u in (letter_, lease)] == [404] * 8


def test_a_household_without_account_has_its_letter_marked_to_be_posted(decided, client_for):
    Demand.objects.filter(pk=decided.candidates[3].application.demand_id).update(person=None)
    with clock.frozen_at(CLOSES + timedelta(hours=1)):
        decided.as_(decided.president, commissions.sign, session_id=decided.session.pk)
    page = client_for(decided.secretary).get(f"/bailleur/seances/{decided.session.pk}/").content.decode()
    links = [f'href="/bailleur/candidatures/{pk}/decision/"' in page for pk in decided.applications]
    assert (links, page.count("À poster")) == ([True] * 4, 1)
    assert Application.objects.get(pk=decided.applications[3]).state == "not_allocated"


def test_papers_are_tagged_for_screen_readers(leased, client_for):
    for paper in ("decision", "bail", "radiation"):
        content = client_for(leased.people[0]).get(address(leased.applications[0], paper)).content
        with pikepdf.open(io.BytesIO(content)) as document:
            assert (bool(document.Root.MarkInfo.Marked), str(document.Root.Lang)) == (True, "fr-FR")
