"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import allocations, decisions, instruction, offers, sessions

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
]
