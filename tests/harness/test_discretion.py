"""Every page, file and mail, for every role: nothing tells that a household flees violence, nor where it lives.

A town where every household does. Two readings of each address, as every role but the household and the State's
service: no secret word is in it; and it is the same, letter for letter, as in the same town where the motive is « autre »
and the recognised situation another one worth as many points. So no blank, count, order, tag or column gives it away.
A new page is swept by itself: the addresses come from the table of rights.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from os.path import commonprefix
from typing import NamedTuple

import pikepdf
import pypdfium2
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from palier.accounts.actor import Actor
from palier.accounts.roles import OrganisationKind, Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications.models import Application
from palier.applications.states import APPLICATION, LIVE
from palier.commissions import actions as commissions
from palier.commissions.facts import candidate_facts
from palier.commissions.models import Candidate
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Message
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Score
from palier.demands.form import Form
from palier.demands.models import Demand, Likeness, Notice
from palier.demands.sheltering import shelter
from palier.demo.playing import character, play
from palier.demo.underway import session_of
from palier.documents import actions as documents
from palier.documents.models import Piece, Recognition
from palier.exchanges.sending import letter_of
from palier.law.grid_files import source_of
from palier.spaces.desk.life import LISTS
from palier.spaces.desk.views import STEPS
from palier.spaces.matrix import ROLES
from palier.territories.models import Commune
from tests.builders import CAEN, Builder
from tests.conftest import NOW
from tests.documents import files
from tests.harness.conftest import Town, form
from tests.harness.test_forged import ADDRESSES, RIGHTS

PLACES = ("7 impasse du Refuge", "bat-refuge", "06 39 98 77 77", "0639987777", "Atelier du Refuge")
TOLD = "il faut que personne ne sache rien de ma fuite"
WORDS = re.compile(r"violence|plainte ou ord|ordonnance de protection|confidentiel", re.IGNORECASE)
# The desk registers the form and corrects it: there, and there alone, it reads what the form declares (CCH R441-2-1).
REGISTERING = {"desk:dossier", "desk:edit", "desk:exchange_mend", "desk:upload", "desk:separate"}
# Pages that speak of violence to everyone, because that is what they are about; they know of nobody.
ABOUT = {
    "public:careful_words", "public:privacy", "public:grid", "public:grid_text", "authority:grid", "authority:grid_discard",
    "authority:grid_publish", "authority:grid_withdraw", "desk:register", "desk:terms", "desk:terms_of",
}  # fmt: skip
# Of one kind of page, for one role: of applications, one in each state; and forms sent wrong.
ENOUGH, WRONG = 3, 2
STATES = {"dossiers": len(APPLICATION.states) + 4, "candidatures": len(APPLICATION.states)}
# They only send elsewhere, answer a file that this town does not keep, or a sending that its sender alone knows of.
UNREAD = {
    "desk:end_mandate", "desk:lift", "holder:designate", "member:back", "holder:receipt", "staff:takeover_reprise", "spaces:upload_block", "spaces:upload_give_up",
    # No lease is reviewed in this town: these pages show a tenancy, and nothing of a demand. The report is by year.
    "landlord:cancel_review", "landlord:check_review", "landlord:close_review",
    "landlord:declare_review", "landlord:follow_review", "landlord:remind_review", "landlord:review",
    "landlord:review_opinion", "landlord:review_request", "landlord:send_review", "landlord:take_off_review",
    "landlord:write_opinion", "member:review", "member:speak", "member:step_out_review", "spaces:statistics_report",
    # Nobody is invited nor leaves, no two sources contradict each other, no visit is open and no correction proposed here.
    "employer:cancel_invitation", "employer:remove_agent", "holder:reserve", "landlord:cancel_visit",
    "landlord:contradiction", "landlord:model_file", "landlord:withdraw_doubt", "spaces:accept_invitation",
    "spaces:decline_invitation",
    # This town has no convention: nothing of a demand is on these pages.
    "holder:flow_balance", "landlord:end_convention", "landlord:flow_balance", "landlord:sign_balance",
    # Nothing is offered without a commission in this town: the page shows an offer and the number of an application.
    "landlord:choose",
    # A landlord's systems and files: none in this town, and nothing of a demand in them.
    "landlord:confirm_file", "landlord:drop_file", "landlord:replay", "landlord:renew_token", "landlord:revoke_system",
    "landlord:stock_file", "landlord:system", "landlord:system_log", "landlord:try_webhook", "landlord:webhook",
}  # fmt: skip
# Who presides reads what the other members do not.
PRESIDENT = "yves.membre"
RANDOM = re.compile(
    r'name="(?:once|csrfmiddlewaretoken)" value="[^"]*"|data-once="[^"]*"|nonce="[^"]*"|"X-CSRFToken": "[^"]*"'
)


class FleeingBuilder(Builder):
    """Each household says why it asks, in a motive, in its own words and with a complaint; and shelters its address."""

    def __init__(self) -> None:
        super().__init__()
        self.state = self.actor(
            Role.RESERVATION_HOLDER, self.organisation(OrganisationKind.STATE, name="DDETS d’essai")
        )

    def demand(self, person=None, **fields) -> Demand:
        plain = self.form()
        told = plain.to_json() | {"motives": ["06"], "motive_text": TOLD, "notes": TOLD}
        told["address"] = {"line": PLACES[0], "building": PLACES[1], "postcode": "14000", "commune": CAEN}
        told["applicant"] |= {"phone": PLACES[2], "other_phone": PLACES[3]}
        told["applicant"]["work"] |= {"employer": PLACES[4]}
        made = super().demand(person, form=Form.from_json(told), **fields)
        household = Actor(role=Role.APPLICANT, person=person)
        with acting(household.scope):
            shelter(actor=household, demand_id=made.pk)
            made.refresh_from_db()
            asked = documents.ask_recognition(
                actor=household, demand=made, situation="violence", upload=files.upload(files.pdf(), "depot.pdf")
            )
            documents.receive(
                actor=household, demand=made, kind="identity", upload=files.upload(files.pdf(), PLACES[0])
            )
        with acting(self.state.scope):
            documents.recognise(actor=self.state, recognition_id=asked.pk, valid_to=NOW.date() + timedelta(days=30))
        return made


class FleeingTown(Town):
    """The same town; one household has besides one application in every state."""

    def __init__(self) -> None:
        commune = Commune.objects.get(code=CAEN)
        build = FleeingBuilder()
        source = source_of("exemple-calvados-orne").replace(
            'points = 70\nfact = "situation.pdalhpd"', 'points = 90\nfact = "situation.pdalhpd"'
        )
        publish_grid(
            actor=build.actor(Role.AUTHORITY), key="essai", title="Grille d’essai", source=source,
            valid_from=NOW.date() - timedelta(days=400), epcis=[commune.epci_id],
        )  # fmt: skip
        super().__init__(build)
        self.papers()
        self.meet()
        self.count()
        self.contest()
        first, second = sorted([self.demand.pk, self.sent.demand_id])
        Likeness.objects.create(first_id=first, second_id=second, found_at=NOW)
        Notice.objects.create(demand=self.demand, ground="RADREN", made_at=NOW)
        for slot, state in enumerate(APPLICATION.states, start=10):
            live = slot if state in LIVE else None
            offer = build.offer(self.landlord, contingent="action_logement", holder=self.reserved.holder)
            self.build.application(self.demand, offer, state=state, live_slot=live, reason_text="" if live else "Autre")

    def meet(self) -> None:
        """A session held in a room: one vote recorded for its member."""
        offer, secretary = self.build.offer(self.landlord), character("nadia.secretaire")
        self.rivals(offer, 5)
        session = session_of([offer], NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        play(
            secretary, commissions.hold, session_id=session.pk, form="meeting", place="Siège", why="Un membre la demande"
        )  # fmt: skip
        seat = session.commission.seats.get(person=character("helene.maire").person)
        play(
            secretary, commissions.note_attendance, session_id=session.pk,
            marks=[commissions.Mark(seat.pk, "present")],
        )  # fmt: skip
        item = session.items.get()
        ranking = list(item.candidates.order_by("position").values_list("pk", flat=True))
        play(
            secretary, commissions.record_votes, item_id=item.pk, entries=[commissions.Entry(seat.pk, ranking)]
        )  # fmt: skip

    def count(self) -> None:
        """A session whose votes, once counted, leave every place of its dwelling equal: nobody has settled it yet."""
        offer = self.build.offer(self.landlord)
        self.rivals(offer, 5)
        with clock.frozen_at(NOW - timedelta(days=3)):
            session = session_of([offer], NOW - timedelta(days=2), NOW - timedelta(days=1))
        item = session.items.get()
        first, second, third = item.candidates.order_by("position").values_list("pk", flat=True)
        with clock.frozen_at(session.opens_at + timedelta(hours=1)):
            for key, ranking in (
                ("yves.membre", [first, second, third]), ("helene.maire", [second, third, first]),
                ("ines.membre", [third, first, second]),
            ):  # fmt: skip
                play(character(key), commissions.cast_ballot, item_id=item.pk, ranking=ranking)
        play(character("nadia.secretaire"), commissions.count, session_id=session.pk)

    def contest(self) -> None:
        """Whoever declined contests what the commission decided."""
        proposal = Proposal.objects.select_related("application__demand__person").filter(state="declined").first()
        household = Actor(role=Role.APPLICANT, person=proposal.application.demand.person)
        play(
            household, allocations.contest, application_id=proposal.application_id, text="Le logement n’a pas d’ascenseur."
        )  # fmt: skip

    def papers(self) -> None:
        """The first of the allocated declines; the second is called, accepts, and signs."""
        for answer in ("decline", "accept"):
            proposal = Proposal.objects.select_related("application__demand__person").get(state="sent")
            household = Actor(role=Role.APPLICANT, person=proposal.application.demand.person)
            reason = {"reason": "place"} if answer == "decline" else {}
            play(household, getattr(allocations, answer), proposal_id=proposal.pk, **reason)
        play(
            character("sophie.bailleur"), allocations.record_lease, proposal_id=proposal.pk, signed_on=NOW.date(),
            starts_on=NOW.date(), rent=Decimal(410), charges=Decimal(85),
        )  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_blocker, tmp_path_factory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("documents")
    before = settings.STORAGES
    settings.STORAGES = {**before, "default": {**before["default"], "OPTIONS": {"location": folder}}}
    with django_db_blocker.unblock(), clock.frozen_at(NOW), transaction.atomic():
        with acting(SYSTEM):
            yield FleeingTown()
        transaction.set_rollback(True)
    settings.STORAGES = before
    connection.close()


def keys_of(town: Town) -> dict[str, list[int]]:
    """Objects to try, by the word that their addresses begin with; an unknown word is tried with all of them."""

    def pks(*models) -> list[int]:
        return [
            pk for model in models for pk in apps.get_model(model).objects.order_by("pk").values_list("pk", flat=True)
        ]

    # Those of the household that has one in each state come first.
    own = list(Application.objects.filter(demand=town.demand).order_by("pk").values_list("pk", flat=True))
    sent = [a.pk for a in Application.objects.filter(offer=town.instructed).order_by("pk")]
    found = {
        "reprises": [town.takeover.pk],
        "simulations": [town.simulation.pk],
        "grilles": [town.draft.pk, *pks("cotation.Grid")],
        "courriers": pks("demands.Notice"),
        "doublons": pks("demands.Likeness"),
        "mandats": pks("demands.Mandate"),
        "candidatures": [*own, *pks("applications.Application")],
        "dossiers": [town.demand.pk, *own, *sent, *pks("applications.Application", "demands.Demand")],
        "demandes": [town.demand.pk, *pks("demands.Demand")],
        "pieces": [town.piece.pk, *pks("documents.Piece")],
        "situations": [town.recognition.pk, *pks("documents.Recognition")],
        "registre": pks("exchanges.Operation"),
        "attestations": pks("employers.JobAttestation"),
        "offres": pks("homes.Offer"),
        "votes-enregistres": pks("commissions.Ballot"),
        "logements": pks("commissions.AgendaItem", "homes.Offer", "homes.Dwelling"),
        "seances": pks("commissions.Session"),
        "candidats": pks("commissions.Candidate"),
        "contestations": pks("allocations.Contest"),
        "sieges": pks("commissions.Seat"),
        "remplacement": pks("commissions.Seat"),
        "suppleances": pks("commissions.StandIn"),
        "reglement": pks("commissions.Commission"),
        "membres": pks("commissions.Commission"),
        "baux": pks("reviews.Tenancy"),
        "examens": pks("reviews.Review"),
        "avis": pks("reviews.Examination"),
        "occupation": pks("reviews.Examination"),
        "propositions": pks("allocations.Proposal"),
        "attributions": pks("allocations.Proposal"),
        "decisions": pks("commissions.Candidate"),
        "organisations": pks("accounts.Organisation")[:5],
        # None of these in this town: not to be tried with the keys of something else.
        "agents": [], "contradictions": [], "corrections": [], "invitations": [],
    }  # fmt: skip
    return {word: list(dict.fromkeys(keys)) for word, keys in found.items()}


def words_of(answer) -> str:
    """What somebody may read of an answer: a page with its attributes, a PDF's text and its metadata, a file's bytes."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:5] == b"%PDF-":
        with pikepdf.open(io.BytesIO(content)) as document:
            # The hour at which a copy was drawn differs between two visits and tells nothing.
            told = str({key: str(held) for key, held in document.docinfo.items() if not key.endswith("Date")})
        pdf = pypdfium2.PdfDocument(content)
        return told + "".join(page.get_textpage().get_text_range() for page in pdf)
    heads = " ".join(f"{k}: {v}" for k, v in answer.headers.items() if k in ("Content-Disposition", "Location"))
    return heads + RANDOM.sub("", content.decode("utf-8", "replace"))


class Visit(NamedTuple):
    """One address as one role asks for it, at a moment; `data`: what is posted, None for a reading."""

    role: str
    name: str
    path: str
    at: datetime
    data: tuple[tuple[str, str], ...] | None = None


def words_at(client, visit: Visit) -> str:
    """What is read there; nothing when there is nothing to read. Nothing is kept of the visit."""
    with clock.frozen_at(visit.at), transaction.atomic():
        answer = client.get(visit.path) if visit.data is None else client.post(visit.path, form(**dict(visit.data)))
        if answer.status_code == 302 and visit.data is not None:
            answer = client.get(answer.headers["Location"])
        words = words_of(answer) if answer.status_code in (200, 422) else ""
        transaction.set_rollback(True)
    return words


def clients(town: Town) -> dict[str, Client]:
    """A browser for everyone but the household; another household is among them."""
    people = town.clients() | {"applicant": town.client("famille.morel"), "president": town.client(PRESIDENT)}
    for client in people.values():
        # A form sent out of turn may be an error of its own: what it shows is what counts here.
        client.raise_request_exception = False
    session = people["support"].session
    session[f"why-{town.demand.pk}"] = "Appel"
    session.save()
    return people


def visits(town: Town) -> Iterator[tuple[int, list[Visit]]]:
    """Every address of the table of rights, for each role that may open it: how many pages to read, the ones to try."""
    keys = keys_of(town)
    everything = sorted({pk for held in keys.values() for pk in held})
    sitting = (NOW, town.session.opens_at + timedelta(minutes=5), town.session.closes_at + timedelta(hours=1))
    signed = town.allocated.agenda_items.get().session_id
    worded = {
        "landlord:mayor_note": [f"/bailleur/seances/{signed}/attributions/{CAEN}/"],
        "member:mayor_note": [f"/commission/seances/{signed}/attributions/{CAEN}/"],
        "desk:edit": [f"/guichet/dossiers/{town.demand.pk}/modifier/{step.key}/" for step in STEPS],
        "desk:terms_of": [f"/guichet/echeances/{key}/" for key in LISTS],
        "desk:exchange_mend": [f"/guichet/registre/{town.operation.pk}/corriger/{step.key}/" for step in STEPS],
        "staff:dossier": [f"/equipe/assistance/{town.demand.pk}/{words}" for words in ("", "?mots=agent")],
        "staff:setting": ["/equipe/reglages/files_sent/"],
    }
    for name, row in RIGHTS.items():
        path = row.address or ADDRESSES.get(name, "")
        word = path.split("{}")[0].rstrip("/").rsplit("/", 1)[-1]
        paths = worded.get(name) or [path.format(pk) for pk in (keys.get(word, everything) if "{}" in path else [0])]
        roles = [role for role, right in row.items() if right == "x" and any(paths)]
        for role in [*roles, *(["president"] if name.startswith("member:") else [])]:
            # A member's own pages change with the session's window; the president's are those of after the count.
            for at in sitting if role == "member" and name.startswith("member:") else (NOW,):
                if not row.post_only:
                    yield STATES.get(word, ENOUGH), [Visit(role, name, path, at) for path in paths]
                # The same page once more, with what was wrong in what was sent.
                yield WRONG, [Visit(role, name, path, at, ()) for path in paths[: WRONG * 2]]
    born = (("last_name", "Essai"), ("birth_date", "1990-05-04"))
    yield 1, [Visit("desk", "desk:home", "/guichet/", NOW, born)]
    yield (
        1,
        [Visit("support", "staff:support", "/equipe/assistance/", NOW, (("number", town.demand.number), ("why", "x")))],
    )


def sweep(town: Town) -> dict[Visit, str]:
    """What is read at each address."""
    people, found = clients(town), {}
    for enough, tried in visits(town):
        shown = 0
        for visit in tried:
            if shown < enough and (words := words_at(people[visit.role], visit)):
                shown += 1
                found[visit] = words
    return found


def another_secret() -> None:
    """The same town, but for the secret: another motive, another situation worth as many points, no complaint."""
    for demand in Demand.objects.filter(sheltered=True):
        demand.form = demand.form | {"motives": ["23"], "motive_text": "", "notes": ""}
        demand.main_motive = "23"
        demand.save(update_fields=["form", "main_motive"])
    proofs = list(Recognition.objects.filter(situation="violence").values_list("piece", flat=True))
    Recognition.objects.filter(situation="violence").update(situation="pdalhpd", piece=None)
    Piece.objects.filter(pk__in=proofs).delete()
    for demand in Demand.objects.filter(sheltered=True):
        rescore(demand)
    unsigned = Candidate.objects.filter(item__session__state="published")
    for candidate in unsigned.select_related("application__demand", "application__offer__dwelling__commune"):
        candidate.facts = candidate_facts(candidate.application)
        candidate.save(update_fields=["facts"])


def test_the_town_really_holds_the_secret(town):
    demands = Demand.objects.filter(sheltered=True)
    assert demands.count() > 25
    assert set(demands.values_list("main_motive", flat=True)) == {"06"}
    assert Recognition.objects.filter(situation="violence", state="recognised").count() == demands.count()
    assert "Situation prioritaire" in {line["label"] for s in Score.objects.all() for line in s.lines or []}
    assert set(Application.objects.filter(demand=town.demand).values_list("state", flat=True)) == set(
        APPLICATION.states
    )


def differing(seen: dict[Visit, str], other: dict[Visit, str]) -> list[tuple]:
    """Addresses that are not read the same, with what surrounds the first difference."""
    found = []
    for visit, one in seen.items():
        two = other[visit]
        if one != two:
            at = len(commonprefix([one, two]))
            found.append((*visit, one[max(0, at - 80) : at + 80], two[max(0, at - 80) : at + 80]))
    return found


def test_no_page_of_any_role_tells_it(town):
    seen = sweep(town)
    told = []
    for visit, words in seen.items():
        told += [(*visit, secret) for secret in PLACES if secret in words]
        if visit.name not in REGISTERING:
            told += [(*visit, TOLD)] if TOLD in words else []
            told += [(*visit, word) for word in set(WORDS.findall(words)) if visit.name not in ABOUT]
    assert not told, "\n".join(map(str, told))
    with transaction.atomic():
        another_secret()
        people = clients(town)
        other = {visit: words_at(people[visit.role], visit) for visit in seen}
        transaction.set_rollback(True)
    changed = [one for one in differing(seen, other) if one[1] not in REGISTERING]
    assert not changed, "\n".join(map(str, changed))
    read = {(visit.role, visit.name) for visit in seen}
    readers = {*ROLES, "president"}
    unread = {n for n in RIGHTS if not n.startswith("applicant:") and not any((role, n) in read for role in readers)}
    assert unread == UNREAD


def test_what_the_desk_reads_of_the_form_it_registers(town):
    """The other side of the sweep: it would see a secret if one were shown."""
    seen = words_of(town.client("claire.guichet").get(f"/guichet/dossiers/{town.demand.pk}/"))
    assert "Violences familiales" in seen and TOLD in seen
    assert [place for place in PLACES if place in seen] == []


def test_row_security_keeps_it_from_every_other_role(town):
    """The second wall, without any page: no row of a situation, of its proof or of its story; no place anywhere."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    for role, key in (
        (Role.DESK, "claire.guichet"), (Role.LANDLORD, "sophie.bailleur"), (Role.SECRETARY, "nadia.secretaire"),
        (Role.MEMBER, "ines.membre"), (Role.RESERVATION_HOLDER, "paul.reservataire"), (Role.EMPLOYER, "marc.employeur"),
        (Role.AUTHORITY, "luc.epci"), (Role.SUPPORT, "zoe.assistance"), (Role.ADMINISTRATOR, "alain.admin"),
        (Role.APPLICANT, "famille.morel"),
    ):  # fmt: skip
        with acting(character(key).scope), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM documents_recognition WHERE situation = 'violence'")
            rows = [cursor.fetchone()[0]]
            cursor.execute("SELECT count(*) FROM documents_piece WHERE kind = 'violence'")
            rows.append(cursor.fetchone()[0])
            cursor.execute("SELECT count(*) FROM common_event WHERE data->'reserved' IS NOT NULL")
            rows.append(cursor.fetchone()[0])
            assert rows == [0, 0, 0], role
            for table in tables:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', ["|".join(PLACES)])
                assert cursor.fetchone() == (0,), (role, table)


def test_no_mail_tells_it(town):
    assert Message.objects.count() > 20
    for mail in Message.objects.order_by("pk"):
        words = mail.subject + mail.text + mail.html
        assert WORDS.findall(words) == [] and not [s for s in (*PLACES, TOLD) if s in words], mail.kind


def test_a_landlord_reads_that_a_closed_document_was_checked_and_opens_it_once_agreed(town):
    application = Application.objects.filter(offer=town.instructed, state="sent").order_by("pk").first()
    household = Actor(role=Role.APPLICANT, person=application.demand.person)
    landlord, path = town.client("sophie.bailleur"), f"/bailleur/dossiers/{application.pk}/"
    piece = Piece.objects.filter(demand=application.demand, kind="identity").order_by("pk").first()
    desk = character("claire.guichet")
    with acting(desk.scope):
        documents.accept(actor=desk, piece_id=piece.pk)
    page = landlord.get(path).content.decode()
    assert f"Document vérifié par {desk.organisation_name} le" in page and f"/pieces/{piece.pk}/" not in page
    file = reverse("desk:piece_file", args=[piece.pk])
    assert landlord.get(file).status_code == 404
    with acting(character("sophie.bailleur").scope):
        assert not Piece.objects.filter(pk=piece.pk).exists()
    client_of = town.client_of(application.demand)
    client_of.post(f"/mon-espace/candidatures/{application.pk}/ouvrir-mes-pieces/", form())
    assert f"/pieces/{piece.pk}/" in landlord.get(path).content.decode()
    assert files.status(landlord, file) == 200
    assert town.client("karim.bailleur").get(file).status_code == 404
    client_of.post(f"/mon-espace/candidatures/{application.pk}/fermer-mes-pieces/", form())
    assert landlord.get(file).status_code == 404
    assert household.person_id is not None


def test_the_national_register_is_told_the_motive_its_protocol_asks_for_and_nothing_more(town):
    sent = letter_of(town.operation).content.decode()
    assert 'code="06"' in sent
    assert [secret for secret in (*PLACES, TOLD) if secret in sent] == []
