"""Mes données: everything held about the household in one archive, who reads what, how long it is kept (mission E1, F4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.common.pages import go, page
from palier.config.environment import ENV
from palier.demands.queries import current_for
from palier.law import calendar
from palier.rights import actions, queries
from palier.rights.models import Archive
from palier.rights.readers import READERS
from palier.spaces.access import for_roles


@for_roles(Role.APPLICANT)
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    context = {
        "archive": queries.latest(request.actor),
        "demand": current_for(request.actor.person),
        "days": ENV.archive_days,
        "erasure_months": calendar.erasure_months(clock.today()),
        "readers": [reader for reader in READERS if reader.what and reader.role != Role.APPLICANT],
        "strangers": [reader for reader in READERS if not reader.what],
    }
    return page(request, "applicant/rights.html", context, fragment="applicant/rights/_archive.html")


@for_roles(Role.APPLICANT)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    actions.ask(actor=request.actor)
    messages.success(request, "C’est noté. Votre archive se prépare ; un courriel vous dira quand elle est prête.")
    return go(request, "applicant:rights")


@for_roles(Role.APPLICANT)
@require_GET
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, kept by no cache; the download is written in the history once the answer is ready (a GET may not write)."""
    try:
        held = queries.file_of(request.actor, pk)
    except Archive.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "applicant:rights")
    actor = request.actor

    def note() -> None:
        with acting(actor.scope):
            actions.note_fetch(actor=actor, archive_id=pk)

    request.after_transaction = [*getattr(request, "after_transaction", ()), note]
    response = FileResponse(
        held.open("rb"), as_attachment=True, filename="mes-donnees-palier.zip", content_type="application/zip"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("mes-donnees/", rights, name="rights"),
    path("mes-donnees/demander/", ask, name="ask_archive"),
    path("mes-donnees/<int:pk>/", archive, name="archive"),
]
