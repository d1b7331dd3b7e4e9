"""Dwellings and offers hold nothing about a household. Writes are bounded to the landlord's own rows."""

from palier.common.isolation import ORGANISATION, Policy, role_is

_OWN_DWELLING = (
    f"{role_is('landlord', 'secretary')} AND EXISTS (SELECT 1 FROM homes_dwelling d"
    f" WHERE d.id = dwelling_id AND d.landlord_id = {ORGANISATION})"
)
_OWN_OFFER = (
    f"{role_is('landlord', 'secretary')} AND EXISTS (SELECT 1 FROM homes_offer o JOIN homes_dwelling d"
    f" ON d.id = o.dwelling_id WHERE o.id = offer_id AND d.landlord_id = {ORGANISATION})"
)
ROW_POLICIES = {
    "homes_dwelling": {
        "read": Policy("true", command="SELECT"),
        "landlord": Policy(f"{role_is('landlord', 'secretary')} AND landlord_id = {ORGANISATION}"),
    },
    "homes_vacancy": {"read": Policy("true", command="SELECT"), "landlord": Policy(_OWN_DWELLING)},
    "homes_offer": {
        # A draft is nobody's business but the landlord's.
        "read": Policy("state <> 'draft'", command="SELECT"),
        "landlord": Policy(_OWN_DWELLING),
        "holder": Policy(f"{role_is('reservation_holder')} AND holder_id = {ORGANISATION}", command="UPDATE"),
    },
    "homes_availabilitystatement": {
        "read": Policy("true", command="SELECT"),
        "landlord": Policy(f"organisation_id = {ORGANISATION}", command="INSERT"),
    },
    # Its landlord's own affair until a person settles it.
    "homes_contradiction": {"landlord": Policy(_OWN_OFFER)},
}
