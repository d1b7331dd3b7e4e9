"""The clocks of real vacancies: whose turn, what is late, who is told, what is published, what it costs."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications import actions as applications
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Message
from palier.homes.models import Offer, Vacancy
from palier.observatory import escalating, stopwatch
from palier.observatory.models import Escalation, EscalationContact, StepDelay
from palier.territories.models import Setting
from tests.allocations.test_choosing import Direct
from tests.chain.test_chain import AFTER, OPENS, Stage
from tests.conftest import NOW

TODAY = NOW.date()


@pytest.fixture
def stage(build) -> Stage:
    """Published three days ago on a dwelling declared empty twenty days ago; applications are over since yesterday."""
    return opened(Stage(build))


def opened(stage: Stage) -> Stage:
    Offer.objects.filter(pk=stage.offer.pk).update(closes_at=NOW - timedelta(days=1))
    return stage


def only(stage, actor=None, at=NOW) -> stopwatch.Empty:
    actor = actor or stage.agent
    with clock.frozen_at(at), acting(actor.scope):
        (found,) = stopwatch.empties(actor)
    return found


def setting(key: str, value: int, territory: str = "") -> None:
    Setting.objects.create(key=key, territory=territory, value=value, valid_from=TODAY, source="essai")


def words(answer) -> str:
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).replace("\u00a0", " ").replace("\u202f", " ").split())


def test_the_clock_follows_the_chain_step_by_step(build):
    stage = Stage(build)
    seen = [only(stage).clock.step.key]
    stage.apply()
    Offer.objects.filter(pk=stage.offer.pk).update(closes_at=NOW)
    stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    seen.append(only(stage).clock.step.key)
    for application in stage.offer.applications.order_by("pk"):
        stage.as_(stage.agent, applications.admit, application_id=application.pk, why="Originaux vus.")
    seen.append(only(stage).clock.step.key)
    assert seen == ["list", "instruct", "agenda"]


def test_from_the_agenda_to_the_lease(build):
    stage = Stage(build)
    candidates = stage.to_agenda()
    seen = [only(stage, at=OPENS).clock.step.key]
    stage.vote_and_sign(candidates)
    one = only(stage, at=AFTER + timedelta(days=30))
    seen.append(one.clock.step.key)
    assert (one.late, one.answerable, one.owner_words) == (0, None, "le ménage")
    with clock.frozen_at(AFTER):
        proposal = Proposal.objects.get(state="sent")
        stage.as_(stage.household_of(candidates[0]), allocations.accept, proposal_id=proposal.pk)
        seen.append(only(stage, at=AFTER).clock.step.key)
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date(), rent=stage.offer.rent, charges=stage.offer.charges,
        )  # fmt: skip
        with acting(stage.agent.scope):
            assert stopwatch.empties(stage.agent) == []
    assert seen == ["decide", "answer", "lease"]


def test_when_every_household_called_has_refused_the_files_left_are_waited_for(build):
    setting("files_sent", 3)
    stage = Stage(build)
    stage.vote_and_sign(stage.to_agenda())
    with clock.frozen_at(AFTER):
        for _ in range(3):
            proposal = Proposal.objects.get(state="sent")
            household = stage.household_of(proposal.decision.candidate)
            stage.as_(household, allocations.decline, proposal_id=proposal.pk, reason="rent")
    one = only(stage, at=AFTER + timedelta(days=12))
    assert (one.clock.step.key, one.clock.started_on, one.late) == ("instruct", AFTER.date(), 2)


def test_a_dwelling_declared_empty_and_never_published_is_late_too(build):
    landlord = build.organisation()
    agent = build.actor(Role.LANDLORD, landlord)
    Vacancy.objects.create(
        dwelling=build.dwelling(landlord), notice_on=TODAY - timedelta(days=10), available_on=TODAY - timedelta(days=4)
    )
    with acting(agent.scope):
        (one,) = stopwatch.empties(agent)
    assert (one.clock.step.key, one.late, one.days, one.lost) == ("publish", 3, 4, None)


def test_a_reserved_dwelling_waits_for_its_holder(build):
    stage = opened(Stage(build, held=True))
    later = NOW + timedelta(days=40)
    mine, theirs = only(stage, at=later), only(stage, stage.holder, at=later)
    assert (mine.answerable, mine.owner_words) == (stage.holder_body, stage.holder_body.name)
    assert (mine.late, theirs.late, theirs.clock.due_on) == (11, 11, date(2026, 12, 22))


def test_each_organisation_sees_its_own_vacancies(stage, build):
    stranger = build.actor(Role.LANDLORD)
    with acting(stranger.scope):
        assert stopwatch.empties(stranger) == []


def test_the_cost_is_the_rent_of_the_empty_days(stage):
    Vacancy.objects.update(available_on=TODAY - timedelta(days=73))
    one = only(stage)
    assert (one.days, one.lost) == (73, Decimal("984.00"))


def test_late_ones_rise_to_the_named_person_once_a_day(stage, build):
    chief = build.actor(Role.LANDLORD, stage.landlord)
    later = NOW + timedelta(days=5)
    assert escalating.escalate() == 0
    with clock.frozen_at(later):
        assert escalating.escalate() == 2
        assert escalating.escalate() == 0
    stage.as_(stage.agent, escalating.set_contact, person_id=chief.person_id)
    with clock.frozen_at(later + timedelta(days=1)):
        assert escalating.escalate() == 1
    mail = Message.objects.filter(kind="delays.late").order_by("pk").last()
    assert mail.person == chief.person_id
    assert f"{stage.offer.dwelling.reference} : arrêter la liste des candidats, 4 jours de retard" in mail.text.replace(
        "\u00a0", " "
    )
    assert list(Escalation.objects.order_by("on").values_list("late", flat=True)) == [1, 1]


def test_the_contact_is_an_agent_of_today_of_one_s_own_organisation(stage, build):
    with pytest.raises(Refused):
        stage.as_(stage.agent, escalating.set_contact, person_id=build.actor(Role.LANDLORD).person_id)
    with pytest.raises(NotYours):
        stage.as_(stage.secretary, escalating.set_contact, person_id=stage.agent.person_id)
    stage.as_(stage.agent, escalating.set_contact, person_id=stage.agent.person_id)
    stage.agent.membership.until = TODAY
    stage.agent.membership.save()
    assert escalating.contact_of(stage.landlord.pk) is None


def test_contacts_and_escalations_stay_in_their_organisation(stage, build):
    stage.as_(stage.agent, escalating.set_contact, person_id=stage.agent.person_id)
    Escalation.objects.create(organisation=stage.landlord, on=TODAY, late=2)
    seen = {}
    for name, actor in {
        "agent": stage.agent,
        "secretary": stage.secretary,
        "stranger": build.actor(Role.LANDLORD),
    }.items():
        with acting(actor.scope):
            seen[name] = (EscalationContact.objects.count(), Escalation.objects.count())
    assert seen == {"agent": (1, 1), "secretary": (0, 0), "stranger": (0, 0)}


def test_delays_are_public_by_quarter_and_hidden_under_the_least_number(stage, build, client):
    setting("delays_least", 3)
    for n in range(4):
        build.offer(stage.landlord, published_at=NOW - timedelta(days=n))
    held = build.offer(stage.landlord, contingent="action_logement", holder=stage.holder_body, published_at=NOW)
    held.shortlists.create(made_at=NOW, made_by=stage.holder_body, seed="0" * 32, candidates=1, receipt={})
    assert stopwatch.keep_delays(TODAY) == 2
    rows = {(r.organisation_id, r.step): (r.sample, r.median, r.ninth) for r in StepDelay.objects.all()}
    assert rows == {
        (stage.landlord.pk, "publish"): (6, 18, 20),
        (stage.holder_body.pk, "list"): (1, None, None),
    }
    assert stopwatch.keep_delays(TODAY) == 2
    page = words(client.get("/delais/"))
    assert "4e trimestre 2026, en cours" in page
    assert f"{stage.landlord.name} Publier l’offre 6 18 jours au plus 20 jours au plus" in page
    assert f"{stage.holder_body.name} Arrêter la liste des candidats moins de 3 — —" in page
    lines = list(csv.reader(io.StringIO(client.get("/delais/tous.csv").content.decode()), delimiter=";"))
    assert lines[1:] == [
        ["2026-10-01", stage.landlord.name, "Publier l’offre", "6", "18", "20"],
        ["2026-10-01", stage.holder_body.name, "Arrêter la liste des candidats", "", "", ""],
    ]


def test_the_page_of_what_is_late_and_of_who_is_told(stage, client_for):
    Vacancy.objects.update(available_on=TODAY - timedelta(days=73))
    with clock.frozen_at(NOW + timedelta(days=5)):
        client = client_for(stage.agent)
        page = words(client.get("/espace/delais/"))
        assert "1 logement attend votre organisme au-delà du délai." in page
        assert "Arrêter la liste des candidats" in page and "En retard 3 jours, depuis le 25 novembre 2026" in page
        assert "1 logement vide, 78 jours de vacance en tout, soit 1 051 € de loyers" in page
        assert client.post("/espace/delais/", {"person_id": "0"}).status_code == 422
        answer = client.post("/espace/delais/", {"person_id": stage.agent.person_id}, follow=True)
        assert f"{stage.agent.person.full_name} reçoit, une fois par jour au plus" in words(answer)


def test_a_household_reads_whose_turn_it_is(stage, client_for):
    with acting(SYSTEM):
        made = stage.build.application(stage.demands[0], stage.offer)
    with clock.frozen_at(NOW + timedelta(days=5)):
        page = words(client_for(stage.households[0]).get(f"/mon-espace/candidatures/{made.pk}/"))
    who = stage.landlord.name
    assert f"À qui d’agir : {who} (arrêter la liste des candidats), avant le 26 novembre 2026." in page
    assert "En retard de 2 jours" in page


def test_delays_are_dated_settings_of_each_territory(stage):
    assert only(stage).clock.due_on == date(2026, 11, 25)
    setting("list_days", 9, "14")
    assert only(stage).clock.due_on == date(2026, 12, 1)
    setting("list_days", 1, "61")
    assert only(stage).clock.due_on == date(2026, 12, 1)


def of(direct: Direct, at=NOW) -> stopwatch.Empty:
    """The one vacancy offered without a commission, among the landlord's."""
    with clock.frozen_at(at), acting(direct.agent.scope):
        return next(one for one in stopwatch.empties(direct.agent) if one.vacancy.pk == direct.offer.vacancy_id)


def test_without_a_commission_the_clock_follows_the_landlord_s_choice(build):
    direct = Direct(build, "intermediate")
    steps = [of(direct).clock.step.key]
    made = [
        direct.as_(household, applications.submit, demand=demand, offer_id=direct.offer.pk)
        for household, demand in zip(direct.households, direct.demands, strict=True)
    ]
    steps.append(of(direct).clock.step.key)
    for application in made[:2]:
        direct.as_(direct.agent, applications.admit, application_id=application.pk, why="Originaux vus.")
    steps.append(of(direct).clock.step.key)
    proposal = direct.choose(made[0])
    waits = of(direct)
    steps.append(waits.clock.step.key)
    assert (waits.owner_words, waits.answerable, waits.late) == ("le ménage", None, 0)
    later = NOW + timedelta(days=4)
    with clock.frozen_at(later):
        direct.as_(direct.households[0], allocations.decline, proposal_id=proposal.pk, reason="rent")
    again = of(direct, later)
    steps.append(again.clock.step.key)
    assert (again.clock.started_on, again.owner_words) == (later.date(), direct.landlord.name)
    with clock.frozen_at(later):
        proposal = direct.choose(made[1])
        direct.as_(direct.households[1], allocations.accept, proposal_id=proposal.pk)
    steps.append(of(direct, later).clock.step.key)
    assert steps == ["receive", "examine", "choose", "reply", "choose", "lease"]


def test_a_file_that_came_to_nothing_is_waited_for_anew(build):
    direct = Direct(build, "shared")
    made = direct.as_(direct.households[0], applications.submit, demand=direct.demands[0], offer_id=direct.offer.pk)
    direct.as_(direct.households[0], applications.withdraw, application_id=made.pk)
    assert of(direct).clock.step.key == "receive"


def test_a_sale_is_chosen_after_its_days_of_publication_and_its_deed_has_months(build):
    published = NOW - timedelta(days=5)
    direct = Direct(build, "sale", published_at=published)
    made = direct.admitted()
    waits = of(direct)
    assert (waits.clock.step.key, waits.clock.started_on) == ("choose", (published + timedelta(days=30)).date())
    after = published + timedelta(days=31)
    with clock.frozen_at(after):
        proposal = direct.choose(made[0])
        direct.as_(direct.households[0], allocations.accept, proposal_id=proposal.pk)
    signing = of(direct, after)
    assert (signing.clock.step.key, signing.clock.due_on) == ("deed", after.date() + timedelta(days=120))


def test_a_landlord_who_does_not_choose_is_late_and_its_delay_is_published(build):
    setting("delays_least", 1)
    direct = Direct(build, "residence")
    made = direct.admitted()
    late = of(direct, NOW + timedelta(days=12))
    assert (late.clock.step.key, late.late, late.answerable) == ("choose", 2, direct.landlord)
    with clock.frozen_at(NOW + timedelta(days=12)):
        direct.choose(made[0])
        stopwatch.keep_delays(clock.today())
    assert {r.step: r.median for r in StepDelay.objects.filter(organisation=direct.landlord)}["choose"] == 12


def test_other_candidates_read_that_a_household_was_asked_and_nobody_is_late_on_their_file(build, client_for):
    direct = Direct(build, "intermediate")
    made = direct.admitted()
    read = f"/mon-espace/candidatures/{made[1].pk}/"
    with clock.frozen_at(NOW + timedelta(days=1)):
        page = words(client_for(direct.households[1]).get(read))
        assert f"À qui d’agir : {direct.landlord.name} (choisir un ménage), avant le 3 décembre 2026." in page
        direct.choose(made[0])
        page = words(client_for(direct.households[1]).get(read))
    assert "Le bailleur a proposé ce logement à un autre ménage et attend sa réponse." in page
    assert "À qui d’agir" not in page
