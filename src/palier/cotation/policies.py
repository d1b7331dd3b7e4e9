"""Scores follow the demand; grids are public. The facts behind a score name every situation and are the household's own.

Outlines and standings are read by the worker and by narrow functions: the first candidates of the register for some homes.
"""

from palier.common.isolation import Policy, narrow_function, role_is
from palier.demands.policies import through_demand

ROW_POLICIES = {
    "cotation_score": {"through_demand": Policy(through_demand())},
    "cotation_facts": {"own": Policy(f"{role_is('applicant')} AND {through_demand()}", command="SELECT")},
    "cotation_outline": {},
    "cotation_standing": {},
    "cotation_pointsnews": {},
    # Who wrote and published a public rule.
    "common_event": {"grids": Policy(f"{role_is('authority')} AND subject_type = 'cotation.grid'", command="SELECT")},
}
OPEN_TABLES = {
    "cotation_grid": "public rules",
    "cotation_grid_epcis": "public rules",
}
# Two places give candidates: the commune, and its EPCI for those who accept the surroundings; nobody stands in both.
_OPEN = "h.opens & needed = needed AND h.surface <= room"
# The planner cannot know to how many a dwelling is open: each walk says its order, so that it stops at its last row.
_WALK = f"""
    (SELECT h.demand_id, h.hundredths, h.registered_on FROM cotation_standing h WHERE h.place = {{place}} AND {_OPEN}
     ORDER BY h.hundredths DESC, h.registered_on FETCH FIRST most ROWS WITH TIES)"""
_FIRST = f"""
    SELECT w.demand_id, w.hundredths, w.registered_on
    FROM ({_WALK.format(place="commune")} UNION ALL {_WALK.format(place="epci")}) w
    ORDER BY w.hundredths DESC, w.registered_on FETCH FIRST most ROWS WITH TIES"""
# Equals in points and seniority come together: whoever asks draws between them.
SQL_FUNCTIONS = {
    "palier_first_of_register": narrow_function(
        "palier_first_of_register",
        "commune text, epci text, needed int, room int, most int",
        "TABLE (demand_id bigint, hundredths int, registered_on date)",
        _FIRST,
    ),
    # The same for many dwellings in one statement; `home` is the place of each in the lists, from 1.
    "palier_firsts_of_register": narrow_function(
        "palier_firsts_of_register",
        "communes text[], epcis text[], needs int[], rooms int[], most int",
        "TABLE (home bigint, demand_id bigint, hundredths int, registered_on date)",
        f"""
            SELECT o.home, f.demand_id, f.hundredths, f.registered_on
            FROM unnest(communes, epcis, needs, rooms) WITH ORDINALITY o (commune, epci, needed, room, home),
            LATERAL ({_FIRST}) f""",
    ),
    # Dwellings that a company's contribution reserves: from its employees, who are few, not from the ranking. Its
    # priorities add their points, as where they applied (`applications.placing`).
    "palier_firsts_of_employees": narrow_function(
        "palier_firsts_of_employees",
        "communes text[], epcis text[], needs int[], rooms int[], sirens text[], most int",
        "TABLE (home bigint, demand_id bigint, hundredths int, registered_on date)",
        f"""
            SELECT o.home, f.demand_id, f.hundredths, f.registered_on
            FROM unnest(communes, epcis, needs, rooms, sirens)
                 WITH ORDINALITY o (commune, epci, needed, room, siren, home),
            LATERAL (
                SELECT h.demand_id, h.registered_on, h.hundredths
                       + CASE WHEN j.state = 'confirmed' THEN (j.priority_points * 100)::int ELSE 0 END AS hundredths
                FROM employers_jobattestation j
                JOIN demands_demand d ON d.person_id = j.person_id
                JOIN cotation_standing h ON h.demand_id = d.id AND h.place IN (o.commune, o.epci)
                WHERE left(j.siret, 9) = o.siren AND {_OPEN}
                ORDER BY hundredths DESC, h.registered_on FETCH FIRST most ROWS WITH TIES) f""",
    ),
}
