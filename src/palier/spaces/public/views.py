"""What anybody may see: the offers, how it works, the territory's figures."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse

from palier.common import clock
from palier.common.pages import page
from palier.homes.models import Offer
from palier.homes.queries import candidate_counts, open_offers, search, shown
from palier.homes.states import OFFER
from palier.law import ceilings
from palier.observatory.queries import indicators, totals
from palier.spaces.access import public
from palier.spaces.public.forms import SearchForm
from palier.territories.queries import complete_commune

PER_PAGE = 20


@public
def home(request: HttpRequest) -> HttpResponse:
    recent = list(open_offers(clock.now())[:3])
    return page(
        request, "public/home.html", {"form": SearchForm(), "recent": recent, "open": open_offers(clock.now()).count()}
    )


@public
def offers(request: HttpRequest) -> HttpResponse:
    """The search: one query for the count, one for the page, one for the candidates."""
    form = SearchForm(request.GET)
    found = search(clock.now(), form.criteria if form.is_valid() else {}) if not form.errors else Offer.objects.none()
    shown_page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(shown_page)
    counts = candidate_counts([o.pk for o in rows])
    return page(
        request,
        "public/offers.html",
        {
            "form": form, "page": shown_page, "count": shown_page.paginator.count,
            "rows": [{"offer": o, "candidates": counts.get(o.pk, 0)} for o in rows],
            "points": [
                {"lat": o.dwelling.latitude, "lng": o.dwelling.longitude, "label": f"{o.dwelling.type} à {o.dwelling.commune.name}", "url": f"/offres/{o.pk}/"}
                for o in rows if o.dwelling.latitude
            ],
        },
        fragment="public/_offers.html",
    )  # fmt: skip


@public
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    one = shown(pk)
    dwelling = one.dwelling
    zone = dwelling.commune.rent_zone if dwelling.financing == "LLI" else dwelling.commune.ceiling_zone
    return page(
        request,
        "public/offer.html",
        {
            "offer": one, "dwelling": dwelling, "state": OFFER.states[one.state],
            "open": one.state == "published" and one.closes_at > clock.now(),
            "candidates": candidate_counts([pk]).get(pk, 0),
            "ceilings": ceilings.table(dwelling.financing, zone, clock.today()),
            "points": [{"lat": dwelling.latitude, "lng": dwelling.longitude, "label": dwelling.commune.name, "approximate": True}] if dwelling.latitude else [],
        },
    )  # fmt: skip


@public
def places(request: HttpRequest) -> HttpResponse:
    """Completion of a commune's name or postcode."""
    found = complete_commune(request.GET.get("q", "")[:60])
    return JsonResponse({"places": [{"name": c.name, "postcodes": c.postcodes} for c in found]})


@public
def observatory(request: HttpRequest) -> HttpResponse:
    rows = indicators()
    return page(request, "public/observatory.html", {"rows": rows, "totals": totals(), "points": points(rows)})


def points(rows: list) -> list[dict]:
    """Circles sized by the number of demands."""
    return [
        {"lat": r["commune"].latitude, "lng": r["commune"].longitude, "label": r["commune"].name, "value": r["demands"]}
        for r in rows if r["demands"] is not None and r["commune"].latitude
    ]  # fmt: skip


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return page(request, "public/accessibility.html")


@public
def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "public/privacy.html")


@public
def source(request: HttpRequest) -> HttpResponse:
    return page(request, "public/source.html")
