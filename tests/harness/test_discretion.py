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
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from palier.accounts.actor import Actor
from palier.accounts.roles import OrganisationKind, Role
from palier.applications.models import Application
from palier.applications.states import APPLICATION, LIVE
from palier.commissions.facts import candidate_facts
from palier.commissions.models import Candidate
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Message
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Score
from palier.demands.form import Address, Form
from palier.demands.models import Demand
from palier.demands.sheltering import shelter
from palier.documents import actions as documents
from palier.documents.models import Piece, Recognition
from palier.law.grid_files import source_of
from palier.spaces.matrix import ROLES, matrix
from palier.territories.models import Commune
from tests.builders import CAEN, Builder
from tests.conftest import NOW
from tests.documents import files
from tests.harness.conftest import Town, form
from tests.harness.test_forged import ADDRESSES, RIGHTS, others

PLACES = ("7 impasse du Refuge", "bat-refuge", "06 39 98 77 77", "0639987777", "Atelier du Refuge")
TOLD = "il faut que personne ne sache rien de ma fuite"
WORDS = re.compile(r"violence|plainte|ordonnance de protection|confidentiel", re.IGNORECASE)
# The desk registers the form and corrects it: there, and there alone, it reads what the form declares (CCH R441-2-1).
REGISTERING = {"desk:dossier", "desk:edit", "desk:life", "desk:separate"}
# Pages that speak of violence to everyone, because that is what they are about; they know of nobody.
ABOUT = {"public:careful_words", "public:privacy", "desk:register", "desk:terms", "desk:terms_of"}
RANDOM = re.compile(r'name="(?:once|csrfmiddlewaretoken)" value="[^"]*"|data-once="[^"]*"|nonce="[^"]*"|"X-CSRFToken": "[^"]*"')


class FleeingBuilder(Builder):
    """Each household says why it asks, in a motive, in its own words and with a complaint; and shelters its address."""

    def __init__(self) -> None:
        super().__init__()
        self.state = self.actor(Role.RESERVATION_HOLDER, self.organisation(OrganisationKind.STATE, name="DDETS d’essai"))

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
            documents.receive(actor=household, demand=made, kind="identity", upload=files.upload(files.pdf(), PLACES[0]))
        with acting(self.state.scope):
            documents.recognise(actor=self.state, recognition_id=asked.pk, valid_to=NOW.date() + timedelta(days=30))
        return made


class FleeingTown(Town):
    """The same town; one household has besides one application in every state."""

    def __init__(self) -> None:
        commune = Commune.objects.get(code=CAEN)
        build = FleeingBuilder()
        source = source_of("exemple-calvados-orne").replace("points = 70\nfact = \"situation.pdalhpd\"", "points = 90\nfact = \"situation.pdalhpd\"")
        publish_grid(
            actor=build.actor(Role.AUTHORITY), key="essai", title="Grille d’essai", source=source,
            valid_from=NOW.date() - timedelta(days=400), epcis=[commune.epci_id],
        )  # fmt: skip
        super().__init__(build)
        for slot, state in enumerate(APPLICATION.states, start=10):
            live = slot if state in LIVE else None
            offer = build.offer(self.landlord, contingent="action_logement", holder=self.reserved.holder)
            self.build.application(self.demand, offer, state=state, live_slot=live, reason_text="" if live else "Autre")


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
        return [pk for model in models for pk in apps.get_model(model).objects.order_by("pk").values_list("pk", flat=True)]

    found = {
        "candidatures": pks("applications.Application"),
        "dossiers": pks("applications.Application", "demands.Demand"),
        "pieces": pks("documents.Piece"),
        "situations": pks("documents.Recognition"),
        "registre": pks("exchanges.Operation"),
        "attestations": pks("employers.JobAttestation"),
        "offres": pks("homes.Offer"),
        "logements": pks("commissions.AgendaItem", "homes.Offer", "homes.Dwelling"),
        "seances": pks("commissions.Session"),
        "propositions": pks("allocations.Proposal"),
        "attributions": pks("allocations.Proposal"),
        "decisions": pks("commissions.Candidate"),
        "organisations": pks("accounts.Organisation")[:5],
    }  # fmt: skip
    return {word: list(dict.fromkeys(keys)) for word, keys in found.items()}


def words_of(answer) -> str:
    """What somebody may read of an answer: a page with its attributes, a PDF's text and its metadata, a file's bytes."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:5] == b"%PDF-":
        with pikepdf.open(io.BytesIO(content)) as document:
            told = str(document.docinfo)
        pdf = pypdfium2.PdfDocument(content)
        return told + "".join(page.get_textpage().get_text_range() for page in pdf)
    heads = " ".join(f"{k}: {v}" for k, v in answer.headers.items() if k in ("Content-Disposition", "Location"))
    return heads + RANDOM.sub("", content.decode("utf-8", "replace"))


def asked(client, path: str, data: dict | None = None) -> tuple[int, str]:
    """An answer and its words; nothing is kept of the visit."""
    with transaction.atomic():
        answer = client.get(path) if data is None else client.post(path, form(**data))
        if answer.status_code == 302 and data is not None:
            answer = client.get(answer.headers["Location"])
        found = answer.status_code, words_of(answer) if answer.status_code in (200, 422) else ""
        transaction.set_rollback(True)
    return found


def sweep(town: Town) -> dict[tuple[str, str, str], str]:
    """(role, name of the address, address) → what is read there."""
    found: dict[tuple[str, str, str], str] = {}
    keys = keys_of(town)
    everything = sorted({pk for held in keys.values() for pk in held})
    moments = {"member": (NOW, town.session.opens_at + timedelta(minutes=5), town.session.closes_at + timedelta(hours=1))}
    posts = {
        "desk": [("desk:home", "/guichet/", {"last_name": "Essai", "birth_date": "1990-05-04"})],
        "support": [("staff:support", "/equipe/assistance/", {"number": town.demand.number, "why": "Appel"})],
    }
    people = town.clients()
    people["stranger"] = town.client("famille.morel")
    del people["applicant"]
    for role, client in people.items():
        rights = Role.APPLICANT if role == "stranger" else role
        for name, row in RIGHTS.items():
            if row[rights] != "x" or row.post_only:
                continue
            if name in ADDRESSES:
                path = ADDRESSES[name]
                word = path.split("{}")[0].rstrip("/").rsplit("/", 1)[-1]
                paths = [path.format(pk) for pk in keys.get(word, everything)]
            else:
                paths = [row.address] if row.address else []
            for at in moments.get(role, (NOW,)):
                with clock.frozen_at(at):
                    for path in paths:
                        status, words = asked(client, path)
                        if words:
                            found[role, name, f"{path} {at:%d %H}"] = words
        for name, path, data in posts.get(role, ()):
            found[role, name, f"POST {path} {sorted(data)}"] = asked(client, path, data)[1]
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
    assert set(Application.objects.filter(demand=town.demand).values_list("state", flat=True)) == set(APPLICATION.states)


def test_no_page_of_any_role_tells_it(town):
    seen = sweep(town)
    # Every address that a role may open was really read, but those that hold nothing of this town.
    read = {(role, name) for role, name, _ in seen}
    unread = {(r, n) for n, row in RIGHTS.items() for r in ROLES if row[r] == "x" and not row.post_only} - read
    print(sorted(unread))
    told = []
    for (role, name, path), words in seen.items():
        registering = role == Role.DESK and name in REGISTERING
        told += [(role, name, path, secret) for secret in PLACES if secret in words]
        if not registering:
            told += [(role, name, path, TOLD)] if TOLD in words else []
            if name not in ABOUT:
                told += [(role, name, path, found) for found in set(WORDS.findall(words))]
    with transaction.atomic():
        another_secret()
        other = sweep(town)
        transaction.set_rollback(True)
    for key in seen.keys() | other.keys():
        if seen.get(key) != other.get(key) and not (key[0] == Role.DESK and key[1] in REGISTERING):
            a, b = seen.get(key, ""), other.get(key, "")
            at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            told.append((*key, "differs", a[max(0, at - 60) : at + 60], b[max(0, at - 60) : at + 60]))
    assert len(seen) > 300
    assert not told, "\n".join(map(str, told[:40])) + f"\n{len(told)}"
