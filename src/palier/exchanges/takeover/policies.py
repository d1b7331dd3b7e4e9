"""The administrator who brings a file reads what became of its rows; the demands themselves stay closed to him."""

from palier.common.isolation import Policy, role_is

_ADMINISTRATOR = role_is("administrator")

ROW_POLICIES = {
    "exchanges_takeover": {"administrator": Policy(_ADMINISTRATOR)},
    "exchanges_takeoverline": {
        "administrator": Policy(_ADMINISTRATOR, command="SELECT"),
        "administrator_closes": Policy(_ADMINISTRATOR, command="DELETE"),
    },
    "exchanges_takendemand": {"administrator": Policy(_ADMINISTRATOR, command="SELECT")},
}
