"""A landlord with three conventions in Calvados, and the people on both sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from palier.accounts.actor import Actor
from palier.accounts.roles import OrganisationKind, Role
from palier.common.isolation import acting
from palier.homes.models import Offer
from palier.reservations import actions
from palier.reservations.models import Convention, Turn
from tests.builders import Builder
from tests.conftest import NOW


class Flow:
    """`state`, `employer`: holders' agents. Conventions: State 30 %, Action Logement 20 %, of the whole department."""

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.landlord = build.organisation(name="Habitat Essai", email="bailleur@exemple.fr")
        self.agent = build.actor(Role.LANDLORD, self.landlord)
        self.state = build.actor(Role.RESERVATION_HOLDER, build.organisation(OrganisationKind.STATE, name="Préfecture"))
        self.employer = build.actor(
            Role.RESERVATION_HOLDER, build.organisation(OrganisationKind.ACTION_LOGEMENT, name="Action Logement")
        )

    def as_(self, actor: Actor, act: Callable, **words: Any) -> Any:
        with acting(actor.scope):
            return act(actor=actor, **words)

    def convention(self, holder: Actor, contingent: str, percent: str, **fields: Any) -> Convention:
        words = {
            "department": "14", "designation_days": 30, "returned_counts": True, "valid_from": date(2026, 1, 1), **fields,
        }  # fmt: skip
        return self.as_(
            self.agent, actions.sign_convention, holder_id=holder.organisation_id, contingent=contingent,
            percent=Decimal(percent), **words,
        )  # fmt: skip

    def signed(self) -> tuple[Convention, Convention]:
        return self.convention(self.state, "state_priority", "30"), self.convention(
            self.employer, "action_logement", "20"
        )

    def publish(self, **words: Any) -> Offer:
        dwelling = words.pop("dwelling", None) or self.build.dwelling(self.landlord)
        words = {"available_on": NOW.date(), "rent": Decimal(400), "charges": Decimal(60), **words}
        return self.as_(self.agent, actions.publish, dwelling_id=dwelling.pk, **words)

    def turn(self, offer: Offer) -> Turn:
        return Turn.objects.select_related("convention").get(vacancy=offer.vacancy_id)


@pytest.fixture
def house(build) -> Flow:
    return Flow(build)
