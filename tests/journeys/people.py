"""The cast with a browser each, and the moves that every journey repeats."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from palier.accounts.middleware import MEMBERSHIP_KEY
from palier.accounts.models import Membership, Organisation, Person
from palier.applications.models import Application
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.tasks import send_mail
from palier.cotation.actions import rescore
from palier.demands.models import Demand
from palier.demo.build import settle_cast
from palier.demo.models import Mail
from palier.demo.people import BY_KEY
from palier.demo.playing import character
from palier.homes.models import Offer
from palier.law import calendar
from tests.browsing import PATIENCE
from tests.builders import Builder

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# Where screenshots go when somebody wants them: the README's and the guides' are made this way.
SHOTS = os.environ.get("PALIER_SCREENSHOTS", "")
HOUSEHOLDS = ("amina.benali", "famille.morel")


class Stage:
    """`as_(key)`: the page of a character, signed in; the same one each time."""

    def __init__(self, site: str, browser, *, journey: str) -> None:
        self.site, self.journey, self._browser = site, journey, browser
        self._pages: dict[str, Page] = {}
        self._shots = 0
        self.build = Builder()
        with acting(SYSTEM):
            settle_cast()

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()

    def visitor(self, key: str = "visitor", *, phone: bool = True) -> Page:
        """A browser that has never come here."""
        if key not in self._pages:
            context = self._browser.new_context(viewport=PHONE if phone else DESK, locale="fr-FR")
            self._pages[key] = context.new_page()
            self._pages[key].set_default_timeout(PATIENCE)
            self._pages[key].on("dialog", lambda dialog: dialog.accept())
        return self._pages[key]

    def as_(self, key: str, path: str = "") -> Page:
        """The page of a character, at `path` when it is given."""
        new = key not in self._pages
        page = self.visitor(key, phone=key in HOUSEHOLDS)
        if new:
            page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(key), "url": self.site}])
        if new or path:
            page.goto(f"{self.site}{path or reverse('spaces:home')}")
        return page

    def shot(self, page: Page, name: str, *, whole: bool = True) -> None:
        """Keep what the page looks like, when screenshots are wanted; `whole`: all of it, not the screen alone."""
        if SHOTS:
            self._shots += 1
            folder = Path(SHOTS) / self.journey
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{self._shots:02d}-{name}.png", full_page=whole)

    def last_look(self) -> None:
        """After a failure: what everyone had before their eyes."""
        for key, page in self._pages.items():
            self.shot(page, f"failed-{key}")

    def jump(self, words: str) -> None:
        """Move the clock of the demonstration as anyone may."""
        page = self.visitor("clock", phone=False)
        page.goto(f"{self.site}/demo/horloge/")
        page.get_by_role("button", name=re.compile(words)).click()
        expect(page.get_by_text("est déplacée")).to_be_visible()
        clock.follow_demo_shift()

    def deliver(self) -> None:
        """What the worker does every few seconds."""
        send_mail.func(0)

    def mails(self, to: str) -> list[str]:
        """Subjects of the mail delivered to an address, oldest first."""
        self.deliver()
        with acting(SYSTEM):
            return list(Mail.objects.filter(to=to).order_by("pk").values_list("subject", flat=True))

    def rivals(self, offer: Offer, months: Sequence[int], **form) -> list[Application]:
        """Other households who applied to an offer, with their months of seniority."""
        made = []
        with acting(SYSTEM):
            for n in months:
                first = calendar.add_months(clock.today(), -n)
                demand = self.build.demand(self.build.person(), form=self.build.form(**form), first_registered_on=first)
                rescore(demand)
                made.append(self.build.application(demand, offer))
        return made

    def household(self, key: str, *, years: int, **form) -> Demand:
        """The registered demand of a household of the cast."""
        with acting(SYSTEM):
            demand = self.build.demand(
                Person.objects.get(email=BY_KEY[key].email),
                form=self.build.form(**form),
                first_registered_on=calendar.add_months(clock.today(), -12 * years),
            )
            rescore(demand)
        return demand

    def offer(self, **dwelling) -> Offer:
        """An open offer of the cast's landlord, in Caen."""
        with acting(SYSTEM):
            return self.build.offer(dwelling=self.build.dwelling(self.landlord, **dwelling))

    @property
    def landlord(self) -> Organisation:
        return Membership.objects.get(person__email=BY_KEY["sophie.bailleur"].email).organisation


def _session(key: str) -> str:
    """What a character's browser keeps once it is signed in."""
    with acting(SYSTEM):
        who, client = character(key), Client()
        client.force_login(who.person)
        session = client.session
        session[MEMBERSHIP_KEY] = who.membership.pk if who.membership else 0
        session.save()
    return session.session_key


def submit(page: Page, name: str) -> None:
    """Press a button; questions asked before an act are answered yes."""
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def png(words: str) -> bytes:
    """A small picture of some words: a document that a phone would send."""
    from io import BytesIO

    from PIL import Image, ImageDraw

    picture, out = Image.new("RGB", (800, 500), "white"), BytesIO()
    ImageDraw.Draw(picture).text((40, 40), f"SPECIMEN {words}".encode("ascii", "replace").decode(), fill="black")
    picture.save(out, "PNG")
    return out.getvalue()


def pdf_text(content: bytes) -> str:
    """The text of a PDF without its blanks: lines break anywhere."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
    return re.sub(r"[\s\u00a0\u202f]+", "", text.replace("\ufffe", "-"))
