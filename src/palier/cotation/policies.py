"""Scores follow the demand; grids are public. The facts behind a score name every situation and are the household's own.

Outlines and standings are read by the worker and by two narrow functions: the first candidates of the register for one
offer, and one demand's own rank there.
"""

from palier.common.isolation import Policy, role_is
from palier.demands.policies import through_demand

ROW_POLICIES = {
    "cotation_score": {"through_demand": Policy(through_demand())},
    "cotation_facts": {"own": Policy(f"{role_is('applicant')} AND {through_demand()}", command="SELECT")},
    "cotation_outline": {},
    "cotation_standing": {},
    "cotation_pointsnews": {},
}
OPEN_TABLES = {
    "cotation_grid": "public rules",
    "cotation_grid_epcis": "public rules",
}
# Two places give candidates: the commune, and its EPCI for those who accept the surroundings; nobody stands in both.
_WALK = """
    (SELECT h.demand_id, h.hundredths, h.registered_on FROM cotation_standing h
     WHERE h.place = {place} AND h.opens & needed = needed AND h.surface <= room
     ORDER BY h.hundredths DESC, h.registered_on FETCH FIRST most ROWS WITH TIES)"""
_AHEAD = """
    (SELECT count(*) FROM cotation_standing h WHERE h.place = {place} AND h.hundredths > mine.hundredths
       AND h.opens & needed = needed AND h.surface <= room)
    + (SELECT count(*) FROM cotation_standing h WHERE h.place = {place} AND h.hundredths = mine.hundredths
       AND h.registered_on < mine.registered_on AND h.opens & needed = needed AND h.surface <= room)
    + (SELECT count(*) FROM cotation_standing h WHERE h.place = {place} AND h.hundredths = mine.hundredths
       AND h.registered_on = mine.registered_on AND h.opens & needed = needed AND h.surface <= room
       AND ({draw}, h.demand_id) < (own, household))"""


def _draw(demand: str) -> str:
    """`law.ranking.draw`, said in SQL."""
    return f"""substr(encode(sha256(convert_to(seed || ':' || {demand}, 'UTF8')), 'hex'), 1, 16) COLLATE "C\""""


_OFFER = """
            SELECT o.draw_seed, w.commune_id, c.epci_id, floor(w.surface)::int INTO seed, commune, epci, room
            FROM homes_offer o JOIN homes_dwelling w ON w.id = o.dwelling_id
            JOIN territories_commune c ON c.code = w.commune_id WHERE o.id = offer;"""
_DECLARED = "seed text; commune text; epci text; room int; former text := current_setting('palier.role', true)"


def _function(name: str, arguments: str, returns: str, declared: str, body: str) -> str:
    """Like `narrow_function`, for an answer found in two steps."""
    return f"""
        CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE plpgsql STABLE
        SET plan_cache_mode = force_generic_plan AS $$
        #variable_conflict use_variable
        DECLARE {_DECLARED}{declared};
        BEGIN
            PERFORM set_config('palier.role', 'system', true);
            {_OFFER}
            {body}
            PERFORM set_config('palier.role', coalesce(former, ''), true);
            {"RETURN position;" if returns == "bigint" else ""}
        END $$"""


SQL_FUNCTIONS = {
    "palier_first_of_register": _function(
        "palier_first_of_register",
        "offer bigint, needed int, most int",
        "TABLE (demand_id bigint, hundredths int, registered_on date)",
        "",
        f"""RETURN QUERY SELECT x.demand_id, x.hundredths, x.registered_on FROM
            ({_WALK.format(place="commune")} UNION ALL {_WALK.format(place="epci")}) x
            ORDER BY x.hundredths DESC, x.registered_on, {_draw("x.demand_id")}, x.demand_id LIMIT most;""",
    ),
    "palier_register_rank": _function(
        "palier_register_rank",
        "household bigint, offer bigint, needed int",
        "bigint",
        "; mine record; own text; position bigint",
        f"""SELECT * INTO mine FROM cotation_standing h WHERE h.demand_id = household AND h.place IN (commune, epci)
                AND h.opens & needed = needed AND h.surface <= room;
            IF FOUND THEN
                own := {_draw("household")};
                position := 1 + {_AHEAD.format(place="commune", draw=_draw("h.demand_id"))}
                              + {_AHEAD.format(place="epci", draw=_draw("h.demand_id"))};
            END IF;""",
    ),
}
