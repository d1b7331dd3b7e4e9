"""A holder's share of each landlord's flow: what is due, what came, what is late, the signed balances."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import page, paper
from palier.law import flow as law
from palier.reservations.balances import sound
from palier.reservations.queries import balances_of, held_years
from palier.spaces.access import for_roles
from palier.spaces.flow import asked_year, years
from palier.territories.models import Department


@for_roles(Role.RESERVATION_HOLDER)
def home(request: HttpRequest) -> HttpResponse:
    year = asked_year(request)
    names = dict(Department.objects.filter(active=True).order_by("code").values_list("code", "name"))
    signed = {(b.landlord_id, b.department_id): b for b in balances_of(request.actor).filter(year=year)}
    flows = [
        {
            "held": held, "department": names.get(held.department, held.department),
            "rows": [{"row": r, "convention": held.conventions[r.line.key]} for r in held.rows],
            "balance": (one := signed.get((held.landlord.pk, held.department))), "sound": one is not None and sound(one),
        }
        for held in held_years(request.actor, year)
    ]  # fmt: skip
    rows = [row["row"] for flow in flows for row in flow["rows"]]
    return page(
        request,
        "holder/flow.html",
        {
            "flows": flows, "year": year, "years": years(request), "over": year < clock.today().year,
            "due": law.balance_due(year), "today": clock.today(),
            "totals": [
                ("Objectif", sum(r.objective for r in rows)), ("Reçus", sum(r.took for r in rows)),
                ("En retard", sum(r.late for r in rows)),
            ],
        },
    )  # fmt: skip


@for_roles(Role.RESERVATION_HOLDER)
def balance(request: HttpRequest, pk: int) -> HttpResponse:
    held = balances_of(request.actor).get(pk=pk)
    return paper(bytes(held.document), f"bilan-reservations-{held.year}")


urlpatterns = [
    path("flux/", home, name="flow"),
    path("flux/bilans/<int:pk>/", balance, name="flow_balance"),
]
