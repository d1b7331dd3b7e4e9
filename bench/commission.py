"""A commission at work: how long a message takes to reach everyone who looks, how many ballots it takes in at once.

`./palier bench commission [messages|ballots]`; `messages` needs the demo's territory (`./palier demo --check` builds it),
`ballots` makes an installation of its own and ends with an error when an acknowledged ballot is lost.
"""

from __future__ import annotations

import argparse
import sys

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
from palier.config.environment import ENV, ROOT  # noqa: E402
from palier.demo.playing import character  # noqa: E402

# The voting commission is the tests' own, whose kills it also goes through.
sys.path.append(str(ROOT))
from voting import load  # noqa: E402

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


def ballots(members: int, dwellings: int, seconds: float) -> list[str]:
    """Acknowledged ballots and their delay beside the floor's; returns what was lost."""
    found = load.measure(members=members, dwellings=dwellings, seconds=seconds)
    floor, votes = figures(found.floor), figures(found.ballots)
    print(f"{members} members at once, {dwellings} dwellings, {ENV.workers} processes\n")
    print(
        "| request | acknowledged/s | median ms | 99th pct ms | not acknowledged |\n| --- | ---: | ---: | ---: | ---: |"
    )
    print(f"| floor: a bare view that writes one row | {row(floor)} | {found.floor.failed} |")
    print(f"| a ballot | {row(votes)} | {found.ballots.failed} |")
    ratios = " | ".join(f"{vote / bare:.2f}" for vote, bare in zip(votes, floor, strict=True))
    print(f"| a ballot, × floor | {ratios} | |\n")
    print(f"{len(found.ballots.times)} acknowledged over {found.stored} ballots, {len(found.lost)} lost")
    print("\n".join(found.lost))
    return found.lost


def figures(side: load.Side) -> tuple[float, float, float]:
    times = sorted(side.times)
    return side.rate, at(times, 0.5), at(times, 0.99)


def row(values: tuple[float, float, float]) -> str:
    return "{:.0f} | {:.1f} | {:.1f}".format(*values)


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench commission")
    parser.add_argument("parts", nargs="*", choices=["messages", "ballots"], default=["messages", "ballots"])
    parser.add_argument("--listeners", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--members", type=int, default=40, help="three at least")
    parser.add_argument("--dwellings", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20, help="half for the ballots, half for the floor")
    options = parser.parse_args()
    if "messages" in options.parts:
        messages(options.listeners, options.rounds)
        print()
    lost = ballots(options.members, options.dwellings, options.seconds) if "ballots" in options.parts else []
    return int(bool(lost))


if __name__ == "__main__":
    raise SystemExit(main())
