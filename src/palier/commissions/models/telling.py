"""PostgreSQL itself tells the followers of a session that rights may have changed, whichever action changed them."""

from __future__ import annotations

import pgtrigger

from palier.common.live import CHANNEL, RIGHTS

STATE_TOLD = pgtrigger.Trigger(
    name="state_told",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("state"),
    condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
    func=f"""
        PERFORM pg_notify('{CHANNEL}', 'sessions.' || NEW.id || ' {RIGHTS}');
        PERFORM pg_notify('{CHANNEL}', 'sessions.' || NEW.id || ' state');
        RETURN NULL;""",
)
SEAT_TOLD = pgtrigger.Trigger(
    name="seat_told",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    func=f"""
        PERFORM pg_notify('{CHANNEL}', 'sessions.' || n.id || ' {RIGHTS}') FROM commissions_session n
            WHERE n.commission_id = NEW.commission_id AND n.state IN ('published', 'counted');
        RETURN NULL;""",
)
STAND_IN_TOLD = pgtrigger.Trigger(
    name="stand_in_told",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        PERFORM pg_notify('{CHANNEL}', 'sessions.' || n.id || ' {RIGHTS}') FROM commissions_session n
            JOIN commissions_seat s ON s.commission_id = n.commission_id
            WHERE s.id = NEW.seat_id AND n.state IN ('published', 'counted');
        RETURN NULL;""",
)
