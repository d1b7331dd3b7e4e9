"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import allocations, decisions, instruction, offers, reviews, sessions, tenancies

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
    *reviews.urlpatterns,
    *tenancies.urlpatterns,
]
