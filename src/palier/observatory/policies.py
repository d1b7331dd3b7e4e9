"""Single allocations may single somebody out in a small commune: only the calculation reads them."""

from palier.common.isolation import ORGANISATION, Policy, narrow_function, role_is

SQL_FUNCTIONS = {
    # The waits of past allocations in a territory (EPCI or department), and nothing else of them.
    "palier_waits": narrow_function(
        "palier_waits",
        "place text, kind text, low integer, beyond integer, since date, until date",
        "SETOF integer",
        """
            SELECT p.wait_days FROM observatory_pastallocation p JOIN territories_commune c ON c.code = p.commune_id
            WHERE (c.epci_id = place OR c.department_id = place) AND p.type = kind AND p.people >= low
            AND (beyond IS NULL OR p.people < beyond) AND p.signed_on > since AND p.signed_on <= until""",
    ),
}
ROW_POLICIES: dict = {
    "observatory_pastallocation": {},
    "observatory_pastoffer": {},
    "observatory_pastprofile": {},
    "observatory_pastsession": {},
    # Sums only, but a grid not voted yet is its authors' own.
    "observatory_simulation": {"authority": Policy(f"{role_is('authority')} AND organisation_id = {ORGANISATION}")},
}
OPEN_TABLES = {
    "observatory_communeindicator": "counts by commune; small numbers are hidden when shown",
    "observatory_comparable": "chances and waits of many past offers together; shown above a least number only",
    "observatory_pointsquarters": "points that part large groups of demands in four; small groups are not kept",
}
