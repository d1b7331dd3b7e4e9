"""The household's addresses, one module per subject."""

from palier.spaces.applicant import (
    applications,
    bearings,
    contesting,
    demand,
    documents,
    doubts,
    job,
    life,
    offers,
    papers,
    rights,
    tenancy,
    timeline,
    visits,
)

app_name = "applicant"
urlpatterns = [
    *demand.urlpatterns,
    *life.urlpatterns,
    *documents.urlpatterns,
    *job.urlpatterns,
    *offers.urlpatterns,
    *applications.urlpatterns,
    *contesting.urlpatterns,
    *bearings.urlpatterns,
    *papers.urlpatterns,
    *timeline.urlpatterns,
    *rights.urlpatterns,
    *tenancy.urlpatterns,
    *visits.urlpatterns,
    *doubts.urlpatterns,
]
