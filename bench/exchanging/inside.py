"""What runs in the installation's own process: the landlord and its stock, and deliveries to a receiver that fails."""

from __future__ import annotations

import json
import random
import time

SCOPES = ["stock:write", "offers:write", "availability:write", "stock:read"]


def seed(dwellings: int) -> None:
    """A landlord with a stock and a system; its token is printed."""
    from tests.builders import Builder

    from palier.accounts.roles import Role
    from palier.common.isolation import SYSTEM, acting
    from palier.exchanges.landlords import actions
    from palier.homes.models import Dwelling
    from palier.territories.models import Commune

    with acting(SYSTEM):
        agent = Builder().actor(Role.LANDLORD)
        system = actions.add_system(actor=agent, name="Banc", scopes=SCOPES)
        token = actions.renew_token(actor=agent, system_id=system.pk, chance="banc")
        place = Commune.objects.get(code="14118")
        Dwelling.objects.bulk_create(
            Dwelling(
                landlord=agent.organisation, reference=f"D-{n}", address="1 rue du Banc", postcode="14000", commune=place,
                kind="flat", type="T3", surface=60, energy_class="C", financing="PLUS",
            )
            for n in range(dwellings)
        )  # fmt: skip
    print(json.dumps(token))


def deliver(changes_made: int) -> None:
    """So many changes told to a receiver that fails one time in two, the clock carried from one due time to the next.

    Printed: seconds, tries, passes, and of the messages how many came, came twice, or never.
    """
    from django.db.models import Min
    from tests.builders import Builder
    from tests.exchanges.landlords.receivers import receiver

    from palier.accounts.roles import Role
    from palier.common import clock
    from palier.common.isolation import SYSTEM, acting
    from palier.exchanges.landlords import actions, changes
    from palier.exchanges.landlords.models import Delivery
    from palier.exchanges.landlords.webhooks import deliveries

    dice = random.Random(8101)
    answers = [500 if dice.random() < 0.5 else 204 for _ in range(changes_made * 20)]
    with receiver(*answers) as there:
        with acting(SYSTEM):
            build = Builder()
            agent = build.actor(Role.LANDLORD, person=build.person(email="messages@exemple.fr"))
            system = actions.add_system(actor=agent, name="Banc", scopes=["stock:read"])
            actions.set_webhook(actor=agent, system_id=system.pk, url=there.url)
            for _ in range(changes_made):
                build.dwelling(agent.organisation)
        changes.number()
        deliveries.make()
        now, passes, tries, began = clock.now(), 0, 0, time.perf_counter()
        while now is not None:
            with clock.frozen_at(now):
                while sum(done := deliveries.send_due()):
                    passes, tries = passes + 1, tries + sum(done)
            with acting(SYSTEM):
                now = Delivery.objects.filter(state="waiting").aggregate(at=Min("due_at"))["at"]
        seconds = time.perf_counter() - began
        came = [json.loads(body)["id"] for _, body in there.got]
    with acting(SYSTEM):
        states = list(Delivery.objects.values_list("uid", "state"))
    delivered = sum(state == "delivered" for _, state in states)
    print(json.dumps({
        "seconds": seconds, "tries": tries, "passes": passes, "delivered": delivered,
        "given_up": len(states) - delivered, "never": len({str(uid) for uid, _ in states} - set(came)),
    }))  # fmt: skip
