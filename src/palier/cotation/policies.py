"""Scores follow the demand; grids are public."""

from palier.common.isolation import Policy
from palier.demands.policies import through_demand

ROW_POLICIES = {"cotation_score": {"through_demand": Policy(through_demand())}}
OPEN_TABLES = {
    "cotation_grid": "public rules",
    "cotation_grid_epcis": "public rules",
}
