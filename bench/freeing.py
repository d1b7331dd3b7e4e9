"""From "let elsewhere" to the last of 500 candidates told. `./palier bench freeing [--candidates 500] [--rounds 3]`.

On the demo's territory (`./palier demo --check` builds it), where it leaves the accounts it gives to households: give it
a data folder of its own. Each round makes an offer with its candidates, the landlord's system says that it is let, then
the worker's own functions run until everybody has a mail with other offers, and until the mail server has the last one.
The floor is one statement that updates as many rows, and one insert of as many bare mails, in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from django.db import connection  # noqa: E402

from palier.accounts.models import Person  # noqa: E402
from palier.applications import freeing  # noqa: E402
from palier.applications.models import Application  # noqa: E402
from palier.applications.placing import follow  # noqa: E402
from palier.applications.receipts import lot  # noqa: E402
from palier.common import clock  # noqa: E402
from palier.common.isolation import SYSTEM, acting  # noqa: E402
from palier.common.models import Message  # noqa: E402
from palier.common.tasks import send_mail  # noqa: E402
from palier.demands.models import Demand  # noqa: E402
from palier.demo.playing import character, play  # noqa: E402
from palier.homes import actions  # noqa: E402
from palier.homes.models import Dwelling, Offer, Vacancy  # noqa: E402

# The worker looks every five seconds for who is to be told, and again for what is to be sent, 200 mails at a time.
TURN, MAILS = 5, 200


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def offer() -> Offer:
    """An offer of the cast's landlord, on one of its dwellings that has none, confirmed by its system."""
    landlord = character("sophie.bailleur").organisation
    with acting(SYSTEM):
        now = clock.now()
        dwelling = Dwelling.objects.filter(landlord=landlord, vacancies=None).order_by("pk").first()
        vacancy = Vacancy.objects.create(dwelling=dwelling, notice_on=now.date(), available_on=now.date())
        return Offer.objects.create(
            vacancy=vacancy, dwelling=dwelling, state="published", rent=Decimal(400), charges=Decimal(80),
            published_at=now, closes_at=now + timedelta(days=14), confirmed_at=now - timedelta(hours=1),
            confirmed_via="system", draw_seed=f"{dwelling.pk:032x}",
        )  # fmt: skip


def candidates(one: Offer, count: int, turn: int) -> None:
    """As many households of the register, each with an account, apply."""
    with acting(SYSTEM):
        free = Demand.objects.filter(state="active", department="14").exclude(applications__live_slot__isnull=False)
        demands = list(free.filter(person=None).order_by("pk")[:count])
        if len(demands) < count:
            raise SystemExit(f"Only {len(demands)} households left: build a larger demo, or ask for fewer candidates.")
        start = time.time_ns()
        people = Person.objects.bulk_create(
            Person(email=f"mesure-{start}-{n}@exemple.fr", first_name="Camille", last_name=f"Mesure{turn}", password="!")
            for n in range(count)
        )
        for demand, person in zip(demands, people, strict=True):
            demand.person = person
        Demand.objects.bulk_update(demands, ["person"])
        now = clock.now()
        Application.objects.bulk_create(
            Application(
                demand=demand, offer=one, applied_at=now, state_at=now, registered_on=demand.first_registered_on,
                **lot(one.draw_seed, demand.pk),
            )
            for demand in demands
        )  # fmt: skip
        follow([demand.pk for demand in demands])


def floor(one: Offer, count: int) -> float:
    """One bare update of the candidates and one bare insert of as many mails, undone afterwards."""
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT floor")
        start = time.perf_counter()
        cursor.execute("UPDATE applications_application SET state_at = now() WHERE offer_id = %s", [one.pk])
        cursor.execute(
            "INSERT INTO common_message (created_at, \"to\", kind, subject, text, html, attempts, last_error)"
            " SELECT now(), 'x@exemple.fr', 'bench', 'x', 'x', '', 0, '' FROM generate_series(1, %s)", [count]
        )  # fmt: skip
        took = time.perf_counter() - start
        cursor.execute("ROLLBACK TO SAVEPOINT floor")
    return took


def tell() -> None:
    """The worker's turn: batch after batch, each its own transaction."""
    while freeing.tell_freed():
        pass


def send() -> None:
    """The worker's turns at the outbox, until nothing is left unsent."""
    while True:
        with acting(SYSTEM):
            left = Message.objects.filter(sent_at=None, attempts=0).count()
        if not left:
            return
        send_mail(timestamp=0)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--candidates", type=int, default=500)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    clock.follow_demo_shift()
    send()
    rows = []
    for turn in range(options.rounds):
        one = offer()
        candidates(one, options.candidates, turn)
        bare = floor(one, options.candidates)
        said = []
        freed = timed(
            lambda one=one, said=said: said.append(
                play(
                    character("sophie.bailleur"), actions.state_availability,
                    offer_id=one.pk, says="let", stated_at=clock.now(), via="system",
                )
            )
        )  # fmt: skip
        written = timed(tell)
        sent = timed(send)
        with acting(SYSTEM):
            told = Message.objects.filter(kind="applications.released", sent_at__isnull=False).count()
        if said[0].freed != options.candidates or told < options.candidates * (turn + 1):
            raise SystemExit(f"{said[0].freed} freed and {told} told of {options.candidates}: somebody was forgotten.")
        rows.append((bare, freed, written, sent))
    bare, freed, written, sent = (statistics.median(column) for column in zip(*rows, strict=True))
    waits = TURN * (1 + -(-options.candidates // MAILS))
    print(f"{options.candidates} candidates, {options.rounds} rounds, medians\n")
    print("| from \"let elsewhere\" | seconds |\n| --- | ---: |")
    print(f"| floor: a bare update and a bare insert of as many rows | {bare:.3f} |")
    print(f"| all freed, the landlord answered | {freed:.3f} |")
    print(f"| the last mail written, three other offers in each | {freed + written:.2f} |")
    print(f"| the last mail handed to the server | {freed + written + sent:.2f} |")
    print(f"| the same, with the worker's turns at their longest | {freed + written + sent + waits:.1f} |")


if __name__ == "__main__":
    main()
