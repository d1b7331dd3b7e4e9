"""Rules of procedure: those that cannot be applied are refused with their reason, the others are told in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law.ballots import RULES
from palier.law.procedure import (
    ALONE,
    MEETING_BY,
    TALLIES,
    VOTING,
    Member,
    Rules,
    called_together,
    composition,
    differences,
    in_words,
    lacking,
    notice,
    remarks,
    window_hours,
)

ON = date(2026, 11, 23)
WHOLE = (
    Member("board", president=True), *[Member("board")] * 4, Member("tenants"),
    Member("mayor", place="14118"), Member("mayor", place="14366"), Member("epci", place="200065597"), Member("prefect"),
)  # fmt: skip


def blocking(rules: Rules, members=WHOLE) -> list[tuple[str, str]]:
    return [(r.field, r.text) for r in remarks(rules, members, on=ON) if r.blocking]


def test_the_rules_of_the_house_stand_with_a_whole_commission() -> None:
    assert remarks(Rules(), WHOLE, on=ON) == []
    assert composition(WHOLE, on=ON) == []


def test_two_mayors_never_sit_for_one_dwelling() -> None:
    assert called_together(WHOLE) == {"board": 5, "tenants": 1, "mayor": 1, "epci": 1, "prefect": 1, "mandate": 0}


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"quorum": 0}, "quorum", "Le quorum est d’au moins une voix."),
        ({"quorum": 10}, "quorum", "Quorum impossible : 10 voix demandées, et 9 membres au plus peuvent voter pour un même logement."),
        ({"quorum_kinds": {"mandate": 1}}, "kind_mandate",
         "Quorum impossible : 1 représentant de l’organisme mandant demandé, aucun siège de cette qualité n’est pourvu."),
        ({"quorum_kinds": {"mayor": 2}}, "kind_mayor", "Maire de la commune ou son représentant : une seule voix est possible pour un logement."),
        ({"quorum_kinds": {"advisory": 1}}, "kind_advisory", "Seuls des membres délibératifs comptent dans le quorum."),
        ({"quorum_kinds": {"tenants": 0}}, "kind_tenants", "Représentant des locataires : demandez au moins une voix, ou aucune condition."),
        ({"closes": "wed 08:00"}, "closes", "La séance doit se clore après son ouverture."),
        ({"closes": "wed 09:00"}, "closes", "La séance doit se clore après son ouverture."),
        ({"closes": "someday"}, "closes", "La séance doit se clore après son ouverture."),
        ({"reminder_hours": (0,)}, "reminder_hours", "Un rappel part au moins une heure avant la clôture."),
        ({"reminder_hours": (28,)}, "reminder_hours", "Un rappel 28 h avant la clôture tomberait avant l’ouverture : il ne partirait jamais."),
        ({"counting": "lots"}, "counting", "Choisissez dans la liste."),
        ({"tallies": "never"}, "tallies", "Choisissez dans la liste."),
        ({"meeting_by": "nobody"}, "meeting_by", "Choisissez dans la liste."),
        ({"notice_days": 90}, "notice_days", "Donnez un nombre de jours entre 0 et 60."),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_is_refused(change, field, words) -> None:
    assert blocking(replace(Rules(), **change)) == [(field, words)]


def test_what_is_unusual_is_only_told() -> None:
    rules = replace(Rules(), closes="tue 09:00", notice_days=1, quorum=1, quorum_kinds={"mayor": 1, "tenants": 1})
    found = remarks(rules, WHOLE, on=ON)
    assert [r.field for r in found] == ["quorum", "closes", "notice_days"]
    assert {r.blocking for r in found} == {False}
    assert found[1].text == "La séance durerait 6 jours : vérifiez le jour de clôture."


def test_without_seats_yet_only_the_rules_themselves_are_checked() -> None:
    assert remarks(replace(Rules(), quorum=40, quorum_kinds={"mayor": 1}), on=ON) == []


@pytest.mark.parametrize(
    "members, fields",
    [
        ((*WHOLE, Member("board", president=True)), [("president", True), ("board", False)]),
        ((*WHOLE[1:], Member("board")), [("president", False)]),
        (WHOLE[:4], [("board", False), ("tenants", False), ("mayor", False), ("prefect", False)]),
        ((Member("prefect", president=True),), [("president", True), ("board", False), ("tenants", False), ("mayor", False)]),
    ],
)  # fmt: skip
def test_the_composition_is_that_of_the_law(members, fields) -> None:
    assert [(r.field, r.blocking) for r in composition(members, on=ON)] == fields


def test_fewer_than_six_of_the_board_is_told() -> None:
    assert composition(WHOLE[1:], on=ON)[1].text == "5 membres désignés par le conseil, 6 sont prévus (CCH R441-9)."


def test_rules_in_words() -> None:
    rules = replace(Rules(), quorum_kinds={"tenants": 1, "mayor": 1}, reminder_hours=(3, 24), names_shown=True)
    assert in_words(rules) == {
        "Séance": "Du mercredi à 9 h au jeudi à 13 h",
        "Convocation": "3 jours au moins avant l’ouverture",
        "Rappels": "24 h et 3 h avant la clôture, à qui n’a pas tout voté",
        "Quorum": "4 voix, dont au moins 1 maire et au moins 1 représentant des locataires, logement par logement",
        "Décompte": "Points selon la place (Borda)",
        "Égalités": "Voix prépondérante du maire, pour les logements de sa commune (CCH L441-2) ; "
        "à défaut, la commission départage en séance",
        "Résultats provisoires": "Cachés jusqu’à la clôture",
        "Noms des candidats": "Montrés aux membres",
        "Examen en réunion": "Tout membre délibératif peut le demander",
    }


def test_a_version_says_what_it_changes() -> None:
    after = replace(Rules(), quorum=3, closes="thu 12:30")
    assert differences(Rules(), after) == [
        ("Séance", "Du mercredi à 9 h au jeudi à 13 h", "Du mercredi à 9 h au jeudi à 12 h 30"),
        ("Quorum", "4 voix, logement par logement", "3 voix, logement par logement"),
    ]
    assert differences(after, after) == []


@pytest.mark.parametrize(
    "by, allowed", [("voting", (True, True, False)), ("any", (True, True, True)), ("president", (True, False, False))]
)
def test_who_may_ask_for_a_meeting(by, allowed) -> None:
    rules = replace(Rules(), meeting_by=by)
    seats = ((True, True), (True, False), (False, False))
    assert tuple(rules.may_ask_meeting(voting=v, president=p) for v, p in seats) == allowed


@pytest.mark.parametrize(
    "votes, missing, words",
    [
        (0, {}, ""),
        (2, {}, "il manque 2 votes"),
        (1, {"tenants": 1}, "il manque 1 vote, dont 1 représentant des locataires"),
        (0, {"tenants": 1, "mayor": 1}, "il manque 1 maire et 1 représentant des locataires"),
        (-1, {"board": 2}, "il manque 2 membres du conseil"),
    ],
)
def test_what_a_quorum_lacks_in_words(votes, missing, words) -> None:
    assert lacking(votes, missing) == words


@pytest.mark.parametrize(
    "summoned, words",
    [
        (date(2026, 11, 20), ""),
        (date(2026, 11, 22), "Convocation 3 jours avant l’ouverture ; le règlement en demande 5"),
        (date(2026, 11, 24), "Convocation 1 jour avant l’ouverture ; le règlement en demande 5"),
        (date(2026, 11, 25), "Convocation le jour même ; le règlement en demande 5"),
    ],
)
def test_notice_is_counted_in_days_to_the_opening(summoned, words) -> None:
    assert notice(summoned, date(2026, 11, 25), 5) == words


DAYS = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
MOMENTS = st.builds(lambda d, h, m: f"{d} {h:02d}:{m:02d}", DAYS, st.integers(0, 23), st.sampled_from([0, 15, 30]))
SOME_RULES = st.builds(
    Rules,
    quorum=st.integers(-1, 12),
    quorum_kinds=st.dictionaries(st.sampled_from(VOTING), st.integers(0, 4), max_size=3),
    counting=st.sampled_from(sorted(RULES)),
    tallies=st.sampled_from(sorted(TALLIES)),
    names_shown=st.booleans(),
    meeting_by=st.sampled_from(sorted(MEETING_BY)),
    reminder_hours=st.lists(st.integers(0, 80), max_size=3).map(tuple),
    notice_days=st.integers(0, 80),
    opens=MOMENTS,
    closes=MOMENTS,
)
SEATS = st.lists(st.builds(Member, st.sampled_from([*VOTING, "advisory"])), min_size=1, max_size=12)


@given(SOME_RULES, SEATS)
def test_rules_that_pass_have_a_quorum_somebody_can_reach_and_reminders_that_leave(rules, members) -> None:
    if blocking(rules, members):
        return
    together = called_together(members)
    assert 1 <= rules.quorum <= sum(together.values())
    assert all(1 <= asked <= together[kind] for kind, asked in rules.quorum_kinds.items())
    hours = window_hours(rules)
    assert all(1 <= before < hours for before in rules.reminder_hours)
    assert set(in_words(rules)) == set(in_words(Rules()))


@given(SOME_RULES, st.data())
def test_a_difference_is_told_exactly_when_a_rule_differs(rules, data) -> None:
    other = data.draw(SOME_RULES)
    said = {label for label, _, _ in differences(rules, other)}
    assert said == {label for label, words in in_words(rules).items() if words != in_words(other)[label]}
    assert differences(rules, rules) == []


def test_those_who_sit_alone_are_voting_kinds() -> None:
    assert set(ALONE) < set(VOTING)
