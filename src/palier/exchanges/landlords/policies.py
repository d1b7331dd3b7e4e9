"""A landlord's agents and systems see what is their landlord's; a token is looked up before anybody is known."""

from palier.common.isolation import ORGANISATION, Policy, role_is

_OWN = f"{role_is('landlord')} AND landlord_id = {ORGANISATION}"

ROW_POLICIES = {
    "exchanges_landlordsystem": {
        "landlord": Policy(_OWN),
        "gate": Policy(role_is("gate"), command="SELECT"),
        "gate_notes_use": Policy(role_is("gate"), command="UPDATE"),
    },
    "exchanges_keptanswer": {"landlord": Policy(_OWN)},
    "exchanges_change": {
        "landlord": Policy(_OWN, command="SELECT"),
        # Written by triggers, whoever changes the dwelling, the offer or the application.
        "append": Policy("true", command="INSERT"),
    },
    "exchanges_delivery": {"landlord": Policy(_OWN)},
    "exchanges_stockfile": {"landlord": Policy(_OWN)},
}
