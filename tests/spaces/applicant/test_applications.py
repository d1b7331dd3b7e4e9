"""“My applications”: the rank of the day, the points and why, dated steps, and what to do next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.accounts.actor import PALIER
from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications import actions
from palier.applications.models import Application
from palier.common import clock, ledger
from palier.common.models import Event
from palier.cotation.actions import rescore
from palier.cotation.queries import explanation_for, household_of
from palier.law import cotation
from palier.law.grid_files import load_grid
from palier.law.reasons import day
from tests.chain.test_chain import AFTER, Stage
from tests.conftest import NOW
from tests.spaces.applicant.test_offers import plain, titles, words

APPLICATIONS = reverse("applicant:applications")


begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def detail(application: Application) -> str:
    return reverse("applicant:application", args=[application.pk])


def test_the_list_shows_the_rank_of_the_day_and_what_comes_next(stage, client_for):
    made = stage.apply()
    page = client_for(stage.households[0]).get(APPLICATIONS)
    assert titles(page) == ["T3 de 62 m² à Caen"]
    assert "Votre rang aujourd’hui 4e sur 4" in words(page)
    stage.as_(stage.households[3], actions.withdraw, application_id=made[3].pk)
    page = client_for(stage.households[0]).get(APPLICATIONS)
    assert "Votre rang aujourd’hui 3e sur 3" in words(page)


def test_live_ones_come_before_those_that_ended(stage, client_for, build):
    made = stage.apply()[0]
    ended = build.offer(stage.landlord, build.dwelling(stage.landlord, type="T2"))
    build.application(stage.demands[0], ended, state="released", live_slot=None, reason_text="Logement attribué")
    page = client_for(stage.households[0]).get(APPLICATIONS)
    assert titles(page) == ["T3 de 62 m² à Caen", "T2 de 62 m² à Caen"]
    text = words(page)
    assert text.index("En cours") < text.index("Terminées") < text.index("Logement attribué")
    stage.as_(stage.households[0], actions.withdraw, application_id=made.pk)
    assert "Aucune candidature en cours : vous pouvez postuler." in words(
        client_for(stage.households[0]).get(APPLICATIONS)
    )


def test_nothing_yet_leads_to_the_offers(build, client_for):
    page = client_for(build.actor(Role.APPLICANT)).get(APPLICATIONS)
    assert f'href="{reverse("applicant:offers")}"' in page.content.decode()
    assert "Vous n’avez pas encore postulé." in words(page)


def test_as_many_queries_for_one_application_as_for_thirty(stage, client_for, build):
    stage.apply()
    client = client_for(stage.households[0])
    client.get(APPLICATIONS)
    with CaptureQueriesContext(connection) as one:
        client.get(APPLICATIONS)
    for n in range(29):
        other = build.offer(stage.landlord)
        build.application(stage.demands[0], other, live_slot=n + 2)
    with CaptureQueriesContext(connection) as thirty:
        page = client.get(APPLICATIONS)
    assert (len(titles(page)), words(page).count("1er sur 1"), len(thirty)) == (30, 29, len(one))


def test_points_by_criterion_are_those_of_the_grid(stage, client_for):
    made = stage.apply()[0]
    demand, on = stage.demands[0], clock.today()
    score = cotation.score(load_grid("exemple-calvados-orne"), household_of(demand, on=on), on)
    shown = explanation_for(demand, stage.offer.dwelling.commune, own=True)
    assert (shown["points"], [line["points"] for line in shown["lines"]]) == (
        score.points,
        [float(line.points) for line in score.lines],
    )
    text = words(client_for(stage.households[0]).get(detail(made)))
    assert f"Vos points {plain(f'{score.points:.0f}')}" in text
    assert [(plain(line.label) in text, plain(line.text) in text) for line in score.lines] == [(True, True)] * len(
        score.lines
    )


def test_a_change_of_points_tells_why_on_the_application(stage, client_for):
    made = stage.apply()[0]
    demand = stage.demands[0]
    demand.first_registered_on = date(2022, 1, 10)
    demand.save()
    rescore(demand)
    change = Event.objects.get(verb="scores.change", thread=demand.pk)
    text = words(client_for(stage.households[0]).get(detail(made)))
    assert "Ce qui a fait bouger vos points" in text
    assert f"Vos points passent de {change.data['before']} à {change.data['after']}" in text
    assert plain(change.data["reasons"]) in text


def test_points_that_moved_elsewhere_are_not_told_here(stage, client_for):
    made = stage.apply()[0]
    ledger.record(
        verb="scores.change", subject=stage.demands[0], actor=PALIER, thread=stage.demands[0].pk,
        data={"before": "3", "after": "4", "territory": "Ailleurs", "reasons": "mois d’ancienneté"},
    )  # fmt: skip
    text = words(client_for(stage.households[0]).get(detail(made)))
    assert "fait bouger vos points" not in text


def test_steps_are_dated_and_the_current_one_is_marked(stage, client_for):
    made = stage.apply()[3]
    with clock.frozen_at(NOW + timedelta(days=1)):
        stage.as_(stage.agent, actions.make_shortlist, offer_id=stage.offer.pk)
    page = client_for(stage.households[3]).get(detail(made))
    text, html = words(page), page.content.decode()
    assert f"Candidature déposée {day(NOW.date())}" in text
    assert f"Dossier transmis au bailleur {day(NOW.date() + timedelta(days=1))}" in text
    assert (html.count('aria-current="step"'), "Et maintenant ? Le bailleur vérifie votre dossier" in text) == (1, True)


def test_missing_documents_are_the_next_thing_to_do(stage, client_for):
    made = stage.apply()[0]
    page = client_for(stage.households[0]).get(detail(made))
    assert f'href="{reverse("applicant:documents")}"' in page.content.decode()
    assert "Compléter mes pièces" in words(page)


def test_the_commission_s_answer_is_the_next_thing_to_do(stage, client_for):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    first = Proposal.objects.get(rank=1)
    winner = stage.household_of(candidates[0])
    with clock.frozen_at(AFTER):
        text = words(client_for(winner).get(detail(first.application)))
        assert "Ce logement vous est attribué : répondez" in text
        stage.as_(winner, allocations.accept, proposal_id=first.pk)
        text = words(client_for(winner).get(detail(first.application)))
    assert "Et maintenant ? Le bailleur prépare le bail" in text


def test_another_household_s_application_is_not_found(stage, client_for):
    made = stage.apply()
    client = client_for(stage.households[0])
    client.raise_request_exception = False
    assert [client.get(detail(a)).status_code for a in made] == [200, 404, 404, 404]


def test_withdrawing_from_the_page_frees_the_place(stage, client_for):
    made = stage.apply()[0]
    client = client_for(stage.households[0])
    answer = client.post(reverse("applicant:withdraw", args=[made.pk]), follow=True)
    assert "Votre candidature est retirée. Vous pouvez postuler à une autre offre." in words(answer)
    made.refresh_from_db()
    assert (made.state, made.live_slot, Application.objects.filter(live_slot__isnull=False).count()) == (
        "withdrawn",
        None,
        3,
    )


def test_no_grid_no_points_and_no_false_promise(build, client_for):
    household, landlord = build.actor(Role.APPLICANT), build.organisation()
    demand = build.demand(household.person)
    made = build.application(demand, build.offer(landlord))
    text = words(client_for(household).get(detail(made)))
    assert ("Vos points" in text, "1er sur 1" in text) == (False, True)
