"""Subject access: the archive holds everything about its person, and nothing about anybody else (GDPR articles 15, 20)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pikepdf
import pytest
from django.apps import apps

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.commissions import actions as commissions
from palier.common import clock, storage
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting, row_policies
from palier.common.models import Event, Message
from palier.demands import sheltering
from palier.demands.models import Demand, Mandate
from palier.documents.models import Reading, Recognition
from palier.rights import actions, archive, queries
from palier.rights.holdings import HIDDEN_NAME, HOLDINGS, WITHHELD
from palier.rights.models import Archive
from palier.rights.tasks import make_archives
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage
from tests.commissions.reading import text_of
from tests.conftest import NOW


def test_every_table_that_row_security_guards_is_told_or_withheld_with_its_reason():
    guarded = set(row_policies())
    models = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.db_table in guarded and model._meta.app_label not in ("sessions",)
    }
    listed = [holding.label for holding in HOLDINGS]
    assert len(listed) == len(set(listed))
    assert {apps.get_model(label)._meta.label for label in [*listed, *WITHHELD]} == models
    assert not set(listed) & set(WITHHELD)
    assert all(WITHHELD.values())


def test_every_column_of_a_holding_is_told_or_left_out_with_its_reason():
    for holding in HOLDINGS:
        columns = {column.name for column in holding.model._meta.concrete_fields}
        assert set(holding.without) <= columns, holding.label
        assert all(holding.without.values()), holding.label
        assert not columns & set(holding.add), holding.label


@pytest.fixture
def lived(build, settings):
    """A household that went the whole way, with three others beside it on the same dwelling."""
    stage = Stage(build)
    for demand, name in zip(stage.demands, ("Aubryme", "Belgardo", "Corvanne", "Delpluze"), strict=True):
        demand.form["applicant"]["last_name"] = name
        demand.save()
    candidates = stage.to_agenda()
    winner = stage.household_of(candidates[0])
    demand = candidates[0].application.demand
    other = candidates[1].application.demand
    with clock.frozen_at(OPENS + timedelta(minutes=5)):
        mine, theirs = demand.form["applicant"]["last_name"], other.form["applicant"]["last_name"]
        stage.as_(
            stage.president, commissions.post_comment, item_id=candidates[0].item_id,
            text=f"La situation de {mine} est plus pressante que celle de {theirs}.",
        )  # fmt: skip
    stage.vote_and_sign(candidates)
    with clock.frozen_at(AFTER):
        proposal = Proposal.objects.get(rank=1)
        stage.as_(winner, allocations.accept, proposal_id=proposal.pk)
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date(), rent=Decimal("410"), charges=Decimal("85"),
        )  # fmt: skip
    for held in (demand, other):
        Reading.objects.create(
            demand=held,
            at=NOW,
            person=stage.agent.person.pk,
            role="landlord",
            signature="Bailleur d’essai",
            what="Dossier",
            why="Étude",
        )
        Recognition.objects.create(demand=held, situation="homeless", asked_at=NOW)
        Mandate.objects.create(
            demand=held, holder=f"Association {held.pk}", words="Suivre la demande", from_on=NOW.date(),
            until_on=NOW.date() + timedelta(days=90), declared_at=NOW, declared_by=stage.landlord,
        )  # fmt: skip
    stage.winner, stage.demand, stage.other, stage.candidates = winner, demand, other, candidates
    return stage


def opened(actor) -> zipfile.ZipFile:
    held = queries.latest(actor)
    return zipfile.ZipFile(io.BytesIO(storage.path_of("archives", held.file_name).read_bytes()))


def made(actor) -> zipfile.ZipFile:
    with acting(actor.scope):
        actions.ask(actor=actor)
    make_archives(0)
    return opened(actor)


def parts(whole: zipfile.ZipFile) -> dict[str, list[dict]]:
    return {part["cle"]: part["lignes"] for part in json.loads(whole.read("dossier.json"))["rubriques"]}


def test_the_archive_tells_comments_points_decisions_and_who_read(lived):
    told = parts(made(lived.winner))
    for label in (
        "accounts.Person", "demands.Demand", "demands.DemandVersion", "demands.Wish", "cotation.Score", "applications.Application",
        "applications.ShortlistEntry", "commissions.Candidate", "commissions.Decision", "commissions.Comment",
        "allocations.Proposal", "allocations.Lease", "common.Event", "common.Message", "documents.Reading",
        "documents.Recognition", "demands.Mandate",
    ):  # fmt: skip
        assert told[label], label
    assert told["cotation.Score"][0]["criteres"]
    assert told["commissions.Decision"][0]["kind"]["libelle"]
    assert told["documents.Reading"][0]["why"] == "Étude"
    assert told["demands.Demand"][0]["number"] == lived.demand.number


def test_every_row_that_exists_about_the_person_is_there(lived):
    """Read again by the system, without row security: nothing is missing."""
    told = parts(made(lived.winner))
    for holding in HOLDINGS:
        if holding.label in ("rights.Archive", "common.Event", "common.Message"):
            continue  # making the archive writes one of each
        with acting(SYSTEM):
            keys = [lived.demand.pk]
            assert len(told[holding.label]) == holding.rows(lived.winner.person, keys).count(), holding.label


def test_nobody_else_is_in_it(lived):
    whole = made(lived.winner)
    text = whole.read("dossier.json").decode()
    pages = text_of(whole.read("dossier.pdf"))
    strangers = [d for d in lived.demands if d.pk != lived.demand.pk]
    for stranger in strangers:
        for secret in (
            stranger.number,
            stranger.form["applicant"]["last_name"],
            stranger.person.email,
            f"Association {stranger.pk}",
        ):
            assert secret not in text
            assert secret not in pages
    for member in (lived.president, lived.mayor, lived.tenant, lived.agent):
        assert member.person.email not in text
        assert member.person.last_name not in text
    (comment,) = parts(whole)["commissions.Comment"]
    mine = lived.demand.form["applicant"]["last_name"]
    assert comment["message"] == f"La situation de {mine} est plus pressante que celle de {HIDDEN_NAME}."


def test_a_session_that_is_not_signed_says_nothing_yet(build):
    stage = Stage(build)
    candidates = stage.to_agenda()
    household = stage.household_of(candidates[0])
    told = parts(made(household))
    assert told["commissions.Candidate"] == told["commissions.Comment"] == told["commissions.Decision"] == []
    assert told["applications.Application"]
    with clock.frozen_at(CLOSES + timedelta(days=1)):
        assert parts(made(household))["commissions.Candidate"] == []


def test_the_paper_can_be_read_and_says_what_is_left_out(lived):
    whole = made(lived.winner)
    pages = text_of(whole.read("dossier.pdf"))
    document = pikepdf.open(io.BytesIO(whole.read("dossier.pdf")))
    assert document.Root.MarkInfo.Marked
    for words in (
        "Vos données personnelles",
        lived.demand.number,
        "Qui a ouvert votre dossier",
        "le vote de chaque membre est secret",
        "CNIL",
    ):
        assert words in " ".join(pages.split()), words


def test_a_sheltered_household_reads_its_own_address(build):
    household = build.actor(Role.APPLICANT)
    demand = build.demand(household.person)
    line = demand.form["address"]["line"]
    with acting(household.scope):
        sheltering.shelter(actor=household, demand_id=demand.pk)
    assert line not in json.dumps(Demand.objects.get(pk=demand.pk).form)
    whole = made(household)
    assert parts(whole)["demands.Demand"][0]["formulaire_complet"]["address"]["line"] == line
    assert line in " ".join(text_of(whole.read("dossier.pdf")).split())


def test_asked_twice_it_is_made_once(build):
    household = build.actor(Role.APPLICANT)
    with acting(household.scope):
        first, second = actions.ask(actor=household), actions.ask(actor=household)
    assert first.pk == second.pk
    make_archives(0)
    make_archives(0)
    assert Archive.objects.get().state == "ready"
    assert Message.objects.filter(kind="archives.ready").count() == 1
    text = Message.objects.get(kind="archives.ready").text
    assert "/mon-espace/mes-donnees/" in text


def test_killed_in_the_middle_it_is_made_again(build, monkeypatch):
    household = build.actor(Role.APPLICANT)
    with acting(household.scope):
        held = actions.ask(actor=household)

    def die(person, target):
        target.write_bytes(b"PK half")
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(archive, "write", die)
        with pytest.raises(KeyboardInterrupt):
            actions.make(held.pk)
    assert Archive.objects.get().state == "asked"
    make_archives(0)
    assert opened(household).testzip() is None
    assert len(list(storage.room("archives").iterdir())) >= 1


def test_what_fails_is_told_and_tried_again(build, monkeypatch):
    household = build.actor(Role.APPLICANT)
    with acting(household.scope):
        actions.ask(actor=household)

    def full(folder, chunks):
        raise Refused("storage.full", "Le fichier n’a pas pu être gardé : le disque est plein.")

    with monkeypatch.context() as broken:
        broken.setattr(storage, "keep", full)
        make_archives(0)
    assert "plein" in Archive.objects.get().trouble
    make_archives(0)
    assert (Archive.objects.get().state, Archive.objects.get().trouble) == ("ready", "")


def test_a_new_one_replaces_the_former_and_days_end_it(build):
    household = build.actor(Role.APPLICANT)
    made(household)
    former = queries.latest(household)
    made(household)
    latest = queries.latest(household)
    assert (Archive.objects.get(pk=former.pk).state, latest.state) == ("gone", "ready")
    with clock.frozen_at(NOW + timedelta(days=6)):
        assert actions.sweep() == 0
    with clock.frozen_at(NOW + timedelta(days=8)):
        assert actions.sweep() == 1
        assert actions.sweep() == 0
    with acting(household.scope), pytest.raises(Refused):
        queries.file_of(household, latest.pk)


def test_only_its_person_may_ask_see_and_fetch(build):
    household, stranger = build.actor(Role.APPLICANT), build.actor(Role.APPLICANT)
    made(household)
    held = queries.latest(household)
    with acting(stranger.scope):
        assert list(Archive.objects.all()) == []
        with pytest.raises(Archive.DoesNotExist):
            queries.file_of(stranger, held.pk)
    for role in (Role.DESK, Role.SUPPORT, Role.LANDLORD, Role.ADMINISTRATOR):
        agent = build.actor(role)
        with acting(agent.scope):
            assert list(Archive.objects.all()) == []
            with pytest.raises(NotYours):
                actions.ask(actor=agent)


def test_from_the_page_asked_followed_fetched_and_written_in_the_history(build, client_for):
    household = build.actor(Role.APPLICANT)
    demand = build.demand(household.person)
    client = client_for(household)
    page = client.get("/mon-espace/mes-donnees/")
    assert "Demander mes données" in page.content.decode()
    assert client.post("/mon-espace/mes-donnees/demander/").status_code == 302
    assert "En préparation" in client.get("/mon-espace/mes-donnees/").content.decode()
    make_archives(0)
    held = queries.latest(household)
    answer = client.get(f"/mon-espace/mes-donnees/{held.pk}/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mes-donnees-palier.zip"'
    assert "dossier.pdf" in zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    verbs = list(Event.objects.filter(thread=demand.pk, verb__startswith="archives.").values_list("verb", flat=True))
    assert sorted(verbs) == ["archives.ask", "archives.fetch", "archives.make"]
    client = client_for(build.actor(Role.APPLICANT))
    assert client.get(f"/mon-espace/mes-donnees/{held.pk}/").status_code == 404
