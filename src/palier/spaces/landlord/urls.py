"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import allocations, corrections, decisions, instruction, offers, rules, seats, sessions

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *corrections.urlpatterns,
    *rules.urlpatterns,
    *seats.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
]
