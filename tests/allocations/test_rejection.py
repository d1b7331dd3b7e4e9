"""A commission's rejection: the household is warned, then removed one month later, unless it contests (CCH R441-2-8)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from palier.commissions import actions as commissions
from palier.common import clock
from palier.common.models import Message
from palier.demands import living, nights
from palier.demands.models import Demand, Notice
from palier.law.calendar import PARIS, add_months
from tests.chain.test_chain import CLOSES


@pytest.mark.parametrize("contested", [True, False])
def test_a_signed_rejection_warns_and_the_night_removes(stage, contested):
    candidates = stage.to_agenda()
    stage.vote(candidates)
    with clock.frozen_at(CLOSES + timedelta(minutes=1)):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        for place, kind, more in ((2, "ranked", {"rank": 3}), (3, "rejection", {"reasons": ["income_over_ceiling"]})):
            stage.as_(stage.secretary, commissions.decide, candidate_id=candidates[place].pk, kind=kind, **more)
    assert not Notice.objects.exists()
    with clock.frozen_at(CLOSES + timedelta(hours=1)):
        stage.as_(stage.president, commissions.sign, session_id=stage.session.pk)
    notice = Notice.objects.get()
    signed_on = CLOSES.date()
    assert (notice.ground, notice.subground, notice.removal_on) == ("RADIRR", "IRRRES", add_months(signed_on, 1))
    assert notice.demand == candidates[3].application.demand
    (text,) = Message.objects.filter(kind="demands.warned").values_list("text", flat=True)
    assert "toujours active" in text
    household = stage.household_of(candidates[3])
    if contested:
        stage.as_(household, living.contest, demand_id=notice.demand_id, text="Mon salaire a baissé en mai.")
    with clock.frozen_at(datetime.combine(notice.removal_on, time(3), PARIS)):
        nights.run()
    left = Demand.objects.get(pk=notice.demand_id)
    found = (left.state, left.removal_ground, left.removal_subground)
    assert found == (("active", "", "") if contested else ("removed", "RADIRR", "IRRRES"))
