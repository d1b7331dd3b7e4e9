"""A signed session is frozen by PostgreSQL itself."""

from __future__ import annotations

import pgtrigger


def frozen(session: str) -> pgtrigger.Trigger:
    """PostgreSQL itself refuses any change to what a signed session is made of. `session`: SQL of a row's session."""
    return pgtrigger.Trigger(
        name="frozen_once_signed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("touched", "record")],
        func=f"""
            IF TG_OP = 'DELETE' THEN touched := OLD; ELSE touched := NEW; END IF;
            IF EXISTS (SELECT 1 FROM commissions_session n WHERE n.state = 'signed' AND n.id = {session}) THEN
                RAISE EXCEPTION 'the session of this row is signed' USING ERRCODE = 'check_violation';
            END IF;
            RETURN touched;""",
    )


OF_ITEM = "(SELECT i.session_id FROM commissions_agendaitem i WHERE i.id = touched.item_id)"
OF_CANDIDATE = (
    "(SELECT i.session_id FROM commissions_agendaitem i JOIN commissions_candidate k ON k.item_id = i.id"
    " WHERE k.id = touched.candidate_id)"
)
OF_BALLOT = (
    "(SELECT i.session_id FROM commissions_agendaitem i JOIN commissions_ballot b ON b.item_id = i.id"
    " WHERE b.id = touched.ballot_id)"
)
