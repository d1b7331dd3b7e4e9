"""A commission at work: how long a message takes to reach everyone who looks.

`./palier bench commission [--listeners 40] [--rounds 500]` needs the demo's territory (`./palier demo --check` builds it).
"""

from __future__ import annotations

import argparse

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from streams.delays import at, measure  # noqa: E402

from palier.accounts.actor import Actor  # noqa: E402
from palier.accounts.middleware import MEMBERSHIP_KEY  # noqa: E402
from palier.commissions.discussion import ALIVE, room  # noqa: E402
from palier.commissions.models import AgendaItem  # noqa: E402
from palier.common import clock  # noqa: E402
from palier.common.isolation import SYSTEM, acting  # noqa: E402
from palier.demo.playing import character  # noqa: E402

# Who follows the demo's session: no one person may hold more than a dozen lines.
FOLLOWERS = ("yves.membre", "ines.membre", "nadia.secretaire", "sophie.bailleur")


def signed_in(actor: Actor) -> str:
    """A session cookie for a character under its role."""
    session = SessionStore()
    session[SESSION_KEY] = str(actor.person_id)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = actor.person.get_session_auth_hash()
    session[MEMBERSHIP_KEY] = actor.membership.pk
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def messages(listeners: int, rounds: int) -> None:
    """The delay of a word at each of `listeners` browsers."""
    with acting(SYSTEM):
        clock.follow_demo_shift()
        landlord = character("nadia.secretaire").organisation_id
        item = (
            AgendaItem.objects.filter(session__state__in=ALIVE, session__commission__landlord=landlord)
            .order_by("-pk")
            .first()
        )
        if item is None:
            raise SystemExit("No session under way: ./palier demo --check builds one.")
        cookies = [signed_in(character(FOLLOWERS[n % len(FOLLOWERS)])) for n in range(listeners)]
    found = measure(
        room=room(item.session_id), word=f"comments.{item.pk}", path=f"/flux/seances/{item.session_id}/",
        cookies=cookies, rounds=rounds,
    )  # fmt: skip
    print(f"{listeners} browsers, {rounds} words\n")
    print("| from the commit to | median ms | 99th pct ms |\n| --- | ---: | ---: |")
    print(f"| floor: LISTEN/NOTIFY, one connection | {at(found.floor, 0.5):.2f} | {at(found.floor, 0.99):.2f} |")
    print(f"| each browser | {at(found.streams, 0.5):.2f} | {at(found.streams, 0.99):.2f} |")


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench commission")
    parser.add_argument("--listeners", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    messages(options.listeners, options.rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
