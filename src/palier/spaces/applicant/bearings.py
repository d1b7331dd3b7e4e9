"""What the law lets an applicant know: its points in detail, the wait of comparable households, its place among them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import page
from palier.cotation.queries import lines_of, scores_of, territories_of
from palier.demands.queries import current_for
from palier.observatory.queries import compare
from palier.spaces.access import for_roles
from palier.territories.models import Epci

# A demand may wish ten territories: the first ones, where it has the most points, are told in full.
MOST = 6


@for_roles(Role.APPLICANT)
def bearings(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    rows = []
    if demand is not None and demand.state == "active":
        on, scores = clock.today(), {s.epci_id: s for s in scores_of(demand)}
        wished = [*scores, *(epci for epci in territories_of(demand) if epci not in scores)][:MOST]
        names = Epci.objects.in_bulk(wished)
        for epci in wished:
            score = scores.get(epci)
            points = score.points if score and not score.excluded else None
            rows.append(
                {
                    "territory": names[epci],
                    "score": score,
                    "lines": lines_of(score, own=True) if score else [],
                    "compared": compare(demand, names[epci], demand.wanted_types, points, on),
                }
            )
    return page(request, "applicant/bearings.html", {"demand": demand, "rows": rows})


urlpatterns = [path("reperes/", bearings, name="bearings")]
