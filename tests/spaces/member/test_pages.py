"""A member's pages: names by the rules only, every opening journaled, progress, and answers to changes sent by themselves."""

from __future__ import annotations

import pytest

from palier.applications.models import ShortlistEntry
from palier.commissions import actions
from palier.commissions.models import Ballot
from palier.common import clock
from palier.documents.models import Reading
from palier.spaces.member.progress import of_session
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage


def begin(build) -> Stage:
    made = Stage(build)
    made.candidates = made.to_agenda()
    made.path = f"/commission/logements/{made.candidates[0].item_id}/"
    return made


@pytest.fixture
def stage(begun) -> Stage:
    return begun


def shown(client_for, stage, member=None, at=OPENS) -> str:
    with clock.frozen_at(at):
        return client_for(member or stage.tenant).get(stage.path).content.decode()


def send(client_for, stage, ranking, revision, at=OPENS, **more):
    data = {f"rank_{c.pk}": n for n, c in enumerate(ranking, 1)} | {"revision": revision} | more
    with clock.frozen_at(at):
        return client_for(stage.tenant).post(f"{stage.path}classer/", data, headers={"X-Autosave": "1"})


def test_names_are_hidden_unless_the_rules_of_the_commission_show_them(stage, client_for):
    assert "compare-name" not in shown(client_for, stage)
    stage.build.session_rules(names_shown=True)
    assert shown(client_for, stage).count('<span class="compare-name">Camille Essai</span>') == 4


def test_nobody_is_ranked_before_the_member_has_chosen(stage, client_for):
    page = shown(client_for, stage)
    assert [page.count(f'id="rank_{c.pk}" name="rank_{c.pk}" value=""') for c in stage.candidates] == [1, 1, 1, 1]
    assert send(client_for, stage, stage.candidates, 0).status_code == 200
    page = shown(client_for, stage)
    assert page.count(f'name="rank_{stage.candidates[2].pk}" value="3"') == 1


def test_every_opening_is_journaled_whichever_answer_shows_the_files(stage, client_for):
    shown(client_for, stage)
    assert Reading.objects.filter(person=stage.tenant.person_id).count() == 4
    with clock.frozen_at(OPENS):
        answer = client_for(stage.tenant).post(f"{stage.path}classer/", {"revision": "0"})
    assert (answer.status_code, "Classez chaque candidat" in answer.content.decode()) == (422, True)
    assert Reading.objects.filter(person=stage.tenant.person_id).count() == 8
    send(client_for, stage, stage.candidates, 0)
    assert Reading.objects.filter(person=stage.tenant.person_id).count() == 8


def test_stepping_out_shows_no_file_and_journals_none(stage, client_for):
    with clock.frozen_at(OPENS):
        answer = client_for(stage.tenant).post(f"{stage.path}se-deporter/", {"reason": "Voisine"}, follow=True)
        assert "Vous êtes déporté" in answer.content.decode()
    page = shown(client_for, stage)
    assert ("data-candidate" in page, "Voir le récapitulatif" in page) == (False, True)
    assert Reading.objects.filter(person=stage.tenant.person_id).count() == 0


def test_a_change_sent_by_itself_is_told_what_became_of_it(stage, client_for):
    a, b, c, d = stage.candidates
    saved = send(client_for, stage, [a, b, c, d], 0)
    ballot = {"ranking": [a.pk, b.pk, c.pk, d.pk], "refused": {}, "meeting": False, "revision": 1, "at": "à 10:00"}
    assert (saved.status_code, saved.json()) == (200, {"state": "saved", "message": "", "ballot": ballot})
    older = send(client_for, stage, [b, a, c, d], 0)
    assert (older.status_code, older.json()["state"], older.json()["ballot"]) == (409, "conflict", ballot)
    late = send(client_for, stage, [b, a, c, d], 1, at=CLOSES)
    assert (late.status_code, late.json()["state"], late.json()["ballot"]["revision"]) == (409, "closed", 1)
    partial = send(client_for, stage, [b, a], 1)
    assert (partial.status_code, partial.json()["state"]) == (422, "refused")
    refused = send(client_for, stage, [b, a, c], 1, **{f"reason-{d.pk}": "too_small"})
    assert (refused.status_code, refused.json()["ballot"]["refused"]) == (200, {str(d.pk): "too_small"})
    assert "no-store" in refused.headers["Cache-Control"]


def test_an_old_page_without_javascript_keeps_what_was_typed_and_shows_what_counts(stage, client_for):
    a, b, c, d = stage.candidates
    send(client_for, stage, [a, b, c, d], 0)
    data = {f"rank_{x.pk}": n for n, x in enumerate([d, c, b, a], 1)}
    with clock.frozen_at(OPENS):
        client = client_for(stage.tenant)
        answer = client.post(f"{stage.path}classer/", data | {"revision": "0"})
        page = answer.content.decode()
        assert (answer.status_code, "Un classement plus récent est enregistré" in page) == (422, True)
        assert "1er Candidat 4, 2e Candidat 3, 3e Candidat 2, 4e Candidat 1" in page
        assert "1er Candidat 1, 2e Candidat 2, 3e Candidat 3, 4e Candidat 4, enregistré à 10:00" in page
        assert f'name="rank_{d.pk}" value="1"' in page
        assert 'name="revision" value="1"' in page
        assert client.post(f"{stage.path}classer/", data | {"revision": "1"}).status_code == 302
    assert Ballot.objects.get().ranking == [d.pk, c.pk, b.pk, a.pk]


def test_after_the_closing_what_was_sent_stays_in_view(stage, client_for):
    data = {f"rank_{c.pk}": n for n, c in enumerate(stage.candidates, 1)}
    with clock.frozen_at(AFTER):
        answer = client_for(stage.tenant).post(f"{stage.path}classer/", data | {"revision": "0"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "La séance est close" in page and "1er Candidat 1, 2e Candidat 2" in page and "aucun" in page


def test_the_box_for_a_meeting_is_there_for_whom_the_rules_name(stage, client_for):
    stage.build.session_rules(meeting_by="president")
    assert 'name="meeting"' not in shown(client_for, stage)
    assert 'name="meeting"' in shown(client_for, stage, stage.president)
    stage.build.session_rules(meeting_by="any")
    adviser = stage._member("advisory")
    page = shown(client_for, stage, adviser)
    assert ('name="meeting"' in page, 'name="rank_' in page) == (True, False)


def test_home_and_session_say_what_is_left_and_what_was_chosen(stage, client_for):
    client = client_for(stage.tenant)
    with clock.frozen_at(OPENS):
        assert "Classer les candidats" in client.get("/commission/").content.decode()
        address = f"/commission/seances/{stage.session.pk}/"
        assert "Il vous reste 1" in client.get(address).content.decode()
        stage.as_(
            stage.tenant, actions.cast_ballot, item_id=stage.candidates[0].item_id,
            ranking=[c.pk for c in stage.candidates[1:]], refused={stage.candidates[0].pk: "too_small"},
        )  # fmt: skip
        page = client.get(address).content.decode()
    assert "tous vos logements sont classés" in page
    assert (
        "1er Candidat 2, 2e Candidat 3, 3e Candidat 4 ; Candidat 1 refusé (Le logement est trop petit pour votre ménage)"
        in page
    )


def test_no_page_comes_back_from_a_cache_with_an_older_ballot(stage, client_for):
    client = client_for(stage.tenant)
    for path in ("/commission/", f"/commission/seances/{stage.session.pk}/", stage.path):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_progress_goes_round_the_agenda():
    progress = of_session([7, 3, 9, 5], voted={3}, out={9})
    assert (progress.left, progress.done, progress.first) == ((7, 5), 2, 7)
    assert [progress.after(pk) for pk in (7, 3, 9, 5)] == [5, 5, 5, 7]
    assert (progress.beside(7, -1), progress.beside(7, 1), progress.beside(5, 1)) == (None, 3, None)
    assert of_session([7], voted=(), out=()).after(7) is None


def test_the_commission_reads_why_an_order_was_left_and_of_nobody_by_name(stage, client_for):
    assert "écarté de l’ordre" not in shown(client_for, stage)
    ShortlistEntry.objects.filter(position=2).update(departure="Loyer trop lourd pour ses ressources")
    page = shown(client_for, stage)
    assert "1\u00a0candidat écarté de l’ordre avant la séance" in page
    assert "rang 2 (" in page and "Loyer trop lourd pour ses ressources" in page
