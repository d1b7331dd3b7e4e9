"""After publication nothing changes in silence: a reason, read by every member, in the minutes; votes are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.applications.models import Application
from palier.commissions import actions
from palier.commissions.fact_changes import changes
from palier.commissions.models import AgendaItem, Ballot, Candidate, Correction, Session
from palier.commissions.queries import corrections_of, to_look_again
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Event, Message
from palier.demands.models import Demand
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage, on_agenda
from tests.commissions.reading import text_of

LATER = OPENS + timedelta(hours=2)


begin = on_agenda


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def vote(stage, member, candidates, at=OPENS):
    with clock.frozen_at(at):
        return stage.as_(member, actions.cast_ballot, item_id=candidates[0].item_id, ranking=[c.pk for c in candidates])


def do(stage, action, at=LATER, actor=None, **arguments):
    with clock.frozen_at(at):
        return stage.as_(actor or stage.secretary, action, **arguments)


def refused(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code, refusal.value.field


def earn_less(candidate: Candidate) -> None:
    demand = Demand.objects.get(applications=candidate.application_id)
    demand.form["applicant"]["resources"] = {"SAL": 1100, "AF": 60}
    demand.save(update_fields=["form"])


def test_a_candidate_taken_off_leaves_votes_as_they_are_and_asks_to_look_again(stage):
    candidates = stage.candidates
    ballot = vote(stage, stage.president, candidates)
    Message.objects.all().delete()
    do(stage, actions.remove_candidate, candidate_id=candidates[1].pk, reason="A trouvé un logement")
    ballot.refresh_from_db()
    assert ballot.ranking == [c.pk for c in candidates]
    assert Application.objects.get(pk=candidates[1].application_id).state == "admissible"
    (made,) = Correction.objects.all()
    assert (made.title, made.reason) == ("Candidat 2 retiré", "A trouvé un logement")
    assert to_look_again(ballot, [made]) == [made]
    told = Message.objects.exclude(kind__startswith="applications.").values_list("kind", "to")
    assert list(told) == [("commissions.changed", stage.president.person.email)]


def test_the_count_reads_earlier_votes_without_whoever_left(stage):
    candidates = stage.candidates
    for member in (stage.president, stage.mayor):
        vote(stage, member, candidates)
    do(stage, actions.remove_candidate, candidate_id=candidates[0].pk, reason="A trouvé un logement")
    do(stage, actions.count, at=CLOSES, session_id=stage.session.pk)
    assert [int(k) for k in AgendaItem.objects.get().count["order"]] == [c.pk for c in candidates[1:]]


def test_looking_again_and_keeping_the_same_order_is_an_answer(stage):
    candidates = stage.candidates
    vote(stage, stage.president, candidates)
    earn_less(candidates[0])
    do(stage, actions.correct_facts, candidate_id=candidates[0].pk, reason="Temps partiel depuis novembre")
    again = vote(stage, stage.president, candidates, at=LATER + timedelta(minutes=1))
    assert (again.revision, to_look_again(again, list(Correction.objects.all()))) == (2, [])
    assert vote(stage, stage.president, candidates, at=LATER + timedelta(minutes=9)).revision == 2


def test_a_fact_corrected_says_what_changed_in_words(stage):
    candidates = stage.candidates
    earn_less(candidates[0])
    said = do(stage, actions.correct_facts, candidate_id=candidates[0].pk, reason="Temps partiel")
    assert ["Revenus par mois", "1\u202f510\u00a0€", "1\u202f160\u00a0€"] in said
    assert Correction.objects.get().changes == said
    assert Candidate.objects.get(pk=candidates[0].pk).facts["monthly_resources"] == 1160
    code, _ = refused(lambda: do(stage, actions.correct_facts, candidate_id=candidates[0].pk, reason="Temps partiel"))
    assert code == "correction.same"


def test_a_candidate_added_takes_a_number_that_nobody_had(stage):
    candidates = stage.candidates
    do(stage, actions.remove_candidate, candidate_id=candidates[3].pk, reason="Erreur")
    back = do(
        stage,
        actions.add_candidate,
        item_id=candidates[0].item_id,
        application_id=candidates[3].application_id,
        reason="Retrait par erreur",
    )
    assert back.position == 5
    assert [c.title for c in Correction.objects.order_by("pk")] == ["Candidat 4 retiré", "Candidat 5 ajouté"]
    again = do(
        stage,
        actions.add_candidate,
        item_id=candidates[0].item_id,
        application_id=candidates[3].application_id,
        reason="Retrait par erreur",
    )
    assert (again.pk, Correction.objects.count()) == (back.pk, 2)
    with acting(stage.president.scope):
        assert Candidate.objects.count() == 4


def test_a_vote_cast_before_counts_the_newcomer_after_those_it_ranks(stage):
    candidates = stage.candidates
    do(stage, actions.remove_candidate, candidate_id=candidates[3].pk, reason="Erreur")
    for member in (stage.president, stage.mayor):
        vote(stage, member, candidates[:3], at=LATER)
    back = do(
        stage, actions.add_candidate, at=LATER + timedelta(minutes=1), item_id=candidates[0].item_id,
        application_id=candidates[3].application_id, reason="Retrait par erreur",
    )  # fmt: skip
    do(stage, actions.count, at=CLOSES, session_id=stage.session.pk)
    assert [int(k) for k in AgendaItem.objects.get().count["order"]] == [*(c.pk for c in candidates[:3]), back.pk]


def test_below_three_an_exception_is_recorded(stage):
    candidates = stage.candidates
    do(stage, actions.remove_candidate, candidate_id=candidates[0].pk, reason="Relogé")
    act = {"candidate_id": candidates[1].pk, "reason": "Relogé aussi"}
    assert refused(lambda: do(stage, actions.remove_candidate, **act)) == ("agenda.too_few", "exception")
    do(stage, actions.remove_candidate, **act, exception="too_few", exception_note="Deux désistements en séance")
    item = AgendaItem.objects.get()
    assert (item.exception, item.exception_note) == ("too_few", "Deux désistements en séance")
    do(stage, actions.remove_candidate, candidate_id=candidates[2].pk, reason="Relogé")
    code, _ = refused(lambda: do(stage, actions.remove_candidate, candidate_id=candidates[3].pk, reason="Relogé"))
    assert code == "correction.last"


def test_a_dwelling_withdrawn_frees_its_candidates_and_takes_no_vote(stage):
    candidates = stage.candidates
    vote(stage, stage.mayor, candidates)
    for _ in range(2):
        do(stage, actions.withdraw_dwelling, item_id=candidates[0].item_id, reason="Dégât des eaux")
    assert set(Application.objects.values_list("state", flat=True)) == {"admissible"}
    assert refused(lambda: vote(stage, stage.president, candidates, at=LATER))[0] == "ballot.withdrawn"
    assert (Ballot.objects.count(), [c.title for c in Correction.objects.all()]) == (
        1,
        ["Logement retiré de l’ordre du jour"],
    )
    assert refused(lambda: do(stage, actions.count, at=CLOSES, session_id=stage.session.pk))[0] == "count.empty"


def test_a_reason_is_asked_for_and_only_of_the_secretary(stage):
    candidates = stage.candidates
    arguments = [
        (actions.remove_candidate, {"candidate_id": candidates[0].pk}),
        (actions.withdraw_dwelling, {"item_id": candidates[0].item_id}),
        (actions.correct_dwelling, {"item_id": candidates[0].item_id}),
    ]
    for action, kwargs in arguments:
        assert refused(lambda a=action, k=kwargs: do(stage, a, reason="  ", **k)) == ("correction.reason", "reason")
        for actor in (stage.agent, stage.president):
            with pytest.raises(NotYours):
                do(stage, action, actor=actor, reason="essai", **kwargs)
    assert Correction.objects.count() == 0


def test_after_the_window_only_what_needs_no_vote_may_still_change(stage):
    candidates = stage.candidates
    earn_less(candidates[0])
    for action, kwargs in (
        (actions.correct_facts, {"candidate_id": candidates[0].pk}),
        (actions.correct_dwelling, {"item_id": candidates[0].item_id}),
    ):
        assert (
            refused(lambda a=action, k=kwargs: do(stage, a, at=CLOSES, reason="essai", **k))[0] == "correction.closed"
        )
    do(stage, actions.remove_candidate, at=CLOSES, candidate_id=candidates[0].pk, reason="Relogé")


def test_nothing_changes_once_votes_are_counted(stage):
    candidates = stage.candidates
    stage.vote(candidates)
    do(stage, actions.count, at=CLOSES, session_id=stage.session.pk)
    act = {"candidate_id": candidates[0].pk, "reason": "Relogé"}
    assert refused(lambda: do(stage, actions.remove_candidate, at=AFTER, **act))[0] == "session.counted"


def test_in_preparation_nothing_is_a_correction(stage):
    candidates = stage.candidates
    Session.objects.update(state="preparing")
    earn_less(candidates[0])
    do(stage, actions.correct_facts, candidate_id=candidates[0].pk)
    do(stage, actions.remove_candidate, candidate_id=candidates[1].pk, reason="")
    do(stage, actions.withdraw_dwelling, item_id=candidates[0].item_id, reason="")
    assert (Correction.objects.count(), AgendaItem.objects.count()) == (0, 0)
    assert Event.objects.filter(verb="agenda.refresh").count() == 1


def test_a_correction_is_never_changed(stage):
    candidates = stage.candidates
    do(stage, actions.correct_dwelling, item_id=candidates[0].item_id, reason="Le loyer est de 412 €")
    do(stage, actions.correct_dwelling, item_id=candidates[0].item_id, reason="Le loyer est de 412 €")
    assert Correction.objects.count() == 1
    for act in (lambda q: q.update(reason="x"), lambda q: q.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(Correction.objects.all())


def test_every_member_reads_corrections_and_who_voted_is_asked_to_look_again(stage, client_for):
    candidates = stage.candidates
    vote(stage, stage.president, candidates)
    do(stage, actions.remove_candidate, candidate_id=candidates[1].pk, reason="A trouvé un logement")
    address = f"/commission/logements/{candidates[0].item_id}/"
    with clock.frozen_at(LATER + timedelta(minutes=1)):
        pages = {who: client_for(who).get(address).content.decode() for who in (stage.president, stage.mayor)}
        session = client_for(stage.president).get(f"/commission/seances/{stage.session.pk}/").content.decode()
        other = client_for(stage.mayor).get(f"/commission/seances/{stage.session.pk}/").content.decode()
    said = [("Candidat 2 retiré" in p, "A trouvé un logement" in p, "À revoir" in p) for p in pages.values()]
    assert said == [(True, True, True), (True, True, False)]
    assert ("À revoir" in session, "À revoir" in other, "1 correction" in other.replace("\u00a0", " ")) == (
        True,
        False,
        True,
    )


def test_the_minutes_tell_every_correction(stage):
    candidates = stage.candidates
    stage.vote(candidates)
    do(stage, actions.remove_candidate, candidate_id=candidates[1].pk, reason="A trouvé un logement")
    earn_less(candidates[0])
    do(stage, actions.correct_facts, candidate_id=candidates[0].pk, reason="Temps partiel")
    do(stage, actions.count, at=AFTER, session_id=stage.session.pk)
    do(stage, actions.sign, at=AFTER, actor=stage.president, session_id=stage.session.pk)
    signed = Session.objects.get()
    said = signed.record["items"][0]["corrections"]
    assert [(c["title"], c["reason"]) for c in said] == [
        ("Candidat 2 retiré", "A trouvé un logement"), ("Dossier du candidat 1 corrigé", "Temps partiel"),
    ]  # fmt: skip
    text = text_of(bytes(signed.minutes))
    assert "Candidat 2 retiré, le 25 novembre 2026 : A trouvé un logement" in text
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.create(item_id=candidates[0].item_id, kind="dwelling_corrected", reason="x", at=AFTER)


def test_corrections_are_listed_by_dwelling_in_their_order(stage):
    candidates = stage.candidates
    item = candidates[0].item
    do(stage, actions.correct_dwelling, item_id=item.pk, reason="Un")
    do(stage, actions.correct_dwelling, at=LATER + timedelta(minutes=5), item_id=item.pk, reason="Deux")
    assert [c.reason for c in corrections_of([item])[item.pk]] == ["Un", "Deux"]


def test_a_fact_that_only_one_side_has_is_told_as_missing():
    before = {"points": 40, "effort_rate": 0.31, "priorities": [], "present_home": {"status": "Locataire", "rent": 490}}
    after = {
        "points": 42.5,
        "effort_rate": None,
        "priorities": ["Expulsion"],
        "present_home": {"status": "Locataire", "rent": 490},
    }
    assert changes(before, after) == [
        ["Taux d’effort", "31\u00a0%", "—"], ["Points", "40", "42,5"], ["Urgences reconnues", "—", "Expulsion"],
    ]  # fmt: skip
    assert changes(after, after) == []
