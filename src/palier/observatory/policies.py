"""Single allocations may single somebody out in a small commune: only the calculation reads them."""

from palier.common.isolation import ORGANISATION, Policy, role_is

ROW_POLICIES: dict = {
    "observatory_pastallocation": {},
    "observatory_pastoffer": {},
    # Sums only, but a grid not voted yet is its authors' own.
    "observatory_simulation": {"authority": Policy(f"{role_is('authority')} AND organisation_id = {ORGANISATION}")},
}
OPEN_TABLES = {
    "observatory_communeindicator": "counts by commune; small numbers are hidden when shown",
    "observatory_comparable": "chances and waits of many past offers together; shown above a least number only",
}
