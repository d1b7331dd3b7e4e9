"""The household's addresses, one module per subject."""

from palier.spaces.applicant import applications, demand, documents, job, offers, papers, timeline

app_name = "applicant"
urlpatterns = [
    *demand.urlpatterns,
    *documents.urlpatterns,
    *job.urlpatterns,
    *offers.urlpatterns,
    *applications.urlpatterns,
    *papers.urlpatterns,
    *timeline.urlpatterns,
]
