"""A territory writes its grid: drafts, publication for a day, withdrawal; never for another territory, never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from palier.accounts.actor import PALIER
from palier.accounts.roles import OrganisationKind, Role
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event
from palier.cotation import drafting, refresh
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Grid, Score
from palier.cotation.queries import grids_in_force
from palier.law.grid_files import load_grid, parse_grid, shipped, source_of
from palier.law.grid_text import with_head
from palier.territories.models import Commune, Epci
from tests.builders import CAEN, LISIEUX
from tests.conftest import NOW

EXAMPLE = "exemple-calvados-orne"
TODAY, NEXT_MONTH = NOW.date(), date(2026, 12, 1)


@pytest.fixture
def caen(world) -> Epci:
    return Commune.objects.get(code=CAEN).epci


@pytest.fixture
def lisieux(world) -> Epci:
    return Commune.objects.get(code=LISIEUX).epci


@pytest.fixture
def everywhere(caen, lisieux) -> Grid:
    """One grid for two territories, in force since long ago."""
    return publish_grid(
        actor=PALIER, key="deux", title="Commune", source=source_of(EXAMPLE), valid_from=date(2024, 1, 1),
        epcis=[caen.pk, lisieux.pk],
    )  # fmt: skip


@pytest.fixture
def officer(build, caen):
    return build.actor(Role.AUTHORITY, build.organisation(OrganisationKind.AUTHORITY, epci=caen))


@pytest.fixture
def neighbour(build, lisieux):
    return build.actor(Role.AUTHORITY, build.organisation(OrganisationKind.AUTHORITY, epci=lisieux))


@pytest.fixture
def draft(officer, caen, everywhere) -> Grid:
    return drafting.start(actor=officer, epcis=[caen], origin=str(everywhere.pk))


def voted(held: Grid, **head: str) -> str:
    """The text of a draft as a council votes it: no longer an example."""
    return with_head(held.source, example="", **head)


def save(officer, held: Grid, source: str) -> Grid:
    return drafting.save_draft(actor=officer, held=held, source=source, seen=drafting.fingerprint(held.source))


def publish(officer, held: Grid) -> Grid:
    return drafting.publish(actor=officer, held=held, seen=drafting.fingerprint(held.source))


def verbs(held: Grid) -> list[str]:
    found = Event.objects.filter(subject_type="cotation.grid", subject_id=str(held.pk)).order_by("pk")
    return [event.verb for event in found]


def test_a_draft_begins_from_the_grid_in_force(draft, caen, everywhere) -> None:
    grid = parse_grid(draft.source)
    assert (draft.state, draft.version, draft.key, draft.valid_from) == ("draft", 1, "cu-caen-la-mer", NEXT_MONTH)
    assert (grid.key, grid.version, grid.valid_from, grid.territory) == (
        "cu-caen-la-mer",
        1,
        NEXT_MONTH,
        "CU Caen la Mer",
    )
    assert grid.families == parse_grid(everywhere.source).families
    assert list(draft.epcis.all()) == [caen]
    assert grids_in_force(TODAY)[caen.pk] == everywhere


@pytest.mark.parametrize("name", shipped())
def test_a_draft_begins_from_any_shipped_grid(officer, caen, name) -> None:
    made = drafting.start(actor=officer, epcis=[caen], origin=name)
    assert parse_grid(made.source).families == load_grid(name).families


def test_begun_twice_it_is_one(draft, officer, caen, everywhere) -> None:
    assert drafting.start(actor=officer, epcis=[caen], origin=str(everywhere.pk)) == draft
    save(officer, draft, draft.source + "# à nous\n")
    second = drafting.start(actor=officer, epcis=[caen], origin=str(everywhere.pk))
    assert (second.key, second.version) == (draft.key, 2)


def test_an_unknown_origin_is_refused(officer, caen) -> None:
    with pytest.raises(Refused) as refusal:
        drafting.start(actor=officer, epcis=[caen], origin="../../etc/passwd")
    assert (refusal.value.code, refusal.value.field) == ("grid.origin", "origin")
    hidden = drafting.start(actor=officer, epcis=[caen], origin=EXAMPLE)
    with pytest.raises(Grid.DoesNotExist):
        drafting.start(actor=officer, epcis=[caen], origin=str(hidden.pk))


def test_nobody_writes_the_grid_of_others(draft, neighbour, officer, caen, lisieux, build) -> None:
    seen = drafting.fingerprint(draft.source)
    strangers = [neighbour, build.actor(Role.LANDLORD), build.actor(Role.DESK), build.actor(Role.APPLICANT)]
    for stranger in strangers:
        with pytest.raises(NotYours):
            drafting.start(actor=stranger, epcis=[caen], origin=EXAMPLE)
        with pytest.raises(NotYours):
            drafting.save_draft(actor=stranger, held=draft, source="x", seen=seen)
        with pytest.raises(NotYours):
            drafting.publish(actor=stranger, held=draft, seen=seen)
        with pytest.raises(NotYours):
            drafting.discard(actor=stranger, held=draft)
        with pytest.raises(NotYours):
            drafting.withdraw(actor=stranger, held=draft)
    with pytest.raises(NotYours):
        drafting.start(actor=officer, epcis=[caen, lisieux], origin=EXAMPLE)


def test_mistakes_are_kept_and_told_with_their_line(draft, officer) -> None:
    broken = draft.source.replace('combine = "max"', 'combine = "meilleur"')
    kept = save(officer, draft, broken)
    assert (kept.source, kept.title, kept.valid_from) == (broken, draft.title, NEXT_MONTH)
    reading = drafting.read(kept, kept.source)
    line = broken.splitlines().index('combine = "meilleur"') + 1
    assert [(p.line, p.message) for p in reading.problems] == [(line, "« combine = meilleur » n’est pas prévu.")]
    with pytest.raises(Refused, match="ne peut pas être lue") as refusal:
        publish(officer, kept)
    assert refusal.value.code == "grid.unreadable"


def test_two_tabs_never_overwrite_each_other(draft, officer) -> None:
    seen = drafting.fingerprint(draft.source)
    first = drafting.save_draft(actor=officer, held=draft, source=draft.source + "# un\n", seen=seen)
    with pytest.raises(Refused) as refusal:
        drafting.save_draft(actor=officer, held=draft, source=draft.source + "# deux\n", seen=seen)
    assert (refusal.value.code, refusal.value.field) == ("grid.changed", "source")
    again = drafting.save_draft(actor=officer, held=draft, source=first.source, seen=seen)
    assert again.source == first.source
    assert verbs(draft) == ["grids.start", "grids.save"]
    with pytest.raises(Refused, match="a changé depuis"):
        drafting.publish(actor=officer, held=draft, seen=seen)


def test_a_text_too_long_is_no_grid(draft, officer) -> None:
    with pytest.raises(Refused) as refusal:
        save(officer, draft, "#" * 200_001)
    assert refusal.value.code == "grid.long"


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"version": "7"}, "Le numéro de version ne suit pas."),
        ({"key": '"autre"'}, "La clé n’est pas celle de votre territoire."),
        ({"valid_from": "2026-11-22"}, "Elle commencerait le 22 novembre 2026, un jour passé."),
        ({"incomplete": "true"}, "Elle se dit incomplète : des critères votés n’y sont pas."),
    ],
)
def test_what_stands_against_publication(draft, officer, head, message) -> None:
    held = save(officer, draft, voted(draft, **head))
    assert [r.message for r in drafting.read(held, held.source).refusing] == [message]
    with pytest.raises(Refused, match="ne peut pas être publiée") as refusal:
        publish(officer, held)
    assert message in refusal.value.message
    assert Grid.objects.get(pk=held.pk).state == "draft"


def test_two_grids_never_begin_on_one_day_in_one_place(draft, officer, caen) -> None:
    publish(officer, save(officer, draft, voted(draft, title='"La première"')))
    second = drafting.start(actor=officer, epcis=[caen], origin=EXAMPLE)
    with pytest.raises(Refused, match="Une autre grille entre en vigueur ce jour-là : La première"):
        publish(officer, save(officer, second, voted(second)))
    second.refresh_from_db()
    later = save(officer, second, voted(second, valid_from="2026-12-02"))
    assert publish(officer, later).state == "published"


def test_published_it_takes_over_on_its_day_in_its_place_alone(
    draft, officer, caen, lisieux, everywhere, build
) -> None:
    demand = build.demand(form=build.form(wish=replace(build.form().wish, communes=(CAEN, LISIEUX))))
    rescore(demand)
    doubled = voted(draft).replace("points = 1\nmost = 40\n", "points = 2\nmost = 80\n")
    held = publish(officer, save(officer, draft, doubled))
    assert (held.title, held.example, held.valid_from) == ("Grille d’exemple, Calvados et Orne", False, NEXT_MONTH)
    force = [grids_in_force(day) for day in (TODAY, date(2026, 11, 30), NEXT_MONTH)]
    assert [f[caen.pk] for f in force] == [everywhere, everywhere, held]
    assert [f[lisieux.pk] for f in force] == [everywhere] * 3
    assert refresh.follow_grids() == 0
    assert verbs(held) == ["grids.start", "grids.save", "grids.publish"]


def test_published_for_today_scores_follow(draft, officer, caen, lisieux, build) -> None:
    demand = build.demand(form=build.form(wish=replace(build.form().wish, communes=(CAEN, LISIEUX))))
    rescore(demand)
    text = voted(draft, valid_from=TODAY.isoformat()).replace("points = 1\nmost = 40\n", "points = 2\nmost = 80\n")
    held = publish(officer, save(officer, draft, text))
    refresh.follow_grids()
    with acting(SYSTEM):
        assert {s.epci_id: s.grid_id == held.pk for s in Score.objects.filter(demand=demand).order_by("epci")} == {
            caen.pk: True, lisieux.pk: False,
        }  # fmt: skip
    drafting.withdraw(actor=officer, held=held)
    refresh.follow_grids()
    with acting(SYSTEM):
        assert not Score.objects.filter(demand=demand, grid=held).exists()
    assert drafting.concerned(held) == 1


def test_published_twice_it_is_one(draft, officer) -> None:
    held = save(officer, draft, voted(draft))
    publish(officer, held)
    assert publish(officer, held).state == "published"
    assert verbs(held).count("grids.publish") == 1
    with pytest.raises(Refused) as refusal:
        save(officer, held, held.source + "# trop tard\n")
    assert refusal.value.code == "grid.published"


def test_a_territory_is_never_left_without_a_grid(officer, caen) -> None:
    made = drafting.start(actor=officer, epcis=[caen], origin=EXAMPLE)
    held = publish(officer, save(officer, made, voted(made, valid_from=TODAY.isoformat())))
    with pytest.raises(Refused, match="CU Caen la Mer n’aurait plus de grille"):
        drafting.withdraw(actor=officer, held=held)
    later = drafting.start(actor=officer, epcis=[caen], origin=EXAMPLE)
    coming = publish(officer, save(officer, later, voted(later)))
    drafting.withdraw(actor=officer, held=coming)
    drafting.withdraw(actor=officer, held=coming)
    assert verbs(coming).count("grids.withdraw") == 1


def test_given_up_it_is_read_by_nobody_and_its_number_is_not_used_again(draft, officer, caen) -> None:
    drafting.discard(actor=officer, held=draft)
    drafting.discard(actor=officer, held=draft)
    assert verbs(draft) == ["grids.start", "grids.discard"]
    assert drafting.start(actor=officer, epcis=[caen], origin=EXAMPLE).version == 2


def test_what_a_version_takes_over_from(draft, everywhere) -> None:
    assert drafting.before(draft) == parse_grid(everywhere.source)
    assert drafting.before(everywhere) is None


def test_the_database_refuses_a_grid_that_ends_before_it_begins(draft) -> None:
    with pytest.raises(IntegrityError, match="grid_days"), transaction.atomic():
        Grid.objects.filter(pk=draft.pk).update(valid_to=NEXT_MONTH)
