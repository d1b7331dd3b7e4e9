"""The observatory of a local authority: its EPCI first, its department on request, a table to take away."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from palier.accounts.roles import Role
from palier.common.pages import page, table_file
from palier.observatory.queries import indicators, totals
from palier.spaces.access import for_roles
from palier.spaces.public.views import figures


def _place(request: HttpRequest) -> dict[str, object]:
    body = request.actor.organisation
    if body.epci_id and request.GET.get("territoire") != "departement":
        return {"commune__epci": body.epci_id}
    return {"commune__department__in": body.departments}


@for_roles(Role.AUTHORITY)
def home(request: HttpRequest) -> HttpResponse:
    place = _place(request)
    shown = figures(request, indicators(**place), totals(**place))
    return page(request, "authority/home.html", {**shown, "narrow": "commune__epci" in place})


@for_roles(Role.AUTHORITY)
def export(request: HttpRequest) -> HttpResponse:
    heads = ("commune", "code", "demandes", "attributions", "attente_mediane_jours", "attente_neuvieme_decile_jours")
    rows = (
        (
            r["commune"].name, r["commune"].code, r["demands"], r["allocations"], r["wait_median"],
            r["wait_ninth_decile"],
        )
        for r in indicators(**_place(request))
    )  # fmt: skip
    return table_file("observatoire", heads, rows)
