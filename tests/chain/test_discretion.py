"""Violence moves points at once, and no agent or member can read why."""

from __future__ import annotations

import json
from datetime import date

from palier.accounts.roles import Role
from palier.commissions.facts import candidate_facts
from palier.common.models import Event
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Score
from palier.cotation.queries import explanation_for
from palier.documents.models import Recognition
from palier.law.grid_files import source_of
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW


def test_a_recognised_violence_counts_and_is_named_to_the_household_only(build):
    commune = Commune.objects.get(code=CAEN)
    publish_grid(
        actor=build.actor(Role.AUTHORITY),
        key="essai",
        title="Grille d’essai",
        source=source_of("exemple-calvados-orne"),
        valid_from=date(2024, 1, 1),
        epcis=[commune.epci_id],
    )
    demand = build.demand(build.person())
    rescore(demand)
    before = Score.objects.get().points
    Recognition.objects.create(
        demand=demand,
        situation="violence",
        state="recognised",
        asked_at=NOW,
        decided_at=NOW,
        decided_by=build.organisation(),
        valid_from=NOW.date(),
    )
    rescore(demand)
    assert Score.objects.get().points > before
    read_by_agents = [
        explanation_for(demand, commune)["lines"],
        candidate_facts(build.application(demand, build.offer())),
        list(Event.objects.filter(thread=demand.pk).values_list("data", flat=True)),
    ]
    assert "iolence" not in json.dumps(read_by_agents, default=str)
    own = explanation_for(demand, commune, own=True)["lines"]
    assert "iolence" in json.dumps(own)
