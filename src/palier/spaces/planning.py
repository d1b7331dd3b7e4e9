"""The lists of several dwellings made together, for whoever designates: a landlord, a reservation holder."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.offers import describe
from palier.applications.plans import Together, adopt, together
from palier.common.errors import Refused
from palier.common.pages import go, page
from palier.common.templatetags.palier_words import counted
from palier.spaces.access import for_roles

WISHED = "souhaits"
HOMES = {
    Role.LANDLORD: ("landlord:offers", "Offres"),
    Role.RESERVATION_HOLDER: ("holder:home", "Mes logements réservés"),
}


@for_roles(Role.LANDLORD, Role.RESERVATION_HOLDER)
def plan(request: HttpRequest, error: str = "") -> HttpResponse:
    """Both plans side by side: each dwelling alone, all together; why each household passed over is."""
    wished = (request.POST or request.GET).get("selon") == WISHED
    found = together(request.actor, by_preference=wished)
    home, title = HOMES[request.actor.role]
    here = reverse("spaces:plan")
    context = {
        "plan": found,
        "rows": list(_rows(found)),
        "missing": [(label, number) for label, number in found.joint.missing.items()],
        "wished": wished,
        "tabs": [
            {"label": "Loger le plus de ménages", "url": here, "current": not wished},
            {"label": "Suivre l’ordre des communes souhaitées", "url": f"{here}?selon={WISHED}", "current": wished},
        ],
        "home_url": reverse(home),
        "home_title": title,
        "button": f"Arrêter {counted(len(found.offers), 'liste')} et transmettre les dossiers",
        "error": error,
    }
    return page(request, "spaces/plan.html", context, status=422 if error else 200)


def _rows(found: Together) -> Iterator[dict[str, object]]:
    for offer in found.offers:
        key = str(offer.pk)
        by_demand = {str(place.demand_id): place for place in found.places[offer.pk]}
        yield {
            "offer": offer,
            "name": describe(offer),
            "candidates": len(by_demand),
            "plain": [by_demand[h] for h in found.plain.sent[key]],
            "joint": [by_demand[h] for h in found.joint.sent[key]],
            "first": found.joint.firsts.get(key) and by_demand[found.joint.firsts[key]],
            "departures": (departures := [(by_demand[d.household], d.reason.text) for d in found.departures_of(offer)]),
            "words": f"Pourquoi {counted(len(departures), 'ménage laisse sa place,ménages laissent leur place')}",
        }


@require_POST
@for_roles(Role.LANDLORD, Role.RESERVATION_HOLDER)
def adopt_plan(request: HttpRequest) -> HttpResponse:
    try:
        made = adopt(
            actor=request.actor, seal=request.POST.get("seal", ""), by_preference=request.POST.get("selon") == WISHED
        )
    except Refused as refusal:
        return plan(request, refusal.message)
    messages.success(request, f"{counted(len(made), 'liste arrêtée,listes arrêtées')}, premiers dossiers transmis.")
    return go(request, HOMES[request.actor.role][0])


urlpatterns = [path("plan/", plan, name="plan"), path("plan/adopter/", adopt_plan, name="adopt_plan")]
