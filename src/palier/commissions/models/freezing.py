"""What PostgreSQL itself holds of a session: impossible decisions, an incomplete signature, any change once signed."""

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


# A commission allocates social dwellings alone (CCH L441-2).
SOCIAL_ONLY = pgtrigger.Trigger(
    name="social_dwellings_only",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("offer_id"),
    func="""
        IF EXISTS (SELECT 1 FROM homes_offer o WHERE o.id = NEW.offer_id AND o.product <> 'social') THEN
            RAISE EXCEPTION 'no commission decides of this kind of offer' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;""",
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

# What one row cannot say alone; each of these is also refused in words by an action.
POSSIBLE_DECISION = pgtrigger.Trigger(
    name="possible",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("item", "record"), ("others", "record")],
    func="""
        SELECT i.id, i.count, i.settlements, i.postponed, n.state INTO item FROM commissions_candidate k
            JOIN commissions_agendaitem i ON i.id = k.item_id JOIN commissions_session n ON n.id = i.session_id
            WHERE k.id = NEW.candidate_id;
        IF item.state IS DISTINCT FROM 'counted' OR item.postponed <> '' OR item.count IS NULL THEN
            RAISE EXCEPTION 'decided outside the count and the signature' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.rank IS NOT NULL AND jsonb_array_length(item.count->'open_ties') > 0
            AND jsonb_array_length(item.settlements) = 0 THEN
            RAISE EXCEPTION 'ranked while candidates are equal' USING ERRCODE = 'check_violation';
        END IF;
        SELECT count(*) AS held, count(*) FILTER (WHERE d.kind = 'allocation') AS alone INTO others
            FROM commissions_decision d JOIN commissions_candidate k ON k.id = d.candidate_id
            WHERE k.item_id = item.id AND d.rank IS NOT NULL AND d.candidate_id <> NEW.candidate_id;
        IF NEW.rank IS NOT NULL AND (others.alone > 0 OR NEW.kind = 'allocation' AND others.held > 0) THEN
            RAISE EXCEPTION 'an allocation stands alone in its dwelling' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.condition_due <= (NEW.taken_at AT TIME ZONE 'Europe/Paris')::date THEN
            RAISE EXCEPTION 'the delay of a condition is to come' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;""",
)

WHOLE_SIGNATURE = pgtrigger.Trigger(
    name="whole_when_signed",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__state="signed"),
    declare=[("wrong", "text")],
    func="""
        SELECT string_agg(found.what, ', ') INTO wrong FROM (
            SELECT CASE
                WHEN i.count IS NULL THEN 'not counted'
                WHEN jsonb_array_length(i.count->'open_ties') > 0 AND jsonb_array_length(i.settlements) = 0 THEN 'equal'
                WHEN count(*) FILTER (WHERE a.state = 'on_agenda' AND d.id IS NULL) > 0 THEN 'undecided'
                WHEN count(d.rank) <> count(DISTINCT d.rank) THEN 'two of one rank'
                WHEN coalesce(max(d.rank), 0) <> count(d.rank) THEN 'a gap in the ranks'
                WHEN count(d.rank) > 1 AND bool_or(d.kind = 'allocation') THEN 'an allocation among ranks'
                WHEN bool_or(d.condition_due <= (NEW.signed_at AT TIME ZONE 'Europe/Paris')::date) THEN 'a delay that is over'
            END AS what
            FROM commissions_agendaitem i
            JOIN commissions_candidate k ON k.item_id = i.id
            JOIN applications_application a ON a.id = k.application_id
            LEFT JOIN commissions_decision d ON d.candidate_id = k.id
            WHERE i.session_id = NEW.id AND i.postponed = ''
            GROUP BY i.id) AS found;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'the decisions of this session are not whole: %', wrong USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;""",
)
