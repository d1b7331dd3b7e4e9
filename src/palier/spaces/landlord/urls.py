"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import (
    allocations,
    decisions,
    instruction,
    meeting,
    offers,
    recording,
    reviews,
    sessions,
    tenancies,
)

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *meeting.urlpatterns,
    *recording.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
    *reviews.urlpatterns,
    *tenancies.urlpatterns,
]
