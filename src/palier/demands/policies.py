"""Who may see a demand (CCH R441-2-6): the household; desks and landlords of its register's department.

Reservation holders, commission members and others see a demand only through what they examine: the
apps that know it add their policies. Authorities that are not a desk get statistics only.
"""

from palier.common.isolation import DEPARTMENTS, ORGANISATION, PERSON, Policy, narrow_function, role_is

AGENTS = ("desk", "landlord", "secretary", "support")
# Once its personal data are erased, a demand is a line of statistics: nobody's.
_AGENT = f"{role_is(*AGENTS)} AND state <> 'erased' AND department_id = ANY({DEPARTMENTS})"


# The household, and the State's service: who may know of a dangerous situation (`law.discretion.knows_situations`).
KNOWS_SITUATIONS = (
    f"({role_is('applicant')} OR ({role_is('reservation_holder')} AND EXISTS (SELECT 1 FROM accounts_organisation o"
    f" WHERE o.id = {ORGANISATION} AND o.kind = 'state')))"
)


def through_demand(column: str = "demand_id", *roles: str) -> str:
    """SQL: the row belongs to a demand that the actor may see (the demand's own policies decide)."""
    return f"EXISTS (SELECT 1 FROM demands_demand d WHERE d.id = {column})"


ROW_POLICIES = {
    "demands_demand": {
        "own": Policy(f"person_id = {PERSON} AND {role_is('applicant')}"),
        "agent": Policy(_AGENT),
    },
    "demands_demandversion": {"through_demand": Policy(through_demand())},
    "demands_notice": {"through_demand": Policy(through_demand())},
    "demands_wish": {"through_demand": Policy(through_demand())},
    "demands_mandate": {"through_demand": Policy(through_demand())},
    "demands_shelter": {
        "own": Policy(
            f"{role_is('applicant')} AND EXISTS (SELECT 1 FROM demands_demand d WHERE d.id = demand_id"
            f" AND d.person_id = {PERSON})"
        )
    },
    "demands_identity": {"desk": Policy(f"{role_is('desk')} AND {through_demand()}", command="SELECT")},
    "demands_likeness": {
        "both": Policy(f"{role_is('desk')} AND {through_demand('first_id')} AND {through_demand('second_id')}")
    },
    "demands_claim": {"own": Policy(f"person_id = {PERSON} AND {role_is('applicant')}")},
    "demands_draft": {"own": Policy(f"author_id = {PERSON}")},
    # A household's story is readable by whoever may see the demand, but for what it reserves.
    "common_event": {
        "thread": Policy(
            f"{through_demand('thread')} AND (data->'reserved' IS NULL OR {KNOWS_SITUATIONS})", command="SELECT"
        )
    },
    # Agents of a landlord or a desk see whether the employer confirmed, for the demands they may see.
    "employers_jobattestation": {
        "through_demand": Policy(
            f"{role_is(*AGENTS, 'reservation_holder')} AND EXISTS (SELECT 1 FROM demands_demand d"
            " WHERE d.person_id = employers_jobattestation.person_id)",
            command="SELECT",
        )
    },
}
# The story of a demand keeps what happened and when; what it said of the household goes with its data. The one exception
# to the append-only history, bounded here: events of demands that the night has just erased.
SQL_FUNCTIONS = {
    # Every way of writing a demand keeps its keys, the bulk ones too.
    "palier_keep_identity": """
        CREATE OR REPLACE FUNCTION palier_keep_identity() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE former text := current_setting('palier.role', true);
        BEGIN
            PERFORM set_config('palier.role', 'system', true);
            IF TG_OP = 'UPDATE' THEN
                DELETE FROM demands_identity WHERE demand_id = NEW.id;
            END IF;
            IF NEW.state = 'active' THEN
                INSERT INTO demands_identity (demand_id, register_code, key)
                SELECT NEW.id, NEW.register_code, unnest(NEW.identity_keys);
            END IF;
            PERFORM set_config('palier.role', coalesce(former, ''), true);
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER demands_keep_identity_new AFTER INSERT ON demands_demand
            FOR EACH ROW EXECUTE FUNCTION palier_keep_identity();
        CREATE OR REPLACE TRIGGER demands_keep_identity AFTER UPDATE ON demands_demand FOR EACH ROW
            WHEN (OLD.identity_keys IS DISTINCT FROM NEW.identity_keys OR OLD.state IS DISTINCT FROM NEW.state
                  OR OLD.register_code IS DISTINCT FROM NEW.register_code)
            EXECUTE FUNCTION palier_keep_identity()""",
    "palier_sheltered_places": narrow_function(
        "palier_sheltered_places",
        "demand bigint",
        "TABLE (home varchar, work varchar, co_work varchar)",
        """
            SELECT s.home, s.work, s.co_work FROM demands_shelter s WHERE s.demand_id = demand""",
    ),
    "palier_forget_events": """
        CREATE OR REPLACE FUNCTION palier_forget_events(threads bigint[]) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            PERFORM set_config('pgtrigger.ignore', (
                SELECT '{' || string_agg(tgname, ',') || '}' FROM pg_trigger
                WHERE tgrelid = 'common_event'::regclass AND tgname LIKE 'pgtrigger_append_only%'), true);
            UPDATE common_event e SET person = NULL, why = '', data = coalesce((
                SELECT jsonb_object_agg(key, value) FROM jsonb_each(e.data)
                WHERE key IN ('before', 'after', 'code', 'subground')), '{}')
            WHERE e.thread IN (SELECT id FROM demands_demand WHERE id = ANY(threads) AND state = 'erased');
            PERFORM set_config('pgtrigger.ignore', '{}', true);
        END $$""",
}
OPEN_TABLES = {
    "demands_numbercounter": "counts per month, no person",
    "demands_nightstep": "counts of a night, no person",
}
