"""Six members, a mayor and an EPCI, each in a browser, at once: two on a phone, one without a line for a while, one
who steps out, a tie that the mayor's ballot settles; then the count, the president's page and the minutes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from palier.accounts.models import Person
from palier.commissions.models import AgendaItem, Recusal, Seat, Session
from palier.common.isolation import SYSTEM, acting
from tests.browsing import PATIENCE
from tests.journeys.people import DESK, PHONE, Stage, pdf_text, submit
from tests.journeys.sitting import Sitting, sit
from tests.journeys.test_commission_member import KEPT, STORED, said

pytestmark = pytest.mark.browser
# What each brings first, second and third on the first dwelling: four against four, the mayor among the second ones.
FIRST = {
    "yves.membre": (1, 2, 3), "ines.membre": (1, 2, 3), "denis.membre": (1, 2, 3), "odile.membre": (1, 2, 3),
    "rachid.membre": (2, 1, 3), "lucie.membre": (2, 1, 3), "helene.maire": (2, 1, 3), "interco.membre": (2, 1, 3),
}  # fmt: skip
SECOND = {key: (3, 1, 2) for key in FIRST}
PHONES, CUT_OFF, OUT = ("ines.membre", "denis.membre"), "denis.membre", "lucie.membre"
REASON = "Je connais l’un des candidats."


def test_eight_members_at_once_to_the_signed_minutes(stage: Stage, browser):
    sitting = sit(stage, dwellings=2)
    pages = {key: signed_in(stage, key) for key in FIRST}
    assert [page.viewport_size for page in pages.values()] == [PHONE if key in PHONES else DESK for key in FIRST]
    for page in pages.values():
        page.goto(stage.site + sitting.path(1))
    vote_with_one_line_down(sitting, pages)
    step_out(stage, sitting, pages[OUT])
    go_on(sitting, pages)
    assert orders(sitting) == [
        {key: list(ranking) for key, ranking in FIRST.items()},
        {key: list(ranking) for key, ranking in SECOND.items() if key != OUT},
    ]
    for key in set(pages) - {"yves.membre", "ines.membre", "helene.maire"}:
        pages[key].goto("about:blank")
    the_window_closes(stage, sitting, pages["ines.membre"])
    read_and_sign(stage, sitting, pages["yves.membre"])
    the_minutes_say_it_all(stage, sitting, pages["helene.maire"])


def signed_in(stage: Stage, key: str) -> Page:
    """A browser of its own for each; the demo's door shows only some of the cast."""
    page, client = stage.visitor(key, phone=key in PHONES), Client()
    with acting(SYSTEM):
        client.force_login(Person.objects.get(email=f"{key}@exemple.fr"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": stage.site}])
    page.set_default_timeout(PATIENCE)
    return page


def choose(page: Page, place: int, number: int) -> None:
    """The candidate of that place is chosen on screen; the last one is placed by itself."""
    button = page.locator(f"[data-ranking] li[data-title='Candidat {number}'] [data-choose]")
    expect(button).to_be_visible()
    button.click()
    expect(page.locator("[data-ranking] li").nth(place)).to_have_attribute("data-title", f"Candidat {number}")


def vote_with_one_line_down(sitting: Sitting, pages: dict[str, Page]) -> None:
    """Everybody's first choice, then everybody's second; what one line keeps back arrives when it is there again."""
    cut = pages[CUT_OFF]
    cut.context.set_offline(True)
    for place in range(2):
        for key, page in pages.items():
            choose(page, place, FIRST[key][place])
    for key, page in pages.items():
        said(page, KEPT if key == CUT_OFF else "Enregistré à")
    assert [list(found) for found in orders(sitting)] == [[key for key in FIRST if key != CUT_OFF], []]
    assert len(cut.evaluate(STORED)) == 1
    cut.context.set_offline(False)
    said(cut, "Enregistré à")
    assert (cut.evaluate(STORED), len(orders(sitting)[0])) == ([], 8)


def step_out(stage: Stage, sitting: Sitting, page: Page) -> None:
    page.locator(".ballot-send").click()
    page.wait_for_url(f"**{sitting.path(2)}")
    page.get_by_text("Me déporter de ce logement").click()
    page.get_by_label("Pourquoi vous déportez-vous").fill(REASON)
    submit(page, "Me déporter")
    expect(page.locator("main")).to_contain_text("vous ne votez pas et ne comptez pas au quorum")
    stage.shot(page, "deported")
    page.goto(stage.site + sitting.path(2))
    expect(page.locator("[data-ranking]")).to_have_count(0)


def go_on(sitting: Sitting, pages: dict[str, Page]) -> None:
    """The others, on the second dwelling, to the summary that says that all is done."""
    voting = {key: page for key, page in pages.items() if key != OUT}
    for page in voting.values():
        page.locator(".ballot-send").click()
    for place in range(2):
        for key, page in voting.items():
            choose(page, place, SECOND[key][place])
    for page in voting.values():
        said(page, "Enregistré à")
        page.locator(".ballot-send").click()
    for page in voting.values():
        page.wait_for_url(f"**/commission/seances/{sitting.session.pk}/")
        expect(page.locator("main")).to_contain_text("C’est fait : tous vos logements sont classés")


def orders(sitting: Sitting) -> list[dict[str, list[int]]]:
    """For each dwelling, member → the places on the agenda's list of those that the stored ballot ranks."""
    with acting(SYSTEM):
        seats = dict(Seat.objects.order_by("pk").values_list("pk", "person__email"))
    found: list[dict[str, list[int]]] = []
    for number, item in enumerate(sitting.items, start=1):
        places = {pk: n for n, pk in enumerate(sitting.candidates(number), start=1)}
        mine = {
            seats[b.seat_id].partition("@")[0]: [places[pk] for pk in b.ranking]
            for b in sitting.ballots()
            if b.item_id == item.pk
        }
        found.append({key: mine[key] for key in FIRST if key in mine})
    return found


def the_window_closes(stage: Stage, sitting: Sitting, phone: Page) -> None:
    """Nobody changes anything any more, and the secretary counts."""
    stage.jump("après la clôture")
    phone.goto(stage.site + sitting.path(1))
    expect(phone.locator("main")).to_contain_text("La séance est close : il ne peut plus être changé")
    desk = stage.as_("nadia.secretaire", f"/bailleur/seances/{sitting.session.pk}/")
    submit(desk, "Dépouiller les votes")
    expect(desk.locator("main")).to_contain_text("Décisions à vérifier")
    with acting(SYSTEM):
        counts = [item.count for item in AgendaItem.objects.order_by("position")]
        assert list(Recusal.objects.values_list("item", "seat__person__email", "reason")) == [
            (sitting.items[1].pk, f"{OUT}@exemple.fr", REASON)
        ]
    # Ten seats, one of them consultative; the prefect's did not vote; who stepped out is not called.
    seen = [(c["called"], c["votes"], c["quorum"], c["quorum_reached"], c["open_ties"]) for c in counts]
    assert seen == [(9, 8, 3, True, []), (8, 7, 3, True, [])]
    told = "Égalité entre Candidat 1 et Candidat 2 : la voix prépondérante du maire départage."
    assert [told in c["steps"] for c in counts] == [True, False]
    assert [c["order"] for c in counts] == [found(sitting, 1, 2, 1, 3), found(sitting, 2, 3, 1, 2)]


def found(sitting: Sitting, number: int, *places: int) -> list[str]:
    keys = sitting.candidates(number)
    return [str(keys[n - 1]) for n in places]


def read_and_sign(stage: Stage, sitting: Sitting, president: Page) -> None:
    president.goto(f"{stage.site}/commission/seances/{sitting.session.pk}/")
    president.get_by_role("link", name="Relire et signer").click()
    expect(president.get_by_role("heading", level=1)).to_have_text("Relire et signer")
    lines = president.locator(".decision-line strong")
    expect(lines).to_have_text(
        [f"Rang {rank} · Candidat {n}" for order in ((2, 1, 3), (3, 1, 2)) for rank, n in enumerate(order, start=1)]
    )
    stage.shot(president, "president")
    submit(president, "Signer le procès-verbal")
    expect(president.locator("main")).to_contain_text("Procès-verbal signé")


def the_minutes_say_it_all(stage: Stage, sitting: Sitting, mayor: Page) -> None:
    """The sealed record, and the paper that a member reads."""
    with acting(SYSTEM):
        signed = Session.objects.get(pk=sitting.session.pk)
    assert (signed.state, signed.record["president"]["name"]) == ("signed", "Yves Marchand")
    first, second = signed.record["items"]
    for item, voters in ((first, 8), (second, 7)):
        presence = [member["presence"] for member in item["members"] if member["voting"]]
        assert (presence.count("a voté"), presence.count("n’a pas voté")) == (voters, 1)
    assert [(m["name"], m["recusal"]) for m in second["members"] if m["presence"] == "déporté"] == [
        ("Lucie Garnier", REASON)
    ]
    assert [[(c["position"], c["rank"], c["kind"]) for c in item["candidates"]] for item in (first, second)] == [
        [(1, 2, "ranked"), (2, 1, "ranked"), (3, 3, "ranked")],
        [(1, 2, "ranked"), (2, 3, "ranked"), (3, 1, "ranked")],
    ]
    assert [len(item["count"]["ballots"]) for item in (first, second)] == [8, 7]
    mayor.goto(f"{stage.site}/commission/seances/{sitting.session.pk}/")
    link = mayor.get_by_role("link", name=re.compile("procès-verbal", re.I)).get_attribute("href")
    text = pdf_text(mayor.request.get(stage.site + link).body())
    for words in ("lavoixprépondérantedumairedépartage", "LucieGarnier", "déporté", "lequorumestatteint"):
        assert words in text, words
