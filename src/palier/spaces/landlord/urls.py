"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import allocations, corrections, decisions, instruction, offers, procedure, sessions

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *corrections.urlpatterns,
    *procedure.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
]
