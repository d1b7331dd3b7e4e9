"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import (
    allocations,
    corrections,
    decisions,
    discussions,
    instruction,
    meeting,
    offers,
    recording,
    reviews,
    rules,
    seats,
    sessions,
    tenancies,
    visits,
)

app_name = "landlord"
urlpatterns = [
    *offers.urlpatterns,
    *instruction.urlpatterns,
    *sessions.urlpatterns,
    *meeting.urlpatterns,
    *recording.urlpatterns,
    *corrections.urlpatterns,
    *rules.urlpatterns,
    *seats.urlpatterns,
    *discussions.urlpatterns,
    *decisions.urlpatterns,
    *allocations.urlpatterns,
    *reviews.urlpatterns,
    *tenancies.urlpatterns,
    *visits.urlpatterns,
]
