"""What candidates are told, and what becomes of them, when an offer ends, falls silent or is confirmed again.

They are freed in the transaction that ends the offer, all together; the mail that says so, with other offers for each,
is written by the worker: `parting_due` is what it finds, so that nobody is forgotten or told twice.
"""

from __future__ import annotations

from django.conf import settings

from palier.accounts.actor import PALIER, Actor
from palier.applications.actions import tell
from palier.applications.models import Application
from palier.applications.offers import Assessment, describe, fitting_for
from palier.applications.states import APPLICATION, LIVE
from palier.common import clock, ledger, mail
from palier.common.isolation import as_system
from palier.common.locks import locked_all
from palier.common.templatetags.palier_words import euros, surface
from palier.demands.models import Demand
from palier.homes.models import Offer

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
        for application in due:
            others = _others(application.demand)
            tell(
                application, "released", "Ce logement n’est plus disponible",
                reason=application.reason_text, others=[_line(one) for one in others],
                action_path="/mon-espace/offres/", action_label="Voir mes offres",
            )  # fmt: skip
        Application.objects.filter(pk__in=[a.pk for a in due]).update(parting_due=False)
    return len(due)


def _others(demand: Demand) -> list[Assessment]:
    """Up to three open offers that the household may have and has not applied to."""
    if demand.state != "active" or demand.person_id is None:
        return []
    applied = set(Application.objects.filter(demand=demand, state__in=LIVE).values_list("offer_id", flat=True))
    found = fitting_for(demand, on=clock.today(), now=clock.now(), most=OTHERS + len(applied))
    return [one for one in found.shown if one.offer.pk not in applied][:OTHERS]


def _line(one: Assessment) -> dict[str, str]:
    offer = one.offer
    return {
        "words": f"{offer.type.replace('P', ' et plus')} de {surface(offer.surface)} à {offer.commune_name}",
        "rent": f"{euros(one.net_rent, 0)} par mois à votre charge",
        "url": f"{settings.BASE_URL}/offres/{offer.pk}/",
    }


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
