"""How the employees who agreed are doing: counts, small ones hidden, and the dwellings of the employer's own contingent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from palier.accounts.roles import Role
from palier.applications import employees
from palier.common.pages import page
from palier.employers import queries
from palier.homes.states import OFFER
from palier.spaces.access import for_roles


@for_roles(Role.EMPLOYER)
@require_GET
def following(request: HttpRequest) -> HttpResponse:
    asked = queries.asked_of(request.actor)
    dwellings = employees.reserved(request.actor)
    context = {
        "agreed": asked.count(),
        "confirmed": asked.filter(state="confirmed").count(),
        "waiting": asked.filter(state="asked").count(),
        "counts": employees.counts(request.actor),
        "least": employees.least(),
        "dwellings": [{"row": row, "state": OFFER.states[row.offer.state]} for row in dwellings],
    }
    return page(request, "employer/following.html", context)


urlpatterns = [path("suivi/", following, name="following")]
