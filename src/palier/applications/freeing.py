"""What candidates are told, and what becomes of them, when an offer ends, falls silent or is confirmed again.

They are freed in the transaction that ends the offer, all together; the mail that says so, with other offers for each,
is written by the worker: `parting_due` is what it finds, so that nobody is forgotten or told twice.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.conf import settings

from palier.accounts.actor import PALIER, Actor
from palier.applications.models import Application
from palier.applications.offers import cheapest_for, describe
from palier.applications.states import APPLICATION, LIVE
from palier.common import clock, ledger, mail
from palier.common.isolation import as_system
from palier.common.locks import locked_all
from palier.common.templatetags.palier_words import euros, surface
from palier.homes.models import Offer
from palier.homes.queries import Listed

# Other offers named in the mail that says a dwelling is gone.
OTHERS = 3
BATCH = 50


def release_others(*, actor: Actor, offer: Offer, reason: str, keep: int | None = None) -> int:
    """Free every live candidate of an offer but `keep`: each may apply elsewhere at once, and is written to. How many."""
    with as_system("every candidate of a dwelling that is gone is freed, whoever they are"):
        live = locked_all(Application.objects.filter(offer=offer, state__in=LIVE).exclude(pk=keep or 0))
        words = describe(offer)
        APPLICATION.fire_all(
            live, "release", actor=actor, why=reason,
            thread=lambda application: application.demand_id,
            data=lambda application: {"application": application.pk, "offer": words, "reason": reason},
            live_slot=None, state_at=clock.now(), reason_codes=[], reason_text=reason, parting_due=True,
        )  # fmt: skip
    return len(live)


def tell_freed() -> int:
    """Write to a batch of freed households; how many were handled, 0 once nobody waits. One transaction, by the worker."""
    with as_system("the household's address and its own offers are needed to write to it"):
        due = list(
            Application.objects.filter(parting_due=True)
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("offer__dwelling__commune", "demand__person")
            .order_by("pk")[:BATCH]
        )
        applied = _applied([a.demand_id for a in due])
        mail.post_all(
            kind="applications.released",
            subject="Ce logement n’est plus disponible",
            template="application_released",
            rows=[_letter(a, applied[a.demand_id]) for a in due if a.demand.person is not None],
        )
        Application.objects.filter(pk__in=[a.pk for a in due]).update(parting_due=False)
    return len(due)


def _applied(demands: list[int]) -> dict[int, set[int]]:
    """demand → the offers where it has a live application."""
    found: dict[int, set[int]] = defaultdict(set)
    live = Application.objects.filter(demand__in=demands, state__in=LIVE).order_by("pk")
    for demand, offer in live.values_list("demand_id", "offer_id"):
        found[demand].add(offer)
    return found


def _letter(application: Application, applied: set[int]) -> tuple[str, str, dict[str, Any], int, int]:
    """What a freed household is written: an excuse, and up to three open offers that it may have and has not applied to."""
    demand, person = application.demand, application.demand.person
    context = {
        "offer": describe(application.offer),
        "reason": application.reason_text,
        "others": "",
        "action_path": "/mon-espace/offres/",
        "action_label": "Voir mes offres",
    }
    if demand.state == "active":
        found = cheapest_for(demand, on=clock.today(), now=clock.now(), most=OTHERS + len(applied))
        others = [_line(*row) for row in found if row[1].pk not in applied]
        context["others"] = "\n".join(others[:OTHERS])
    return person.email, person.first_name, context, person.pk, demand.pk


def _line(rent: Decimal, offer: Listed) -> str:
    home = f"{offer.type.replace('P', ' et plus')} de {surface(offer.surface)} à {offer.commune_name}"
    return f"- {home}, {euros(rent, 0)} par mois à votre charge : {settings.BASE_URL}/offres/{offer.pk}/"


def tell_paused(offer: Offer) -> None:
    """The landlord stayed silent: its candidates keep their place and are told so."""
    _tell_all(offer, "pause", "paused", "Une offre à laquelle vous avez postulé est suspendue")


def tell_resumed(offer: Offer) -> None:
    """The landlord spoke again: so do we."""
    _tell_all(offer, "resume", "resumed", "Le logement auquel vous avez postulé est toujours libre")


def _tell_all(offer: Offer, verb: str, template: str, subject: str) -> None:
    """The same words to every live candidate: one event in each story, one mail each."""
    with as_system("every candidate of the offer is told, whoever they are"):
        live = list(
            Application.objects.filter(offer=offer, state__in=LIVE).select_related("demand__person").order_by("pk")
        )
        words = describe(offer)
        ledger.record_all(
            verb=f"applications.{verb}",
            actor=PALIER,
            rows=[(a, a.demand_id, {"application": a.pk, "offer": words}) for a in live],
        )
        context = {
            "offer": words,
            "landlord": offer.dwelling.landlord.name,
            "action_path": "/mon-espace/candidatures/",
            "action_label": "Voir mes candidatures",
        }
        people = [(a.demand.person, a.demand_id) for a in live if a.demand.person is not None]
        mail.post_all(
            kind=f"applications.{template}",
            subject=subject,
            template=f"application_{template}",
            rows=[(p.email, p.first_name, context, p.pk, thread) for p, thread in people],
        )
