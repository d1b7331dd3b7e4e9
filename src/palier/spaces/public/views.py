"""What anybody may see: the offers, how it works, the territory's figures."""

from __future__ import annotations

from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from palier.common import clock
from palier.common.pages import page
from palier.common.templatetags.palier_words import number, ordinal, since, surface
from palier.homes.models import TYPES, Dwelling, Offer
from palier.homes.queries import by_commune, candidate_counts, cards, open_offers, search, shown
from palier.homes.states import OFFER
from palier.law import careful, ceilings
from palier.law.loans import instalment
from palier.law.parameters import parameter_set
from palier.law.products import RESIDENCE, SALE, SHARED
from palier.law.receipts import commitment
from palier.observatory.queries import indicators, totals
from palier.spaces.access import public
from palier.spaces.public.forms import SearchForm
from palier.spaces.public.searching import Asked, asked, card
from palier.territories.queries import complete_commune, neighbours, principal_communes

PER_PAGE = 20
# Communes in a table of figures before one asks for all of them.
SHOWN = 40
CREDIT = "Communes : Insee, La Poste ; positions : GeoNames"


@public
def home(request: HttpRequest) -> HttpResponse:
    recent, count = cards(open_offers(clock.now()), start=0, most=3)
    return page(
        request,
        "public/home.html",
        {"form": SearchForm(), "recent": _written(recent, counts={}, level=3), "open": count},
    )


def _written(found: list, counts: dict[int, int] | None, level: int) -> list[SafeString]:
    return [card(c, since(c.confirmed_at), counts.get(c.pk, 0) if counts else None, level) for c in found]


@public
def offers(request: HttpRequest) -> HttpResponse:
    """The search: one query for the offers and their number, one for their candidates."""
    search_asked = asked(request.GET)
    found, here = _page(request, search_asked)
    counts = candidate_counts([c.pk for c in found])
    written = _written(found, {c.pk: counts.get(c.pk, 0) for c in found}, level=2)
    context = {"asked": search_asked, "page": here, "count": here.paginator.count, "cards": written}
    return page(request, "public/offers.html", context, fragment="public/_offers.html")


def _page(request: HttpRequest, search_asked: Asked) -> tuple[list, Page]:
    """The cards of the page asked, and that page; past the last one, the last."""
    paginator = Paginator([], PER_PAGE)
    paginator.count = 0
    if search_asked.criteria is None:
        return [], Page([], 1, paginator)
    matching = search(clock.now(), search_asked.criteria)
    typed = request.GET.get("page", "")
    number = max(1, int(typed)) if typed.isdecimal() and len(typed) < 6 else 1
    found, paginator.count = cards(matching, start=(number - 1) * PER_PAGE, most=PER_PAGE)
    if not found and paginator.count:
        number = paginator.num_pages
        found, _ = cards(matching, start=(number - 1) * PER_PAGE, most=PER_PAGE)
    return found, Page(found, number, paginator)


@public
def offers_map(request: HttpRequest) -> HttpResponse:
    """The same search by commune: circles, and the same as a table."""
    search_asked = asked(request.GET)
    places = by_commune(search(clock.now(), search_asked.criteria)) if search_asked.criteria is not None else []
    points = []
    for place in places:
        query = request.GET.copy()
        query["lieu"] = place["name"]
        query.pop("page", None)
        points.append(
            {"lat": place["lat"], "lng": place["lng"], "label": place["name"], "value": place["offers"], "url": f"/offres/?{query.urlencode()}"}
        )  # fmt: skip
    return page(
        request,
        "public/offers_map.html",
        {
            "asked": search_asked, "points": [p for p in points if p["lat"]], "base": principal_communes(),
            "count": sum(place["offers"] for place in places), "credit": CREDIT,
        },
    )  # fmt: skip


@public
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    one = shown(pk)
    dwelling = one.dwelling
    # A sale has the ceilings of accession, which are those of intermediate rents.
    financing = "LLI" if one.product == SALE else dwelling.financing
    zone = dwelling.commune.rent_zone if financing == "LLI" else dwelling.commune.ceiling_zone
    return page(
        request,
        "public/offer.html",
        {
            "offer": one, "dwelling": dwelling, "state": OFFER.states[one.state],
            "open": one.state == "published" and one.closes_at > clock.now(),
            "candidates": candidate_counts([pk]).get(pk, 0), "promise": commitment(one.draw_seed),
            "ceilings": ceilings.table(financing, zone, clock.today()), "loan": _loan(one),
            "title": _title(one),
            "facts": _facts(one), "credit": CREDIT,
            "points": [_point(dwelling)] if dwelling.latitude else [],
            "base": neighbours(dwelling.commune) if dwelling.latitude else [],
        },
    )  # fmt: skip


def _title(one: Offer) -> str:
    dwelling = one.dwelling
    home = f"{dict(TYPES)[dwelling.type]} de {number(dwelling.surface)} m²"
    if one.product == SHARED:
        home = f"Chambre de {number(one.room_surface)} m² en colocation"
    return f"{home} à {dwelling.commune.name}"


def _loan(one: Offer) -> dict | None:
    """The typical loan for the whole price of a home for sale."""
    if one.price is None:
        return None
    rule = parameter_set("products", on=clock.today()).values["sale"]
    rate = Decimal(str(rule["rate"]))
    return {"monthly": instalment(one.price, rate, rule["years"]), "years": rule["years"], "rate": rate * 100}


def _point(dwelling: Dwelling) -> dict:
    return {"lat": dwelling.latitude, "lng": dwelling.longitude, "label": dwelling.address, "approximate": True}


def _facts(one: Offer) -> list[tuple[str, object]]:
    d = one.dwelling
    steps = "Adapté au handicap" if d.adapted else "Sans marche" if d.step_free else "Des marches à monter"
    floor = "" if d.floor is None else "Rez-de-chaussée" if d.floor == 0 else f"{ordinal(d.floor)} étage"
    return [
        ("Adresse", f"{d.address}, {d.postcode} {d.commune.name}"),
        ("Logement", f"{d.get_kind_display()}, {d.type.replace('P', ' et plus')}, {surface(d.surface)}"),
        ("Étage", ", ".join(filter(None, [floor, "avec ascenseur" if d.lift else "sans ascenseur" if d.floor else ""]))),
        ("Accès", steps),
        ("Classe énergie", d.energy_class),
        ("Libre le", one.vacancy.available_on),
        *([("Colocation", f"{one.rooms} chambres, un bail par colocataire")] if one.product == SHARED else []),
        *([("Séjour", f"{one.months_at_most} mois au plus")] if one.product == RESIDENCE else []),
        ("Bailleur", d.landlord.name),
        ("Réservation", f"{one.get_contingent_display()} ({one.holder.name})" if one.holder else one.get_contingent_display()),
    ]  # fmt: skip


@public
def places(request: HttpRequest) -> HttpResponse:
    """Completion of a commune's name or postcode."""
    found = complete_commune(request.GET.get("q", "")[:60])
    return JsonResponse({"places": [{"name": c.name, "postcodes": c.postcodes} for c in found]})


@public
def observatory(request: HttpRequest) -> HttpResponse:
    return page(request, "public/observatory.html", figures(request, indicators(), totals()))


def figures(request: HttpRequest, rows: list, sums: dict) -> dict:
    """What a page of figures shows: the whole map, and a table that stays readable until all of it is asked for."""
    whole = request.GET.get("tout") == "oui"
    return {
        "rows": rows if whole else rows[:SHOWN], "left": 0 if whole else max(0, len(rows) - SHOWN), "totals": sums,
        "points": points(rows),
        "summary": [
            ("Demandes actives", number(sums["demands"])), ("Attributions en un an", number(sums["allocations"])),
            ("Chiffres au", sums["on"]),
        ],
    }  # fmt: skip


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


@public
@require_GET
def careful_words(request: HttpRequest) -> HttpResponse:
    """The words that a free text may not hold, for the page that warns while one types."""
    response = JsonResponse(careful.lists(clock.today()))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
