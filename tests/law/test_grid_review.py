"""What can be read and is wrong all the same; the rules in words; what changes between two versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.law import columns, records
from palier.law.cotation import parse_grid, score
from palier.law.grid import Grid, GridError
from palier.law.grid_difference import differences
from palier.law.grid_files import load_grid, shipped, source_of
from palier.law.grid_review import REFUSES, WARNS, extent, refusing, review
from palier.law.grid_words import condition, in_words
from palier.law.household import Household, Person, Refusal, Wish
from palier.law.typical import tried, typical
from tests.law.people import ON, households
from tests.law.test_columns import grids

HEAD = f'key = "g"\ntitle = "G"\nterritory = "T"\nversion = 1\nvalid_from = {ON.isoformat()}\nsource = "test"\n'
LAWFUL = """
[[family]]
key = "law"
label = "Loi"
[[family.criterion]]
key = "dalo"
label = "DALO"
points = 50
fact = "situation.dalo"
[[family.criterion]]
key = "unfit"
label = "Logement indigne"
points = 20
fact = "situation.unfit"
[[family.criterion]]
key = "months"
label = "Ancienneté"
kind = "per_month"
fact = "seniority.months"
points = 1
most = 60
"""


def text(*criteria: str, head: str = "", family: str = "", law: str = LAWFUL) -> str:
    body = "".join(f'[[family.criterion]]\nkey = "c{n}"\nlabel = "Critère {n}"\n{c}\n' for n, c in enumerate(criteria))
    own = f'[[family]]\nkey = "own"\nlabel = "À nous"\n{family}\n{body}' if criteria else ""
    return f"{HEAD}{head}\n{law}{own}"


def said(source: str, on: date = ON) -> list[tuple[str, int, str]]:
    return [(r.level, r.line, r.message) for r in review(parse_grid(source), on=on, text=source)]


def line_of(source: str, key: str, words: str = "") -> int:
    """The line of a key, or the first one after it that begins with some words."""
    lines = source.splitlines()
    found = lines.index(f'key = "{key}"')
    return next(n for n, line in enumerate(lines[found:], start=found + 1) if line.startswith(words or "key"))


def test_a_sound_grid_raises_nothing() -> None:
    assert said(text()) == []


@pytest.mark.parametrize(
    ("criterion", "why"),
    [
        ('points = 5\nwhen = [{ fact = "applicant.age", at_least = 30 }, { fact = "applicant.age", below = 26 }]',
         "« âge du demandeur : au moins 30 ans » et « âge du demandeur : moins de 26 ans » s’excluent"),
        ('points = 5\nwhen = [{ fact = "household.minors", above = 2 }, { fact = "household.minors", below = 3 }]',
         "« enfants mineurs ou à naître : plus de 2 enfants » et « enfants mineurs ou à naître : moins de 3 enfants » s’excluent"),
        ('points = 5\nfact = "applicant.age"\nat_least = 130', "« âge du demandeur : au moins 130 ans » n’existe pas"),
        ('points = 5\nfact = "household.size"\nat_most = 0', "« personnes à loger : au plus 0 personne » n’existe pas"),
        ('points = 5\nwhen = [{ fact = "transfer" }, { fact = "transfer", is = false }]',
         "« déjà locataire du parc social » et « pas ceci : déjà locataire du parc social » s’excluent"),
        ('points = 5\nwhen = [{ fact = "home.status", is = "SD" }, { fact = "home.status", in = ["HOT", "CP"] }]',
         "« logement actuel : « Sans abri » » et « logement actuel : « Chez un particulier » ou « À l’hôtel » » s’excluent"),
        ('points = 5\nwhen = [{ fact = "household.couple" }, { fact = "household.lone_parent" }]',
         "« demande d’un couple » et « un seul adulte avec des personnes à charge » s’excluent"),
        ('points = 5\nwhen = [{ fact = "transfer" }]\nany_of = [{ fact = "transfer", is = false }]',
         "aucune de ses conditions ne peut être vraie avec les autres"),
        ('points = 0\nfact = "transfer"', "il vaut zéro point"),
        ('kind = "bands"\nfact = "home.effort"\nbands = [{ below = 30, points = 0 }, { points = 0 }]',
         "aucune tranche ne donne de points"),
        ('kind = "per_month"\nfact = "seniority.months"\npoints = 1\nmost = 0', "son maximum (« most ») est nul"),
        ('kind = "per_month"\nfact = "household.minors"\npoints = 1\nevery = 40', "il faudrait au moins 40"),
        ('kind = "threshold_bonus"\nfact = "applicant.age"\nabove = 150\npoints = 10', "aucun ménage ne dépasse 150"),
    ],
)  # fmt: skip
def test_a_criterion_that_can_never_count(criterion: str, why: str) -> None:
    source = text(criterion)
    told = [(level, line, message.replace("\xa0", " ")) for level, line, message in said(source)]
    assert told == [(REFUSES, line_of(source, "c0"), f"Il ne comptera jamais : {why}.")]


def test_a_criterion_that_the_grid_itself_leaves_out() -> None:
    transfer = 'points = 5\nfact = "transfer"'
    assert said(text(transfer, head='applies_to = "first_demand"'))[0][2] == (
        "Il ne comptera jamais : la grille ne concerne pas ces demandes."
    )
    head = '[[excluded]]\nlabel = "Mutations"\nwhen = [{ fact = "transfer" }]\n'
    assert said(text(transfer, head=head))[0][2] == (
        "Il ne comptera jamais : ces demandes sont exclues de la cotation (« Mutations »)."
    )


def test_an_exclusion_of_nobody() -> None:
    head = '[[excluded]]\nlabel = "Âgés"\nwhen = [{ fact = "applicant.age", above = 125 }]\n'
    assert said(text(head=head)) == [
        (REFUSES, 0, "« Âgés » n’exclura jamais personne : « âge du demandeur : plus de 125\xa0ans » n’existe pas.")
    ]


def test_days() -> None:
    assert said(text(), on=date(2026, 11, 25))[0][:2] == (REFUSES, 0)
    assert said(text(), on=date(2026, 11, 22)) == []
    assert said(text(head=f"valid_to = {ON.isoformat()}")) == [(REFUSES, 0, "Elle finirait avant d’avoir commencé.")]


def test_totals_below_zero() -> None:
    head = '[refusal]\neffect = "points"\npoints = -10\nmost = -30\nfloor = {}\n'
    assert said(text(head=head.format("true"))) == []
    assert said(text(head=head.format("false"))) == [(WARNS, 0, "Un total peut descendre jusqu’à -30\xa0points.")]
    only = '[[family]]\nkey = "own"\n[[family.criterion]]\nkey = "c"\nlabel = "C"\npoints = -5\nfact = "transfer"\n'
    assert (REFUSES, 0, "Personne ne pourrait avoir un point.") in said(text(law=only))


def test_limits() -> None:
    source = text('points = 30\nfact = "transfer"', family="cap = 20")
    assert said(source) == [
        (
            WARNS,
            line_of(source, "own", "cap"),
            "Un critère vaut à lui seul 30\xa0points, plus que sa limite de 20\xa0points.",
        )
    ]
    source = text('points = 30\nfact = "transfer"', family="cap = 0")
    assert said(source)[0] == (
        REFUSES, line_of(source, "own", "cap"), "Sa limite est nulle : aucun de ses critères ne compterait."
    )  # fmt: skip
    assert said(text(head="total_cap = 0"))[-1][2] == "Le total est limité à zéro."
    source = text('kind = "per_month"\nfact = "household.minors"\npoints = 5\nmost = 3')
    assert said(source) == [(WARNS, line_of(source, "c0"), "Son maximum est atteint dès le premier pas.")]


def test_the_same_rule_twice() -> None:
    same = 'points = 5\nfact = "transfer"'
    source = text(same, same)
    assert said(source) == [
        (
            WARNS,
            line_of(source, "c1"),
            "Il demande la même chose que « Critère 0 » : ses points compteraient deux fois.",
        )
    ]
    assert said(text(same, same, family='combine = "max"'))[0][2].endswith("un seul des deux peut compter.")


def test_what_the_law_wants_is_only_a_warning() -> None:
    bare = '[[family]]\nkey = "own"\n[[family.criterion]]\nkey = "c"\nlabel = "C"\npoints = 5\nfact = "transfer"\n'
    assert said(text(law=bare)) == [
        (WARNS, 0, "Elle ne dit rien des ménages reconnus au titre du DALO."),
        (WARNS, 0, "Elle ne dit rien des autres publics prioritaires."),
        (WARNS, 0, "L’ancienneté de la demande ne compte pas."),
    ]


def test_points_that_would_name_a_dangerous_situation() -> None:
    source = text('points = 77\nfact = "situation.violence"')
    (level, line, message), = said(source)  # fmt: skip
    assert (level, line) == (WARNS, line_of(source, "c0"))
    assert "77\xa0points ne sont qu’à lui" in message
    assert said(text('points = 20\nfact = "situation.violence"')) == []


def test_marks() -> None:
    assert said(text(head="incomplete = true"))[0][0] == REFUSES
    assert said(text(head="example = true")) == [
        (WARNS, 0, "Elle se dit un exemple : la page publique l’écrira.")
    ]  # fmt: skip


def test_five_hundred_criteria_are_read_scored_and_remarked_on() -> None:
    many = [f'points = 1\nfact = "applicant.age"\nat_least = {18 + n % 60}.{n:03}' for n in range(500)]
    source = text(*many)
    grid = parse_grid(source)
    assert said(source) == [(WARNS, 0, "503 critères : peu d’habitants s’y retrouveront.")]
    forty = Household((Person("applicant", date(ON.year - 40, 1, 1)),), registered_on=ON)
    expected = sum(18 + n % 60 + float(f"0.{n:03}") <= 40 for n in range(500))
    assert score(grid, forty, ON).points == expected


@given(grids())
def test_remarks_never_fail_and_extent_holds(grid: Grid) -> None:
    review(grid, on=ON)
    in_words(grid)
    assert differences(grid, grid) == ()


@given(grids(), households)
def test_no_total_leaves_the_extent_told(grid: Grid, household: Household) -> None:
    low, high = extent(grid)
    found = score(grid, household, ON)
    assert found.excluded or (low <= found.points and (high is None or found.points <= high))


@given(grids(), households)
def test_what_is_said_to_never_count_never_does(grid: Grid, household: Household) -> None:
    never = {r.where for r in refusing(review(grid, on=ON)) if r.message.startswith("Il ne comptera jamais")}
    fired = {
        f"rubrique « {family.label} », critère « {c.label} »"
        for family in grid.families for c in family.criteria
        for line in score(grid, household, ON).lines if line.criterion == c.key
    }  # fmt: skip
    assert not never & fired


def test_bad_households_are_scored_without_falling() -> None:
    """Nobody but an applicant without a birth date; fifteen people; 130 years; no income; a commune that merged away."""
    grid = load_grid("exemple-calvados-orne")
    nobody = Household((Person("applicant"),))
    fifteen = Household(
        (Person("applicant", date(1980, 1, 1)), *[Person("dependant", date(2015, 1, 1))] * 14), registered_on=ON
    )
    old = Household((Person("applicant", date(ON.year - 130, 1, 1)),), registered_on=ON)
    gone = Household((Person("applicant", date(1990, 1, 1)),), wish=Wish(communes=("14999",)), registered_on=ON)
    held = [nobody, fifteen, old, gone]
    points = [score(grid, household, ON).points for household in held]
    assert points == [Decimal(0), Decimal(20), Decimal(0), Decimal(0)]
    packed = records.unpack([records.pack(h, ON) for h in held], grid.place)
    by_columns = columns.compiled(grid, ON)
    assert (by_columns.totals(packed)["points"] / by_columns.scale).cast(pl.Int64).to_list() == [0, 20, 0, 0]


def test_a_grid_never_runs_code() -> None:
    for code in (
        "__import__('os').system('true')",
        "{{ 7*7 }}",
        "1; DROP TABLE cotation_grid",
        "household.size.__class__",
    ):
        with pytest.raises(GridError) as error:
            parse_grid(text(f'points = 5\nfact = "{code}"'))
        assert [p.message for p in error.value.problems] == [f"le fait « {code} » n’existe pas."]
    with pytest.raises(GridError, match="TOML"):
        parse_grid(text("points = 2 + 3"))


WORDS = {
    'points = 5\nfact = "transfer"': "déjà locataire du parc social",
    'points = 5\nfact = "transfer"\nis = false': "pas ceci : déjà locataire du parc social",
    'points = 5\nfact = "applicant.age"\nbelow = 30': "âge du demandeur : moins de 30 ans",
    'points = 5\nfact = "home.status"\nis = "CP"': "logement actuel : « Chez un particulier »",
    'points = 5\nfact = "motives"\nhas_any = ["09", "13"]':
        "motifs de la demande : l’un au moins de « Logement trop cher » ou « Logement trop petit »",
    'points = 5\nwhen = [{ fact = "transfer" }]\nany_of = [{ fact = "household.couple" }, { fact = "situation.dalo" }]':
        "déjà locataire du parc social ; et demande d’un couple ou reconnu prioritaire au titre du DALO",
}  # fmt: skip


@pytest.mark.parametrize("criterion", WORDS)
def test_conditions_in_words(criterion: str) -> None:
    found = parse_grid(text(criterion)).families[-1].criteria[0]
    assert condition(found).replace("\xa0", " ") == WORDS[criterion]


def test_the_grid_in_words() -> None:
    words = in_words(load_grid("exemple-calvados-orne"))
    plain = [
        (r.label, r.worth.replace("\xa0", " "), r.proof) for h in words.headings[:2] for r in h.rules[:2]
    ]  # fmt: skip
    assert plain == [
        ("Mois d’ancienneté", "1 point par mois, au plus 40 points", ""),
        ("Délai anormalement long dépassé (30 mois)", "20 points au-delà de 30 mois", ""),
        ("Reconnu prioritaire au titre du DALO", "100 points", "Compté une fois reconnu par un service"),
        ("Violences au sein du couple", "90 points", "Compté une fois reconnu par un service"),
    ]
    assert words.headings[3].rules[1].worth.replace("\xa0", " ") == (
        "10 points de 33 % à moins de 50 % ; 20 points de 50 % à moins de 70 % ; "
        "30 points à partir de 70 % (taux d’effort dans le logement actuel)"
    )
    assert (words.cap, words.excluded, words.to) == (
        "Une demande ne dépasse pas 250\xa0points.",
        ("Relogement lié à une démolition ou à une rénovation urbaine : traité à part, hors cotation.",),
        "Toutes les demandes.",
    )
    assert words.refusal.replace("\xa0", " ") == (
        "Refuser un logement adapté à vos besoins et à vos moyens : -10 points pendant 12 mois, à partir du 2ᵉ refus, "
        "sans dépasser -30 points en tout."
    )


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        ("points = 50", "points = 60", "changed", "« DALO » : 60 points au lieu de 50 points (+10 points)."),
        ("most = 60", "most = 80", "changed",
         "« Ancienneté » : 1 point par mois, au plus 80 points, au lieu de : 1 point par mois, au plus 60 points."),
        ('label = "Loi"', 'label = "Loi"\ncap = 90', "changed",
         "Les points de cette rubrique s’additionnent, dans la limite de 90 points. "
         "Auparavant : les points de cette rubrique s’additionnent."),
        ('fact = "situation.dalo"', 'fact = "situation.dalo"\nproof = "authority"', "changed",
         "« DALO » : compté une fois reconnu par un service."),
        ('fact = "situation.unfit"', 'fact = "situation.homeless"', "changed",
         "« Logement indigne » demande désormais : sans abri ou sans logement propre."),
        ('key = "unfit"', 'key = "unfit2"', "added", "Nouveau critère : Logement indigne, 20 points."),
        ('source = "test"', 'source = "test"\ntotal_cap = 99', "changed", "Une demande ne dépasse pas 99 points."),
        ('source = "test"', 'source = "test"\napplies_to = "transfer"', "changed",
         "Elle concerne désormais : les demandes de locataires du parc social (mutations)."),
        (f"valid_from = {ON.isoformat()}", "valid_from = 2027-01-01", "changed", "Elle s’applique à partir du 1er janvier 2027."),
        ('label = "Loi"', 'label = "La loi"', "changed", "S’appelait « Loi »."),
    ],
)  # fmt: skip
def test_differences_in_words(old: str, new: str, kind: str, words: str) -> None:
    found = differences(parse_grid(text()), parse_grid(text().replace(old, new)))
    assert (found[0].kind, found[0].text.replace("\xa0", " ")) == (kind, words)


def test_what_is_gone_is_told() -> None:
    more = text('points = 5\nfact = "transfer"')
    assert [(d.kind, d.where, d.text) for d in differences(parse_grid(more), parse_grid(text()))] == [
        ("removed", "À nous", "La rubrique disparaît, avec tous ses critères.")
    ]
    less = text('points = 5\nfact = "transfer"', 'points = 6\nfact = "household.couple"')
    assert [(d.kind, d.text) for d in differences(parse_grid(less), parse_grid(more))] == [
        ("removed", "Critère retiré : Critère 1 (6\xa0points).")
    ]


@given(st.sampled_from(shipped()), st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_made_up_households_are_scored_by_every_shipped_grid(name: str, on: date) -> None:
    grid = load_grid(name)
    assert [one.label for one, _ in tried(grid, on)] == [one.label for one in typical(on)]
    assert len({one.label for one in typical(on)}) == 8


def test_a_refusal_weighs_in_the_extent() -> None:
    head = '[refusal]\neffect = "points"\npoints = -10\nmost = -30\nfloor = false\n'
    grid = parse_grid(text(head=head))
    assert extent(grid) == (Decimal(-30), Decimal(130))
    refused = tuple(Refusal(ON) for _ in range(5))
    one = replace(typical(ON)[0].household, refusals=refused, registered_on=ON)
    assert score(grid, one, ON).points == -30


def test_every_shipped_grid_says_what_stands_against_it() -> None:
    for name in shipped():
        grid = load_grid(name)
        told = review(grid, on=grid.valid_from, text=source_of(name))
        assert [r.message for r in refusing(told) if not grid.incomplete] == []
