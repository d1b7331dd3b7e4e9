"""Landlords' agents and the secretaries of their commissions."""

from palier.spaces.landlord import (
    allocations,
    corrections,
    decisions,
    discussions,
    flow,
    freshness,
    instruction,
    meeting,
    offers,
    recording,
    reviews,
    rules,
    seats,
    sessions,
    stock_files,
    swaps,
    systems,
    tenancies,
)

app_name = "landlord"
urlpatterns = [
    *freshness.urlpatterns,
    *offers.urlpatterns,
    *flow.urlpatterns,
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
    *swaps.urlpatterns,
    *systems.urlpatterns,
    *stock_files.urlpatterns,
]
