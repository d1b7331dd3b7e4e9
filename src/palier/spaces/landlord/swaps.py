"""Swaps that the landlord may propose between its tenants."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import page
from palier.reviews.swaps import proposed
from palier.spaces.access import for_roles


@for_roles(Role.LANDLORD)
def swaps(request: HttpRequest) -> HttpResponse:
    return page(request, "landlord/reviews/swaps.html", {"swaps": proposed(request.actor, clock.today())})


urlpatterns = [path("occupation/echanges/", swaps, name="swaps")]
