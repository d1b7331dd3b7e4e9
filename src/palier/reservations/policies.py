"""Conventions, turns and balances are their two parties' own; they hold nothing about a household."""

from palier.common.isolation import ORGANISATION, Policy, role_is

_LANDLORD = f"{role_is('landlord', 'secretary')} AND landlord_id = {ORGANISATION}"
_HOLDER = f"{role_is('reservation_holder')} AND holder_id = {ORGANISATION}"
ROW_POLICIES = {
    "reservations_convention": {"landlord": Policy(_LANDLORD), "holder": Policy(_HOLDER, command="SELECT")},
    "reservations_turn": {
        "landlord": Policy(_LANDLORD),
        "holder": Policy(_HOLDER, command="SELECT"),
        "designates": Policy(
            f"{_HOLDER} AND state = 'open'",
            check=f"{_HOLDER} AND state IN ('designated', 'returned')",
            command="UPDATE",
        ),
    },
    "reservations_balance": {
        "landlord": Policy(_LANDLORD),
        "holder": Policy(_HOLDER, command="SELECT"),
    },
}
