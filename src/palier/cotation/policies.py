"""Scores follow the demand; grids are public. The facts behind a score name every situation and are the household's own."""

from palier.common.isolation import Policy, role_is
from palier.demands.policies import through_demand

ROW_POLICIES = {
    "cotation_score": {"through_demand": Policy(through_demand())},
    "cotation_facts": {"own": Policy(f"{role_is('applicant')} AND {through_demand()}", command="SELECT")},
}
OPEN_TABLES = {
    "cotation_grid": "public rules",
    "cotation_grid_epcis": "public rules",
}
