"""An import is read by whoever sees the demand."""

from palier.common.isolation import Policy
from palier.demands.policies import through_demand
from palier.exchanges.takeover import policies as takeover

ROW_POLICIES = {
    "exchanges_import": {"through_demand": Policy(through_demand(), command="SELECT")},
    **takeover.ROW_POLICIES,
}
