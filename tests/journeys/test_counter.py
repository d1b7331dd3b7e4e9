"""Somebody without e-mail comes to the counter: registered with the keyboard alone, the certificate printed (mission E7)."""

from __future__ import annotations

import re

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Demand
from tests.journeys.people import Stage

pytestmark = pytest.mark.browser
# Two keys a second, which is slow for somebody whose work it is, for five minutes.
FIVE_MINUTES = 600


# A mother and her child, as somebody tells it: name of the field, how, what.
ANSWERS = (
    ("identite-civility", "choose", "Madame"),
    ("identite-last_name", "write", "Nguyen"),
    ("identite-first_names", "write", "Thi Mai"),
    ("identite-birth_date", "write", "1988-02-11"),
    ("identite-nationality", "choose", "Française"),
    ("identite-phone", "write", "0639980014"),
    ("identite-line", "write", "3 rue du Port"),
    ("identite-postcode", "write", "14000"),
    ("identite-town", "write", "Caen"),
    ("menage-family_status", "choose", "Célibataire"),
    ("menage-child_0_first_names", "write", "Lan"),
    ("menage-child_0_birth_date", "write", "2019-06-02"),
    ("menage-child_0_sex", "choose", "Féminin"),
    ("menage-child_0_link", "choose", "Enfant"),
    ("ressources-contract", "choose", "CDI"),
    ("ressources-res_SAL", "write", "1300"),
    ("logement-status", "choose", "Chez vos parents"),
    ("souhaits-motive", "choose", "Sans logement"),
    ("souhaits-types", "choose", "T2"),
    ("souhaits-place_1", "write", "Caen"),
    ("seen", "choose", "Carte nationale"),
)


class Hands:
    """A keyboard and no mouse; counts its keys."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def to(self, name: str, value: str = "") -> None:
        """Tab until the field of that name (a radio button: of that group); no way back."""
        for _ in range(80):
            if self.page.evaluate("document.activeElement.name") == name:
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard never reached {name}")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        if self._asks("type") == "date":
            # The order in which this browser asks them: its own language decides, not the site's.
            year, month, day = text.split("-")
            self._type(f"{month}{day}{year}")
            assert self._asks("value") == text
        else:
            self._type(text)

    def choose(self, name: str, label: str) -> None:
        """A list: the first letters of the choice. Boxes and buttons: on to the one of that label, then Space."""
        self.to(name)
        if self._asks("type") == "select-one":
            # Letters with an accent are no keys of the keyboard that drives this browser.
            self._type(re.split("[^ -~]", label)[0])
            for _ in range(20):
                if self._asks("selectedOptions[0].text").startswith(label):
                    return
                self.press("ArrowDown")
            raise AssertionError(f"no choice {label} at {name}")
        onward = "ArrowDown" if self._asks("type") == "radio" else "Tab"
        for _ in range(20):
            if self._asks("labels?.[0]?.innerText.trim() ?? ''").startswith(label):
                if not self._asks("checked"):
                    self.press("Space")
                return
            self.press(onward)
        raise AssertionError(f"no choice {label} at {name}")

    def _type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def _asks(self, what: str):
        return self.page.evaluate(f"document.activeElement.{what}")


def test_registered_by_the_keyboard_alone_within_five_minutes(stage: Stage):
    page = stage.as_("claire.guichet", "/guichet/enregistrer/")
    hands = Hands(page)
    for name, act, value in ANSWERS:
        getattr(hands, act)(name, value)
    hands.press("Enter")
    expect(page.get_by_text("La demande est enregistrée sous le numéro unique")).to_be_visible()
    assert hands.keys <= FIVE_MINUTES, hands.keys
    with acting(SYSTEM):
        demand = Demand.objects.get(person=None)
    assert demand.form["applicant"]["email"] == ""
    printed = page.context.request.get(f"{stage.site}/guichet/dossiers/{demand.pk}/attestation/")
    text = pypdfium2.PdfDocument(printed.body())[0].get_textpage().get_text_bounded()
    assert demand.number[-5:] in text
