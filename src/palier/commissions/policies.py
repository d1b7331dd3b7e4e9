"""Members see the sessions of their commission once published, and only the demands on their agendas.

`palier_seats`, `palier_items` and the two that follow answer "where do I sit" and "whom may I examine"
without the tables' policies calling each other: a policy that reads tables with policies is planned
with all of theirs, for every query and every role.
"""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is

SQL_FUNCTIONS = {
    "palier_seats": narrow_function(
        "palier_seats",
        "member bigint",
        "SETOF bigint",
        """
            SELECT s.commission_id FROM commissions_seat s WHERE s.person_id = member AND s.until IS NULL""",
    ),
    "palier_seated": narrow_function(
        "palier_seated",
        "member bigint, landlord bigint",
        "SETOF bigint",
        """
            SELECT s.person_id FROM commissions_seat s JOIN commissions_commission c ON c.id = s.commission_id
            WHERE c.landlord_id = landlord OR c.id IN (SELECT palier_seats(member))""",
    ),
    "palier_items": narrow_function(
        "palier_items",
        "member bigint",
        "SETOF bigint",
        """
            SELECT i.id FROM commissions_agendaitem i
            JOIN commissions_session n ON n.id = i.session_id AND n.state IN ('published', 'counted', 'signed')
            JOIN commissions_seat s ON s.commission_id = n.commission_id AND s.person_id = member AND s.until IS NULL
            JOIN homes_offer o ON o.id = i.offer_id JOIN homes_dwelling w ON w.id = o.dwelling_id
            JOIN territories_commune c ON c.code = w.commune_id
            WHERE (s.commune_id IS NULL OR s.commune_id = c.code) AND (s.epci_id IS NULL OR s.epci_id = c.epci_id)""",
    ),
    "palier_under_examination": narrow_function(
        "palier_under_examination",
        "member bigint",
        "SETOF bigint",
        """
            SELECT k.application_id FROM commissions_candidate k
            WHERE k.item_id IN (SELECT palier_items(member))
            AND NOT EXISTS (SELECT 1 FROM commissions_recusal r JOIN commissions_seat s ON s.id = r.seat_id
                            WHERE r.item_id = k.item_id AND s.person_id = member)""",
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


def _in_my_commission(commission: str) -> str:
    return (
        f"{_SECRETARY} AND EXISTS (SELECT 1 FROM commissions_commission c WHERE c.id = {commission}"
        f" AND c.landlord_id = {ORGANISATION})"
    )


def _in_my_session(item: str) -> str:
    return f"{_SECRETARY} AND EXISTS (SELECT 1 FROM commissions_agendaitem i WHERE i.id = {item})"


def _not_stepped_out(table: str) -> str:
    return (
        f"{_MEMBER} AND item_id IN {_ITEMS} AND NOT EXISTS (SELECT 1 FROM commissions_recusal r"
        f" WHERE r.item_id = {table}.item_id AND r.seat_id IN"
        f" (SELECT s.id FROM commissions_seat s WHERE s.person_id = {PERSON}))"
    )


_OWN_SEAT = f"seat_id IN (SELECT s.id FROM commissions_seat s WHERE s.person_id = {PERSON})"
ROW_POLICIES = {
    "commissions_commission": {
        "landlord": Policy(f"{_SECRETARY} AND landlord_id = {ORGANISATION}"),
        "member": Policy(f"{_MEMBER} AND id IN (SELECT palier_seats({PERSON}))", command="SELECT"),
    },
    "commissions_seat": {
        "landlord": Policy(_in_my_commission("commission_id")),
        "member": Policy(f"{_MEMBER} AND commission_id IN (SELECT palier_seats({PERSON}))", command="SELECT"),
    },
    "commissions_session": {
        "landlord": Policy(_in_my_commission("commission_id")),
        "member": Policy(
            f"{_MEMBER} AND state IN ('published', 'counted', 'signed') AND commission_id IN (SELECT palier_seats({PERSON}))",
            command="SELECT",
        ),
        # The president signs; nothing else of a session is theirs to write, which the gate holds.
        "president": Policy(
            f"{_MEMBER} AND state IN ('counted', 'signed') AND EXISTS (SELECT 1 FROM commissions_seat s WHERE"
            f" s.commission_id = commissions_session.commission_id AND s.person_id = {PERSON} AND s.president)",
            command="UPDATE",
        ),
    },
    "commissions_agendaitem": {
        "landlord": Policy(f"{_SECRETARY} AND EXISTS (SELECT 1 FROM commissions_session n WHERE n.id = session_id)"),
        "member": Policy(f"{_MEMBER} AND id IN {_ITEMS}", command="SELECT"),
    },
    "commissions_candidate": {
        "landlord": Policy(_in_my_session("item_id")),
        "member": Policy(_not_stepped_out("commissions_candidate"), command="SELECT"),
    },
    "commissions_ballot": {
        "own": Policy(f"{_MEMBER} AND item_id IN {_ITEMS} AND {_OWN_SEAT}"),
        # The secretary reads ballots only once the window is closed; before that, only who has voted (a count).
        "landlord": Policy(
            f"{role_is('secretary')} AND EXISTS (SELECT 1 FROM commissions_agendaitem i"
            " JOIN commissions_session n ON n.id = i.session_id WHERE i.id = item_id"
            " AND n.state IN ('counted', 'signed'))",
            command="SELECT",
        ),
    },
    "commissions_recusal": {
        "own": Policy(f"{_MEMBER} AND item_id IN {_ITEMS} AND {_OWN_SEAT}"),
        "landlord": Policy(_in_my_session("item_id"), command="SELECT"),
    },
    # Said once: nobody changes or takes back a message, nor writes in another's name.
    "commissions_comment": {
        "member": Policy(_not_stepped_out("commissions_comment"), command="SELECT"),
        "landlord": Policy(_in_my_session("item_id"), command="SELECT"),
        "own": Policy(
            f"person_id = {PERSON} AND ({_not_stepped_out('commissions_comment')} OR {_in_my_session('item_id')})",
            command="INSERT",
        ),
    },
    "commissions_readmark": {
        "member": Policy(_not_stepped_out("commissions_readmark"), command="SELECT"),
        "landlord": Policy(_in_my_session("item_id"), command="SELECT"),
        "own": Policy(
            f"person_id = {PERSON} AND ({_not_stepped_out('commissions_readmark')} OR {_in_my_session('item_id')})",
            command="INSERT",
        ),
        "moved": Policy(
            f"person_id = {PERSON} AND ({_not_stepped_out('commissions_readmark')} OR {_in_my_session('item_id')})",
            command="UPDATE",
        ),
    },
    "commissions_decision": {
        "landlord": Policy(
            f"{_SECRETARY} AND EXISTS (SELECT 1 FROM commissions_candidate k WHERE k.id = candidate_id)"
        ),
        "member": Policy(
            f"{_MEMBER} AND EXISTS (SELECT 1 FROM commissions_candidate k WHERE k.id = candidate_id)", command="SELECT"
        ),
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
