"""What is exchanged about a demand is read by whoever sees the demand; a step of its life queues its file."""

from palier.common.isolation import Policy
from palier.demands.policies import through_demand
from palier.exchanges.landlords import policies as landlords
from palier.exchanges.takeover import policies as takeover

_THROUGH_OPERATION = "EXISTS (SELECT 1 FROM exchanges_operation o WHERE o.id = operation_id)"

ROW_POLICIES = {
    "exchanges_import": {"through_demand": Policy(through_demand(), command="SELECT")},
    "exchanges_operation": {"through_demand": Policy(through_demand())},
    "exchanges_anomaly": {"through_operation": Policy(_THROUGH_OPERATION, command="SELECT")},
    "exchanges_registernumber": {"through_demand": Policy(through_demand(), command="SELECT")},
    "exchanges_news": {"through_demand": Policy(through_demand(), command="SELECT")},
    **landlords.ROW_POLICIES,
    **takeover.ROW_POLICIES,
}
OPEN_TABLES = {"exchanges_cursor": "one instant per service of the register, no person"}
