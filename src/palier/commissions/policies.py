"""Members see the sessions in which they sit once published, and only the demands on their agendas.

A seat has one occupant in a session: its member, or whoever stands in. The narrow functions answer "where do I sit",
"what is my organisation's" and "whom may I examine" without the tables' policies calling each other: a policy that reads
tables with policies is planned with all of theirs, for every query and every role.
"""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is

# A stand-in holds for its one session, or for those that open in its period, by the days of Paris.
_COVERS = (
    "t.withdrawn_at IS NULL AND (t.session_id = n.id"
    " OR (n.opens_at AT TIME ZONE 'Europe/Paris')::date BETWEEN t.since AND t.until)"
)
_CALLED = "n.state IN ('published', 'counted', 'signed')"
# (session, seat) that `member` occupies, with the place that the seat is limited to.
_SITTINGS = f"""
            SELECT n.id AS session, s.id AS seat, s.commune_id, s.epci_id FROM commissions_seat s
            JOIN commissions_session n ON n.commission_id = s.commission_id AND {_CALLED}
            WHERE s.person_id = member AND s.until IS NULL
            AND NOT EXISTS (SELECT 1 FROM commissions_standin t WHERE t.seat_id = s.id AND {_COVERS})
            UNION ALL
            SELECT n.id, s.id, s.commune_id, s.epci_id FROM commissions_standin t
            JOIN commissions_seat s ON s.id = t.seat_id AND s.until IS NULL
            JOIN commissions_session n ON n.commission_id = s.commission_id AND {_CALLED}
            WHERE t.person_id = member AND {_COVERS}"""
_DWELLINGS = f"""
            SELECT i.id AS item, x.seat FROM ({_SITTINGS}) x
            JOIN commissions_agendaitem i ON i.session_id = x.session
            JOIN homes_offer o ON o.id = i.offer_id JOIN homes_dwelling w ON w.id = o.dwelling_id
            JOIN territories_commune c ON c.code = w.commune_id
            WHERE (x.commune_id IS NULL OR x.commune_id = c.code) AND (x.epci_id IS NULL OR x.epci_id = c.epci_id)"""
_HELD = """
            SELECT n.id FROM commissions_session n JOIN commissions_commission c ON c.id = n.commission_id
            WHERE c.landlord_id = landlord"""
SQL_FUNCTIONS = {
    "palier_seats": narrow_function(
        "palier_seats",
        "member bigint",
        "SETOF bigint",
        """
            SELECT s.commission_id FROM commissions_seat s WHERE s.person_id = member AND s.until IS NULL
            UNION
            SELECT s.commission_id FROM commissions_standin t JOIN commissions_seat s ON s.id = t.seat_id
            WHERE t.person_id = member AND t.withdrawn_at IS NULL AND s.until IS NULL""",
    ),
    "palier_own_seats": narrow_function(
        "palier_own_seats",
        "member bigint",
        "TABLE(seat bigint, commission bigint)",
        "SELECT s.id, s.commission_id FROM commissions_seat s WHERE s.person_id = member AND s.until IS NULL",
    ),
    "palier_held_commissions": narrow_function(
        "palier_held_commissions",
        "landlord bigint",
        "SETOF bigint",
        "SELECT c.id FROM commissions_commission c WHERE c.landlord_id = landlord",
    ),
    "palier_held_sessions": narrow_function("palier_held_sessions", "landlord bigint", "SETOF bigint", _HELD),
    # Those where the ballots may be read by whoever counts them; those where votes are recorded aloud.
    "palier_counted_sessions": narrow_function(
        "palier_counted_sessions", "landlord bigint", "SETOF bigint", f"{_HELD} AND n.state IN ('counted', 'signed')"
    ),
    "palier_recorded_sessions": narrow_function(
        "palier_recorded_sessions",
        "landlord bigint",
        "SETOF bigint",
        f"{_HELD} AND n.form IN ('meeting', 'phone') AND n.state IN ('published', 'counted')",
    ),
    "palier_session_of": narrow_function(
        "palier_session_of",
        "item bigint",
        "SETOF bigint",
        "SELECT i.session_id FROM commissions_agendaitem i WHERE i.id = item",
    ),
    "palier_item_of": narrow_function(
        "palier_item_of",
        "candidate bigint",
        "SETOF bigint",
        "SELECT k.item_id FROM commissions_candidate k WHERE k.id = candidate",
    ),
    "palier_seated": narrow_function(
        "palier_seated",
        "member bigint, landlord bigint",
        "SETOF bigint",
        """
            SELECT p.id FROM commissions_seat s JOIN commissions_commission c ON c.id = s.commission_id
            CROSS JOIN LATERAL (SELECT s.person_id AS id UNION ALL
                                SELECT t.person_id FROM commissions_standin t WHERE t.seat_id = s.id) p
            WHERE c.landlord_id = landlord OR c.id IN (SELECT palier_seats(member))""",
    ),
    "palier_sittings": narrow_function(
        "palier_sittings",
        "member bigint",
        "TABLE(session bigint, seat bigint)",
        f"SELECT x.session, x.seat FROM ({_SITTINGS}) x",
    ),
    "palier_item_seats": narrow_function(
        "palier_item_seats", "member bigint", "TABLE(item bigint, seat bigint)", _DWELLINGS
    ),
    "palier_items": narrow_function(
        "palier_items", "member bigint", "SETOF bigint", f"SELECT d.item FROM ({_DWELLINGS}) d"
    ),
    # Without those that the member stepped out of.
    "palier_seen_items": narrow_function(
        "palier_seen_items",
        "member bigint",
        "SETOF bigint",
        f"""
            SELECT d.item FROM ({_DWELLINGS}) d LEFT JOIN commissions_recusal r ON r.item_id = d.item AND r.seat_id = d.seat
            GROUP BY d.item HAVING count(r.id) = 0""",
    ),
    "palier_presided": narrow_function(
        "palier_presided",
        "member bigint",
        "SETOF bigint",
        """
            SELECT n.id FROM commissions_session n JOIN commissions_seat s ON s.commission_id = n.commission_id
            WHERE n.state = 'counted' AND s.person_id = member AND s.president AND s.until IS NULL""",
    ),
    "palier_under_examination": narrow_function(
        "palier_under_examination",
        "member bigint",
        "SETOF bigint",
        f"""
            SELECT k.application_id FROM ({_DWELLINGS}) d JOIN commissions_candidate k ON k.item_id = d.item
            WHERE NOT EXISTS (SELECT 1 FROM commissions_recusal r WHERE r.item_id = d.item AND r.seat_id = d.seat)""",
    ),
    "palier_examined": narrow_function(
        "palier_examined",
        "member bigint",
        "SETOF bigint",
        """
            SELECT a.demand_id FROM applications_application a
            WHERE a.id IN (SELECT palier_under_examination(member))""",
    ),
    "palier_examined_offers": narrow_function(
        "palier_examined_offers",
        "member bigint",
        "SETOF bigint",
        """
            SELECT a.offer_id FROM applications_application a
            WHERE a.id IN (SELECT palier_under_examination(member))""",
    ),
}
_SECRETARY = role_is("secretary", "landlord")
_MEMBER = role_is("member")
_ITEMS = f"(SELECT palier_items({PERSON}))"
_PRESIDED = f"(SELECT palier_presided({PERSON}))"
_HELD_SESSIONS = f"(SELECT palier_held_sessions({ORGANISATION}))"


def _in_my_commission(commission: str) -> str:
    return f"{_SECRETARY} AND {commission} IN (SELECT palier_held_commissions({ORGANISATION}))"


def _in_my_seats(seat: str) -> str:
    return f"{_SECRETARY} AND EXISTS (SELECT 1 FROM commissions_seat s WHERE s.id = {seat})"


def _session_of(item: str) -> str:
    return f"(SELECT palier_session_of({item}))"


def _in_my_session(item: str) -> str:
    return f"{_SECRETARY} AND {_session_of(item)} IN {_HELD_SESSIONS}"


def _seen(item: str) -> str:
    return f"{_MEMBER} AND {item} IN (SELECT palier_seen_items({PERSON}))"


_RECORDED = (
    f"{role_is('secretary')} AND recorded_by_id IS NOT NULL"
    f" AND {_session_of('item_id')} IN (SELECT palier_recorded_sessions({ORGANISATION}))"
)
_ITEM = "(SELECT palier_item_of(candidate_id))"
_SAID_BY_ME = f"person_id = {PERSON} AND (({_seen('item_id')}) OR ({_in_my_session('item_id')}))"
_OWN = f"(item_id, seat_id) IN (SELECT t.item, t.seat FROM palier_item_seats({PERSON}) t)"
ROW_POLICIES = {
    "commissions_commission": {
        "landlord": Policy(f"{_SECRETARY} AND landlord_id = {ORGANISATION}"),
        "member": Policy(f"{_MEMBER} AND id IN (SELECT palier_seats({PERSON}))", command="SELECT"),
    },
    "commissions_seat": {
        "landlord": Policy(_in_my_commission("commission_id")),
        "member": Policy(f"{_MEMBER} AND commission_id IN (SELECT palier_seats({PERSON}))", command="SELECT"),
    },
    "commissions_rulesversion": {
        "landlord": Policy(_in_my_commission("commission_id")),
        "member": Policy(f"{_MEMBER} AND commission_id IN (SELECT palier_seats({PERSON}))", command="SELECT"),
    },
    "commissions_standin": {
        "landlord": Policy(_in_my_seats("seat_id")),
        "member": Policy(
            f"{_MEMBER} AND EXISTS (SELECT 1 FROM commissions_seat s WHERE s.id = seat_id)", command="SELECT"
        ),
        # A member names who stands in for their own seat, and takes it back.
        "own": Policy(f"{_MEMBER} AND seat_id IN (SELECT s.id FROM commissions_seat s WHERE s.person_id = {PERSON})"),
    },
    "commissions_session": {
        "landlord": Policy(_in_my_commission("commission_id")),
        "member": Policy(
            f"{_MEMBER} AND state IN ('published', 'counted', 'signed')"
            f" AND (id IN (SELECT t.session FROM palier_sittings({PERSON}) t)"
            # Whoever is replaced still knows in which session, not what is examined there.
            f" OR commission_id IN (SELECT o.commission FROM palier_own_seats({PERSON}) o))",
            command="SELECT",
        ),
        # The president signs; nothing else of a session is theirs to write, which the gate holds.
        "president": Policy(
            f"{_MEMBER} AND state IN ('counted', 'signed') AND id IN"
            f" (SELECT t.session FROM palier_sittings({PERSON}) t JOIN commissions_seat s ON s.id = t.seat AND s.president)",
            command="UPDATE",
        ),
    },
    "commissions_agendaitem": {
        "landlord": Policy(f"{_SECRETARY} AND session_id IN {_HELD_SESSIONS}"),
        "member": Policy(f"{_MEMBER} AND id IN {_ITEMS}", command="SELECT"),
        # Between the count and the signature the president settles what the votes left equal.
        "president": Policy(f"{_MEMBER} AND session_id IN {_PRESIDED}", command="UPDATE"),
    },
    "commissions_correction": {
        "landlord": Policy(_in_my_session("item_id")),
        "member": Policy(f"{_MEMBER} AND item_id IN {_ITEMS}", command="SELECT"),
    },
    "commissions_reminder": {
        "landlord": Policy(f"{_SECRETARY} AND session_id IN {_HELD_SESSIONS}", command="SELECT"),
    },
    "commissions_candidate": {
        "landlord": Policy(_in_my_session("item_id")),
        "member": Policy(_seen("item_id"), command="SELECT"),
    },
    "commissions_ballot": {
        "own": Policy(f"{_MEMBER} AND {_OWN}"),
        # The secretary reads ballots only once the window is closed; before that, only who has voted (a count).
        "landlord": Policy(
            f"{role_is('secretary')} AND {_session_of('item_id')} IN (SELECT palier_counted_sessions({ORGANISATION}))",
            command="SELECT",
        ),
        # In a meeting the secretary writes, and reads, what is recorded aloud; a vote cast online stays closed.
        "recorder": Policy(_RECORDED),
    },
    # A set-aside online vote is its member's alone.
    "commissions_earlierballot": {
        "own": Policy(
            f"{_MEMBER} AND EXISTS (SELECT 1 FROM commissions_ballot b WHERE b.id = ballot_id AND (b.item_id, b.seat_id) IN"
            f" (SELECT t.item, t.seat FROM palier_item_seats({PERSON}) t))"
        ),
    },
    "commissions_attendance": {
        "secretary": Policy(f"{role_is('secretary')} AND session_id IN {_HELD_SESSIONS}"),
        "member": Policy(
            f"{_MEMBER} AND EXISTS (SELECT 1 FROM commissions_session n WHERE n.id = session_id)", command="SELECT"
        ),
    },
    "commissions_recusal": {
        "own": Policy(f"{_MEMBER} AND {_OWN}"),
        "landlord": Policy(_in_my_session("item_id"), command="SELECT"),
        "recorder": Policy(_RECORDED),
    },
    # Said once: nobody changes or takes back a message, nor writes in another's name.
    "commissions_comment": {
        "member": Policy(_seen("item_id"), command="SELECT"),
        "landlord": Policy(_in_my_session("item_id"), command="SELECT"),
        "own": Policy(
            _SAID_BY_ME,
            command="INSERT",
        ),
    },
    "commissions_readmark": {
        "member": Policy(_seen("item_id"), command="SELECT"),
        "landlord": Policy(_in_my_session("item_id"), command="SELECT"),
        "own": Policy(
            _SAID_BY_ME,
            command="INSERT",
        ),
        "moved": Policy(
            _SAID_BY_ME,
            command="UPDATE",
        ),
    },
    "commissions_decision": {
        "landlord": Policy(_in_my_session(_ITEM)),
        "member": Policy(_seen(_ITEM), command="SELECT"),
        # A president who stepped out of a dwelling does not see its candidates: nothing of it is theirs to decide.
        "president": Policy(f"{_seen(_ITEM)} AND {_session_of(_ITEM)} IN {_PRESIDED}"),
    },
    "commissions_sealedrecord": {
        "session": Policy("EXISTS (SELECT 1 FROM commissions_session n WHERE n.id = session_id)"),
    },
    "demands_demand": {
        "member": Policy(f"{_MEMBER} AND id IN (SELECT palier_examined({PERSON}))", command="SELECT"),
    },
    "applications_application": {
        # The application under examination, not the household's others.
        "member": Policy(f"{_MEMBER} AND id IN (SELECT palier_under_examination({PERSON}))", command="SELECT"),
    },
    "applications_shortlist": {
        "member": Policy(f"{_MEMBER} AND offer_id IN (SELECT palier_examined_offers({PERSON}))", command="SELECT"),
    },
    "accounts_person": {
        # Members of one commission know each other's names; its secretary too.
        "commission": Policy(
            f"{role_is('member', 'secretary', 'landlord')} AND id IN (SELECT palier_seated({PERSON}, {ORGANISATION}))",
            command="SELECT",
        )
    },
}
