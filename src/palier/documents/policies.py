"""Documents follow the demand; the journal is written by whoever reads and read by the household."""

from palier.common.isolation import Policy
from palier.demands.policies import through_demand

ROW_POLICIES = {
    "documents_piece": {"through_demand": Policy(through_demand())},
    "documents_recognition": {"through_demand": Policy(through_demand())},
    "documents_reading": {
        "write": Policy("true", command="INSERT"),
        "through_demand": Policy(through_demand(), command="SELECT"),
    },
}
