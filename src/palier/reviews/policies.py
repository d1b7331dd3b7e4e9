"""A tenancy is its landlord's and its tenant's; members see what their sessions examine, without a name.

`palier_reviewed` answers "what do I examine" without the tables' policies calling each other.
"""

from palier.common.isolation import ORGANISATION, PERSON, Policy, narrow_function, role_is

SQL_FUNCTIONS = {
    "palier_reviewed": narrow_function(
        "palier_reviewed",
        "member bigint",
        "TABLE (examination bigint, seat bigint)",
        """
            SELECT x.id, s.id FROM reviews_examination x
            JOIN palier_sittings(member) g ON g.session = x.session_id JOIN commissions_seat s ON s.id = g.seat
            JOIN reviews_review r ON r.id = x.review_id JOIN reviews_tenancy t ON t.id = r.tenancy_id
            JOIN homes_dwelling w ON w.id = t.dwelling_id JOIN territories_commune c ON c.code = w.commune_id
            WHERE (s.commune_id IS NULL OR s.commune_id = c.code) AND (s.epci_id IS NULL OR s.epci_id = c.epci_id)
            AND NOT EXISTS (SELECT 1 FROM reviews_stepout o WHERE o.examination_id = x.id AND o.seat_id = s.id)""",
    ),
}
_LANDLORD = role_is("landlord", "secretary")
_MEMBER = role_is("member")
_TENANT = role_is("applicant")
_REVIEWED = f"(SELECT r.examination FROM palier_reviewed({PERSON}) r)"
_OWN_SEAT = f"(examination_id, seat_id) IN (SELECT r.examination, r.seat FROM palier_reviewed({PERSON}) r)"
_SITTING = f"seat_id IN (SELECT t.seat FROM palier_sittings({PERSON}) t)"
_OWN_TENANCY = f"EXISTS (SELECT 1 FROM reviews_tenancy t WHERE t.id = tenancy_id AND t.person_id = {PERSON})"
_IN_MY_SESSION = f"{_LANDLORD} AND EXISTS (SELECT 1 FROM reviews_examination x WHERE x.id = examination_id)"
ROW_POLICIES = {
    "reviews_tenancy": {
        "landlord": Policy(f"{_LANDLORD} AND landlord_id = {ORGANISATION}"),
        "own": Policy(f"{_TENANT} AND person_id = {PERSON}", command="SELECT"),
    },
    "reviews_review": {
        "landlord": Policy(f"{_LANDLORD} AND EXISTS (SELECT 1 FROM reviews_tenancy t WHERE t.id = tenancy_id)"),
        "own": Policy(f"{_TENANT} AND {_OWN_TENANCY}", command="SELECT"),
        # The tenant says who lives there, and nothing else of the review is theirs to write.
        "declares": Policy(
            f"{_TENANT} AND state IN ('asked', 'declared') AND {_OWN_TENANCY}",
            check=f"{_TENANT} AND state = 'declared' AND {_OWN_TENANCY}",
            command="UPDATE",
        ),
    },
    "reviews_followup": {
        "landlord": Policy(f"{_LANDLORD} AND EXISTS (SELECT 1 FROM reviews_review r WHERE r.id = review_id)"),
        "own": Policy(
            f"{_TENANT} AND EXISTS (SELECT 1 FROM reviews_review r WHERE r.id = review_id)", command="SELECT"
        ),
    },
    "reviews_examination": {
        "landlord": Policy(f"{_LANDLORD} AND EXISTS (SELECT 1 FROM commissions_session n WHERE n.id = session_id)"),
        "member": Policy(f"{_MEMBER} AND id IN {_REVIEWED}", command="SELECT"),
    },
    "reviews_voice": {
        "own": Policy(f"{_MEMBER} AND {_OWN_SEAT}"),
        # As for ballots: once the votes are counted, and the secretary alone.
        "landlord": Policy(
            f"{role_is('secretary')} AND EXISTS (SELECT 1 FROM reviews_examination x"
            " JOIN commissions_session n ON n.id = x.session_id WHERE x.id = examination_id"
            " AND n.state IN ('counted', 'signed'))",
            command="SELECT",
        ),
    },
    "reviews_stepout": {
        "own": Policy(f"{_MEMBER} AND {_SITTING}", command="SELECT"),
        "declares": Policy(f"{_MEMBER} AND {_OWN_SEAT}", command="INSERT"),
        "landlord": Policy(_IN_MY_SESSION, command="SELECT"),
    },
    # The story of a review, for whoever may see it.
    "common_event": {
        "review": Policy(
            "subject_type = 'reviews.review' AND EXISTS (SELECT 1 FROM reviews_review r WHERE r.id = subject_id)",
            command="SELECT",
        )
    },
}
