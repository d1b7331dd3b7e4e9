"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import allocations, decisions, discussions, instruction, offers, sessions

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *discussions.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
]
