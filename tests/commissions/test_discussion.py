"""What is said about a dwelling: who reads it, who has read it, what is held back, who is told by mail; and first places."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from palier.commissions import actions
from palier.commissions.discussion import first_places, thread, unread_by_item, unread_total
from palier.commissions.models import AgendaItem, Comment, ReadMark
from palier.commissions.queries import items_for
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.common.models import Event, Message
from tests.chain.test_chain import AFTER, CLOSES, OPENS, Stage

QUIET = timedelta(minutes=15)


def begin(build) -> Stage:
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    stage.item = stage.candidates[0].item_id
    return stage


@pytest.fixture
def open_(begun) -> Stage:
    return begun


def say(stage, who, text, at=OPENS, **more):
    with clock.frozen_at(at):
        return stage.as_(who, actions.post_comment, item_id=stage.item, text=text, **more)


def read(stage, who, upto=10**9, at=OPENS):
    with clock.frozen_at(at):
        stage.as_(who, actions.mark_read, item_id=stage.item, upto=upto)


def waits(stage, *people) -> list[int]:
    found = []
    for who in people:
        with acting(who.scope):
            found.append(unread_total(who))
    return found


def lines(stage, who):
    with acting(who.scope):
        return thread(who, AgendaItem.objects.select_related("session").get(pk=stage.item)).lines


def test_each_reads_to_a_place_of_their_own_and_it_never_goes_back(open_):
    stage = open_
    first, second = say(stage, stage.tenant, "Le logement est-il calme ?"), say(stage, stage.agent, "Oui, sur cour.")
    everyone = (stage.president, stage.mayor, stage.tenant, stage.secretary, stage.agent)
    assert waits(stage, *everyone) == [2, 2, 1, 2, 1]
    read(stage, stage.mayor, first.pk)
    read(stage, stage.president)
    read(stage, stage.secretary)
    read(stage, stage.president, first.pk)
    assert waits(stage, *everyone) == [0, 1, 1, 0, 1]
    with acting(stage.mayor.scope):
        assert unread_by_item(stage.mayor) == {stage.item: 1}
    assert dict(ReadMark.objects.order_by("pk").values_list("person", "upto")) == {
        stage.mayor.person_id: first.pk, stage.president.person_id: second.pk, stage.secretary.person_id: second.pk,
    }  # fmt: skip


def test_it_is_said_by_how_many_members_it_was_read_and_whether_the_landlord_did(open_):
    stage = open_
    say(stage, stage.tenant, "Le logement est-il calme ?")
    assert [line.read_by for line in lines(stage, stage.tenant)] == [""]
    for who in (stage.mayor, stage.president, stage.tenant):
        read(stage, who)
    assert [line.read_by for line in lines(stage, stage.tenant)] == ["Lu par 2 membres"]
    read(stage, stage.agent)
    say(stage, stage.agent, "Oui, sur cour.")
    read(stage, stage.mayor)
    assert [line.read_by for line in lines(stage, stage.mayor)] == [
        "Lu par 2 membres et par le bailleur",
        "Lu par 1 membre",
    ]
    assert [(line.own, line.new) for line in lines(stage, stage.tenant)] == [(True, False), (False, True)]


def test_a_sensitive_word_holds_the_message_back_until_it_was_read_again(open_):
    stage = open_
    with pytest.raises(Refused) as refusal:
        say(stage, stage.tenant, "Madame est dépressive, il y a une maladie.")
    assert (refusal.value.code, refusal.value.field, Comment.objects.count()) == ("comment.careful", "text", 0)
    assert "« dépressive » dit une maladie ou un diagnostic" in refusal.value.message
    say(stage, stage.tenant, "La prison est-elle loin ?", reread=True)
    say(stage, stage.tenant, "Et l’école ?", reread=True)
    events = Event.objects.filter(verb="comments.post").order_by("pk")
    assert [event.data for event in events] == [{"reread": True}, {}]


def test_the_page_gives_the_text_back_with_the_reason_and_the_way_out(open_, client_for):
    stage = open_
    path, text = f"/commission/logements/{stage.item}/discussion/", "La maison de maladie est à côté."
    with clock.frozen_at(OPENS):
        client = client_for(stage.tenant)
        plain = client.get(path).content.decode()
        refused = client.post(path, {"text": text})
        fragment = client.post(path, {"text": text}, headers={"HX-Request": "true"})
        sent = client.post(path, {"text": text, "reread": "on"})
    body = refused.content.decode()
    assert (refused.status_code, fragment.status_code, sent.status_code) == (422, 422, 302)
    assert [text in body, "Message non envoyé. À relire" in body, 'name="reread"' in body] == [True] * 3
    assert ('name="reread"' in plain, "<html" in fragment.content.decode()) == (False, False)
    assert [c.text for c in Comment.objects.all()] == [text]


def test_the_same_message_sent_again_is_one(open_):
    for _ in range(2):
        say(open_, open_.tenant, "Une question")
    assert (Comment.objects.count(), Event.objects.filter(verb="comments.post").count()) == (1, 1)


def test_the_landlord_s_team_reads_and_answers_on_its_own_page(open_, client_for):
    stage = open_
    say(stage, stage.tenant, "Le logement est-il calme ?")
    path = f"/bailleur/seances/logements/{stage.item}/discussion/"
    with clock.frozen_at(OPENS):
        for who in (stage.agent, stage.secretary):
            client = client_for(who)
            listed, page = client.get("/bailleur/discussions/").content.decode(), client.get(path).content.decode()
            assert [path in listed, "Le logement est-il calme ?" in page, "1\u00a0non lu" in listed] == [True] * 3
        client.post(path, {"text": "Oui, sur cour."})
        members = client_for(stage.mayor).get(f"/commission/logements/{stage.item}/").content.decode()
    assert ("Oui, sur cour." in members, stage.landlord.name in members) == (True, True)
    assert list(Comment.objects.order_by("pk").values_list("by_member", flat=True)) == [True, False]


def test_reading_is_a_form_and_a_look_writes_nothing(open_, client_for):
    stage = open_
    said = say(stage, stage.tenant, "Le logement est-il calme ?")
    with clock.frozen_at(OPENS):
        client = client_for(stage.mayor)
        client.get(f"/commission/logements/{stage.item}/discussion/")
        assert ReadMark.objects.count() == 0
        for nonsense in ("", "x", "9" * 30):
            client.post(f"/commission/logements/{stage.item}/lu/", {"upto": nonsense})
        assert ReadMark.objects.count() == 0
        answer = client.post(f"/commission/logements/{stage.item}/lu/", {"upto": said.pk})
    assert (answer.status_code, ReadMark.objects.get().upto) == (302, said.pk)


def test_whoever_answers_has_read_what_the_page_showed(open_, client_for):
    stage = open_
    said = say(stage, stage.tenant, "Le logement est-il calme ?")
    path = f"/bailleur/seances/logements/{stage.item}/discussion/"
    with clock.frozen_at(OPENS):
        client = client_for(stage.agent)
        assert f'name="upto" value="{said.pk}"' in client.get(path).content.decode()
        client.post(path, {"text": "Oui, sur cour.", "upto": said.pk})
    mark = ReadMark.objects.get()
    assert (mark.person_id, mark.upto, mark.member) == (stage.agent.person_id, said.pk, False)


def test_postgresql_lets_nobody_write_in_another_s_name_nor_take_a_message_back(open_):
    stage = open_
    said = say(stage, stage.tenant, "Le logement est-il calme ?")
    with acting(stage.tenant.scope):
        assert Comment.objects.filter(pk=said.pk).update(text="autre chose") == 0
        assert Comment.objects.filter(pk=said.pk)._raw_delete("default") == 0
    with pytest.raises(ProgrammingError), transaction.atomic(), acting(stage.tenant.scope):
        Comment.objects.create(
            item_id=stage.item, person=stage.mayor.person, by_member=True, capacity="Maire", text="Faux", at=OPENS
        )
    read(stage, stage.mayor)
    with acting(stage.tenant.scope):
        assert ReadMark.objects.filter(person=stage.mayor.person).update(upto=0) == 0


def test_whoever_stepped_out_and_whoever_is_a_stranger_reads_no_row(open_, build):
    stage = open_
    say(stage, stage.mayor, "Le logement est-il calme ?")
    read(stage, stage.president)
    with clock.frozen_at(OPENS):
        stage.as_(stage.tenant, actions.declare_interest, item_id=stage.item, reason="cousin")
    strangers = [build.actor(role) for role in ("member", "secretary", "landlord", "desk", "support")]
    for who in (stage.tenant, stage.households[0], *strangers):
        with acting(who.scope):
            assert (Comment.objects.count(), ReadMark.objects.count(), unread_total(who)) == (0, 0, 0)
    assert waits(stage, stage.president, stage.agent) == [0, 1]


def test_the_discussion_opens_with_the_publication_and_closes_with_the_signature(open_):
    stage = open_
    with clock.frozen_at(OPENS):
        draft = stage.as_(
            stage.secretary, actions.create_session, commission_id=stage.commission.pk,
            opens_at=OPENS + timedelta(days=20), closes_at=CLOSES + timedelta(days=20),
        )  # fmt: skip
    item = AgendaItem.objects.create(session=draft, offer=stage.build.offer(stage.landlord), position=1)
    with pytest.raises(Refused) as early:
        stage.as_(stage.secretary, actions.post_comment, item_id=item.pk, text="Trop tôt")
    stage.vote_and_sign(stage.candidates)
    with pytest.raises(Refused) as late:
        say(stage, stage.agent, "Trop tard", at=AFTER)
    assert (early.value.code, late.value.code) == ("comment.early", "comment.closed")


def told(at) -> list[str]:
    before = set(Message.objects.values_list("pk", flat=True))
    with clock.frozen_at(at):
        actions.tell_waiting()
    new = Message.objects.exclude(pk__in=before).filter(kind="commissions.discussion")
    return sorted(new.values_list("to", flat=True))


def test_whoever_wrote_gets_one_mail_after_the_quiet_time_and_no_other_before_coming_back(open_):
    stage = open_
    say(stage, stage.tenant, "Le logement est-il calme ?")
    read(stage, stage.secretary)
    read(stage, stage.agent)
    for n in range(10):
        say(stage, stage.agent, f"Réponse {n}", at=OPENS + timedelta(minutes=n))
    tenant, secretary = stage.tenant.person.email, stage.secretary.person.email
    assert told(OPENS + QUIET - timedelta(seconds=1)) == []
    assert told(OPENS + QUIET) == sorted([tenant, secretary])
    assert [told(OPENS + QUIET + timedelta(hours=n)) for n in (0, 1, 20)] == [[], [], []]
    read(stage, stage.tenant, at=OPENS + timedelta(hours=2))
    say(stage, stage.agent, "Encore un mot", at=OPENS + timedelta(hours=3))
    assert told(OPENS + timedelta(hours=4)) == [tenant]


def test_who_reads_in_time_who_never_wrote_and_who_stepped_out_get_no_mail(open_):
    stage = open_
    for who in (stage.tenant, stage.mayor):
        say(stage, who, f"Question de {who.person_id}")
    say(stage, stage.agent, "Réponse")
    for who in (stage.secretary, stage.agent, stage.mayor):
        read(stage, who)
    with clock.frozen_at(OPENS):
        stage.as_(stage.tenant, actions.declare_interest, item_id=stage.item, reason="cousin")
    assert told(OPENS + QUIET) == []


def test_the_mail_quotes_nothing_of_the_thread_and_no_household(open_):
    stage = open_
    say(stage, stage.tenant, "Le logement est-il calme ?")
    say(stage, stage.agent, "Oui, sur cour, Mme Essai le sait.")
    assert told(OPENS + QUIET)
    mail = Message.objects.filter(kind="commissions.discussion", person=stage.tenant.person_id).get()
    assert mail.subject == f"Séance {stage.session.number} : des messages vous attendent"
    for secret in ("calme", "sur cour", "Mme Essai", "Caen"):
        assert secret not in mail.text.replace(stage.commission.name, "").replace(stage.tenant.person.full_name, "")
    assert f"/commission/seances/{stage.session.pk}/" in mail.text


def shown(stage, who) -> list[int] | None:
    with clock.frozen_at(OPENS), acting(who.scope):
        found = first_places(who, list(items_for(who, stage.session)))
        return [votes for _, votes in found[stage.item]] if found else None


@pytest.mark.parametrize(
    ("rule", "voted", "not_yet", "secretary"),
    [("hidden", None, None, None), ("after_own", [0, 1, 0, 0], None, None), ("visible", [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0])],
)  # fmt: skip
def test_first_places_are_seen_as_the_rules_say(open_, rule, voted, not_yet, secretary):
    stage = open_
    stage.build.session_rules(tallies=rule)
    a, b, c, d = [candidate.pk for candidate in stage.candidates]
    with clock.frozen_at(OPENS):
        stage.as_(stage.mayor, actions.cast_ballot, item_id=stage.item, ranking=[b, a, c, d])
    assert [shown(stage, who) for who in (stage.mayor, stage.tenant, stage.secretary)] == [voted, not_yet, secretary]


def test_first_places_leave_out_who_stepped_out_and_are_shown_to_them_no_more(open_):
    stage = open_
    stage.build.session_rules(tallies="visible")
    a, b, c, d = [candidate.pk for candidate in stage.candidates]
    with clock.frozen_at(OPENS):
        stage.as_(stage.mayor, actions.cast_ballot, item_id=stage.item, ranking=[b, a, c, d])
        stage.as_(stage.tenant, actions.cast_ballot, item_id=stage.item, ranking=[a, b, c, d])
        stage.as_(stage.tenant, actions.declare_interest, item_id=stage.item, reason="cousin")
    assert (shown(stage, stage.mayor), shown(stage, stage.tenant)) == ([0, 1, 0, 0], None)


def test_pages_show_turnout_and_only_turnout_when_tallies_are_hidden(open_, client_for):
    stage = open_
    stage.vote(stage.candidates)
    with clock.frozen_at(OPENS + timedelta(hours=2)):
        pages = [
            client_for(stage.mayor).get(f"/commission/seances/{stage.session.pk}/participation/"),
            client_for(stage.mayor).get(f"/commission/logements/{stage.item}/participation/"),
            client_for(stage.secretary).get(f"/bailleur/seances/{stage.session.pk}/participation/"),
        ]
    for answer in pages:
        body = answer.content.decode()
        assert ("Ont voté : 3 sur 3 (quorum : 2)" in body, "Premières places" in body) == (True, False)
