"""`/api/v1/`, and JSON for whatever is not there."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import path

from palier.spaces.api.api import api
from palier.spaces.api.problems import body


def nothing(request: HttpRequest, rest: str = "") -> JsonResponse:
    return JsonResponse(body(404, "not_found", "Rien à cette adresse."), status=404)


urlpatterns = [path("", api.urls), path("<path:rest>", nothing), path("", nothing)]
