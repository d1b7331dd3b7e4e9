"""Mon historique: everything that happened, and who opened the dossier, when and why (mission F4, F10)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from palier.accounts.roles import Role
from palier.common.pages import page
from palier.demands.queries import current_for
from palier.spaces.access import for_roles
from palier.spaces.story import story, tabs

PER_PAGE = 40


@for_roles(Role.APPLICANT)
@require_GET
def timeline(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    only = request.GET.get("voir", "tout")
    entries = story(demand, "applicant", only) if demand else []
    shown = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {"demand": demand, "shown": shown, "tabs": tabs(only), "only": only}
    return page(request, "applicant/timeline.html", context, fragment="applicant/timeline/_list.html")


urlpatterns = [path("historique/", timeline, name="timeline")]
