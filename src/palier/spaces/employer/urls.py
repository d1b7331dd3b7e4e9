"""The employer: employees who agreed that it be asked, its answers, its priorities, its agents."""

from palier.spaces.employer import agents, answers, company, following, priorities

app_name = "employer"
urlpatterns = [
    *answers.urlpatterns,
    *following.urlpatterns,
    *priorities.urlpatterns,
    *company.urlpatterns,
    *agents.urlpatterns,
]
