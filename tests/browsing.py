"""A real server and a real Chromium, on real commits, at a moment that the demo's own clock sets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test.testcases import LiveServerThread
from django.utils import timezone

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.models import ClockShift
from palier.config.cli import BROWSERS

# Playwright's loop makes Django believe that the test's own queries are asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
# Milliseconds that a page may take: several browsers share a machine with a server of one process.
PATIENCE = 30_000
# A Monday morning: the commission's usual window opens two days later.
START = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


class KeptFiles(StaticFilesHandler):
    """Static files that a browser keeps from one page to the next, as those of the site are kept."""

    def serve(self, request):
        answer = super().serve(request)
        answer["Cache-Control"] = "max-age=3600"
        return answer


@pytest.fixture
def site(committed: None, settings) -> Iterator[str]:
    """The address of the site, served from a thread with its own connections."""
    settings.EMAIL_BACKEND = "palier.demo.mailbox.MailboxBackend"
    with acting(SYSTEM):
        ClockShift.objects.create(pk=1, seconds=int((START - timezone.now()).total_seconds()))
    clock.follow_demo_shift()
    thread = LiveServerThread("127.0.0.1", KeptFiles, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    clock._shift.set(timedelta(0))
    connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """One Chromium for a file of tests; each test opens contexts of its own, which share nothing."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[390, 1280], ids=["phone", "desktop"])
def browser_page(request: pytest.FixtureRequest, browser):
    """A page of a phone, then of a desk."""
    page = browser.new_context(viewport={"width": request.param, "height": 900}, locale="fr-FR").new_page()
    page.set_default_timeout(PATIENCE)
    return page
