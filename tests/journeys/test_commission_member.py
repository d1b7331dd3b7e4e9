"""A member judges: twelve dwellings by touch on a phone, by keyboard alone, through a lost connection, on two devices."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from palier.demo.people import BY_KEY
from tests.browsing import PATIENCE
from tests.journeys.people import DESK, PHONE, Stage
from tests.journeys.sitting import Sitting, sit
from tests.journeys.test_accessibility import AXE

pytestmark = pytest.mark.browser
KEPT = "Gardé sur cet appareil, pas encore envoyé"
# Everything this site keeps on the device about ballots.
STORED = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('palier:')).map(([, held]) => held)"


@pytest.fixture
def device(stage: Stage, browser) -> Iterator:
    """`device(key)`: a telephone of that member, signed in; each call is another device."""
    contexts = []

    def make(key: str, size: dict[str, int] = PHONE, **options) -> Page:
        context = browser.new_context(viewport=size, locale="fr-FR", has_touch=size == PHONE, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("dialog", lambda dialog: dialog.accept())
        who = BY_KEY[key]
        page.goto(f"{stage.site}/demo/")
        page.get_by_role("button", name=f"{who.first_name} {who.last_name}").click()
        page.wait_for_url("**/commission/")
        return page

    yield make
    for context in contexts:
        context.close()


def choose(page: Page, *numbers: int) -> None:
    """Touch the candidates in that order; the last one is placed by itself."""
    for n in numbers:
        page.locator(f"[data-ranking] li[data-title='Candidat {n}'] [data-choose]").tap()


def said(page: Page, words: str) -> None:
    expect(page.locator("[data-ballot-state]")).to_contain_text(words)


def orders(sitting: Sitting) -> list[list[int]]:
    """What each recorded ballot ranks, as places on the agenda's own list."""
    numbers = {pk: n for i in range(len(sitting.items)) for n, pk in enumerate(sitting.candidates(i + 1), start=1)}
    return [[numbers[pk] for pk in ballot.ranking] for ballot in sitting.ballots()]


def test_twelve_dwellings_on_a_phone_three_touches_each(stage: Stage, device):
    sitting = sit(stage, dwellings=12)
    page = device("ines.membre")
    stage.shot(page, "home")
    page.get_by_role("link", name="Classer les candidats").tap()
    for n in range(1, 13):
        expect(page.locator(".eyebrow").first).to_have_text(f"Logement {n} sur 12 · {13 - n} à classer")
        if n == 1:
            stage.shot(page, "top", whole=False)
            page.locator(".compare-row").nth(4).scroll_into_view_if_needed()
            page.evaluate("window.scrollBy(0, 300)")
            stage.shot(page, "columns", whole=False)
            page.locator(".ballot-go").tap()
        choose(page, 2, 3)
        said(page, "Enregistré à")
        if n == 1:
            stage.shot(page, "ranked", whole=False)
        page.locator(".ballot-send").tap()
        if n == 5:
            page.wait_for_url(f"**{sitting.path(6)}")
            page.goto(f"{stage.site}/commission/seances/{sitting.session.pk}/")
            expect(page.locator("main")).to_contain_text("Il vous reste 7")
            stage.shot(page, "summary")
            page.get_by_role("link", name="Continuer").tap()
        if n < 12:
            page.wait_for_url(f"**{sitting.path(n + 1)}")
    page.wait_for_url("**/commission/seances/*/")
    expect(page.locator("main")).to_contain_text("C’est fait : tous vos logements sont classés")
    expect(page.locator("main .list-plain > li").first).to_contain_text("1er Candidat 2, 2e Candidat 3, 3e Candidat 1")
    assert orders(sitting) == [[2, 3, 1]] * 12
    assert {ballot.revision for ballot in sitting.ballots()} == {1}


def test_a_ballot_by_the_keyboard_alone(stage: Stage, device):
    sitting = sit(stage, dwellings=2)
    page = device("helene.maire", DESK)
    page.goto(stage.site + sitting.path(1))
    focus = "document.activeElement"

    def tab_to(test: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"Boolean({focus}.matches({json.dumps(test)}))"):
                hidden = (
                    "(() => { const a = document.activeElement, r = a.getBoundingClientRect(); const e = "
                    "document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2); return !(e && (a.contains(e) || e.contains(a))); })()"
                )
                # A part of the page that comes back longer pushes it for an instant: it is then brought back in view.
                page.wait_for_function(f"() => !{hidden}", timeout=2000)
                return
        raise AssertionError(f"no way to {test} by the Tab key")

    tab_to("[data-choose]")
    stage.shot(page, "desk", whole=False)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    said(page, "Enregistré à")
    assert orders(sitting) == [[1, 2, 3]]
    assert page.evaluate(f"{focus}.closest('li').dataset.title") == "Candidat 2"
    page.keyboard.press("ArrowUp")
    expect(page.locator("#announce")).to_have_text("Candidat 2 : 1er sur 3")
    stage.shot(page, "focus", whole=False)
    tab_to("[data-title='Candidat 3'] summary")
    page.keyboard.press("Enter")
    tab_to("[data-title='Candidat 3'] select")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#announce")).to_have_text("Candidat 3 : refusé pour ce logement")
    tab_to("[name=meeting]")
    page.keyboard.press("Space")
    tab_to("[type=submit][form=classement]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{sitting.path(2)}")
    (ballot,) = sitting.ballots()
    first, second, third = sitting.candidates(1)
    assert (ballot.ranking, list(ballot.refused), ballot.meeting) == ([second, first], [str(third)], True)


def test_a_lost_connection_keeps_the_ballot_here_and_sends_it_when_it_is_back(stage: Stage, device):
    sitting = sit(stage, dwellings=2)
    page = device("ines.membre")
    page.goto(stage.site + sitting.path(1))
    page.context.set_offline(True)
    choose(page, 3, 1)
    said(page, KEPT)
    (held,) = page.evaluate(STORED)
    second = [sitting.candidates(1)[n] for n in (2, 0, 1)]
    assert json.loads(held) == {
        "address": f"{sitting.path(1)}classer/", "revision": 0, "late": False,
        "latest": {"ranking": second, "refused": {}, "meeting": False},
        "flight": {"ranking": second, "refused": {}, "meeting": False},
    }  # fmt: skip
    stage.shot(page, "kept", whole=False)
    assert sitting.ballots() == []
    # What changes meanwhile is kept too, and the way on waits for the line.
    page.locator("[data-title='Candidat 3'] [data-move='1']").tap()
    page.locator(".ballot-send").tap()
    said(page, "La suite s’ouvrira au retour de la connexion")
    page.context.set_offline(False)
    page.wait_for_url(f"**{sitting.path(2)}")
    assert (orders(sitting), page.evaluate(STORED)) == ([[1, 3, 2]], [])


def test_an_answer_lost_on_the_way_back_is_no_second_ballot(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    page = device("ines.membre")
    page.goto(stage.site + sitting.path(1))

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/classer/", lose_the_answer)
    choose(page, 2, 1)
    said(page, KEPT)
    page.unroute("**/classer/")
    said(page, "Enregistré à")
    page.locator("[data-title='Candidat 2'] [data-move='1']").tap()
    said(page, "Enregistré à")
    expect(page.locator("[name=revision]")).to_have_value("2")
    assert ([b.revision for b in sitting.ballots()], orders(sitting)) == ([2], [[1, 2, 3]])


def test_another_page_of_the_space_sends_what_was_kept(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    page = device("ines.membre")
    page.goto(stage.site + sitting.path(1))
    page.context.set_offline(True)
    choose(page, 2, 1)
    said(page, KEPT)
    page.close()
    context = page.context
    again = context.new_page()
    again.route("**/classer/", lambda route: route.abort())
    context.set_offline(False)
    again.goto(f"{stage.site}/commission/")
    expect(again.locator("[data-ballots-kept]")).to_contain_text("pas encore envoyé")
    again.unroute("**/classer/")
    again.reload()
    expect(again.locator("main")).to_contain_text("1 sur 1")
    again.wait_for_function(f"() => ({STORED})().length === 0")
    assert orders(sitting) == [[2, 1, 3]]


def test_a_ballot_that_comes_after_the_closing_is_refused_and_stays_in_view(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    page = device("ines.membre")
    page.goto(stage.site + sitting.path(1))
    choose(page, 1, 2)
    said(page, "Enregistré à")
    page.context.set_offline(True)
    page.locator("[data-title='Candidat 3'] [data-move='-1']").tap()
    said(page, KEPT)
    stage.jump("après la clôture")
    page.context.set_offline(False)
    trouble = page.locator("[data-trouble=closed]")
    for _ in range(2):
        expect(trouble).to_contain_text("Arrivé après la clôture : ce classement n’est pas compté")
        expect(trouble).to_contain_text("1. Candidat 1, 2. Candidat 3, 3. Candidat 2")
        expect(trouble).to_contain_text("1. Candidat 1, 2. Candidat 2, 3. Candidat 3")
        stage.shot(page, "late", whole=False)
        page.reload()
    trouble.get_by_role("button").tap()
    assert (orders(sitting), page.evaluate(STORED)) == ([[1, 2, 3]], [])


@pytest.mark.parametrize(("answer", "order"), [("Garder celui", [2, 1, 3]), ("Enregistrer celui d’ici", [3, 2, 1])])
def test_an_old_device_never_writes_over_a_newer_ballot_in_silence(stage: Stage, device, answer, order):
    sitting = sit(stage, dwellings=1)
    old, new = device("ines.membre"), device("ines.membre")
    for page in (old, new):
        page.goto(stage.site + sitting.path(1))
    old.context.set_offline(True)
    choose(old, 3, 2)
    said(old, KEPT)
    choose(new, 2, 1)
    said(new, "Enregistré à")
    old.context.set_offline(False)
    expect(old.locator("[data-trouble=conflict]")).to_contain_text("1. Candidat 2, 2. Candidat 1, 3. Candidat 3")
    assert orders(sitting) == [[2, 1, 3]]
    stage.shot(old, "conflict", whole=False)
    old.get_by_role("button", name=answer).tap()
    said(old, "Enregistré à")
    shown = old.locator("[data-ranking] li").evaluate_all(
        "lines => lines.map((line) => Number(line.dataset.title.at(-1)))"
    )
    assert (orders(sitting), shown, old.evaluate(STORED)) == ([order], order, [])


def test_two_tabs_of_one_device_follow_each_other(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    one = device("ines.membre")
    other = one.context.new_page()
    for page in (one, other):
        page.goto(stage.site + sitting.path(1))
    choose(one, 2, 3)
    said(one, "Enregistré à")
    said(other, "Enregistré à")
    other.locator("[data-title='Candidat 1'] [data-move='-1']").tap()
    expect(other.locator("[name=revision]")).to_have_value("2")
    assert orders(sitting) == [[2, 1, 3]]


def test_signing_out_wipes_what_the_device_kept(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    page = device("ines.membre", DESK)
    page.goto(stage.site + sitting.path(1))
    page.route("**/classer/", lambda route: route.abort())
    for n in (1, 2):
        page.locator(f"[data-ranking] li[data-title='Candidat {n}'] [data-choose]").click()
    said(page, KEPT)
    assert len(page.evaluate(STORED)) == 1
    page.get_by_role("button", name="Inès Robert").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_load_state()
    assert page.evaluate(STORED) == []


def test_dragging_ranks_what_stands_above(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    page = device("ines.membre", DESK)
    page.goto(stage.site + sitting.path(1))
    lines = page.locator("[data-ranking] li")
    lines.nth(2).locator(".ranking-handle").drag_to(lines.nth(0), target_position={"x": 20, "y": 5})
    lines.nth(2).locator(".ranking-handle").drag_to(lines.nth(1), target_position={"x": 20, "y": 5})
    said(page, "Enregistré à")
    assert orders(sitting) == [[3, 2, 1]]


def test_without_javascript_numbers_are_typed_and_reasons_chosen(stage: Stage, device):
    sitting = sit(stage, dwellings=1)
    page = device("ines.membre", java_script_enabled=False)
    page.goto(stage.site + sitting.path(1))
    page.get_by_label("Rang de Candidat 1").fill("2")
    page.get_by_label("Rang de Candidat 2").fill("2")
    page.get_by_role("button", name="Enregistrer et terminer").tap()
    expect(page.locator("main")).to_contain_text("Deux candidats ont la même place")
    page.get_by_label("Rang de Candidat 2").fill("1")
    page.get_by_label("Rang de Candidat 1").fill("2")
    page.locator("[data-title='Candidat 3'] summary").tap()
    page.get_by_label("Motif du refus de Candidat 3").select_option("too_small")
    page.get_by_role("button", name="Enregistrer et terminer").tap()
    expect(page.locator("main")).to_contain_text("Votre classement est enregistré")
    assert (orders(sitting), list(sitting.ballots()[0].refused.values())) == ([[2, 1]], ["too_small"])


def test_axe_zoom_and_the_order_in_which_it_is_read(stage: Stage, device):
    sitting = sit(stage, dwellings=2)
    page = device("ines.membre", bypass_csp=True)
    # 195 px is a telephone at 200 %, 640 px a desk at 200 %.
    for width in (390, 195, 320, 640, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(stage.site + sitting.path(1))
        said(page, "Pas encore classé")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (width, over) == (width, 0)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "() => axe.run(document).then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].target))"
        )
        assert (width, found) == (width, [])
        if width in (195, 640):
            page.locator(".compare-row").nth(7).scroll_into_view_if_needed()
            stage.shot(page, f"zoom-{width}", whole=False)
    tree = page.locator("main").aria_snapshot()
    marks = ['heading "T3 de', "Clôture de la séance", 'heading "Les candidats', 'columnheader "Candidat 1"',
             'rowheader "Points', 'rowheader "Pièces', 'group "Votre classement"', '"Candidat 1 : Choisir en 1er"',
             "Pas encore classé", 'heading "Discussion"', 'link "Logement suivant']  # fmt: skip
    places = [tree.find(mark) for mark in marks]
    assert -1 not in places, [mark for mark, place in zip(marks, places, strict=True) if place < 0] + [tree]
    assert places == sorted(places)
