"""What is kept of a signed session and of a lease once the households are gone: figures, and rows without identity."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.utils import timezone

from palier.accounts.actor import Actor
from palier.allocations.models import Lease
from palier.commissions.models import Candidate, Session
from palier.common.isolation import as_system
from palier.cotation.queries import household_of
from palier.demands.models import Demand
from palier.documents.queries import recognised
from palier.homes.models import Dwelling, Offer
from palier.law import codes
from palier.law.profiles import profile
from palier.observatory.models import PastProfile, PastSession
from palier.territories.queries import setting


def keep_session(session: Session, actor: Actor) -> None:
    """Each household examined, and again if it was ranked; and how many seats took part. Called at the signature."""
    with as_system("figures of a signed session, kept without identity"):
        day = timezone.localdate(session.signed_at)
        candidates = list(
            Candidate.objects.filter(item__session=session, decision__isnull=False)
            .select_related("decision", "application__demand", "item__offer__dwelling__commune")
            .order_by("pk")
        )
        for candidate in candidates:
            row = _row(candidate.application.demand, candidate.item.offer.dwelling, session.commission_id, day)
            row |= _held(candidate.item.offer)
            PastProfile.objects.create(step="examined", **row)
            if candidate.decision.rank:
                PastProfile.objects.create(step="ranked", **row)
        PastSession.objects.create(
            session=session, commission=session.commission, on=day, candidates=len(candidates),
            decisions=dict(Counter(c.decision.kind for c in candidates)), **_presence(session.record),
        )  # fmt: skip


def _presence(record: dict[str, Any]) -> dict[str, int]:
    """Counts from the sealed minutes, so that both say the same; what was postponed is not counted."""
    items = [i for i in record["items"] if not i["postponed"]]
    opinions = [o for o in record.get("opinions", []) if not o["postponed"]]
    seats = [m for part in (*items, *opinions) for m in part["members"] if m["voting"]]
    out = sum(m["presence"] == "déporté" for m in seats)
    return {
        "dwellings": len(items), "opinions": len(opinions), "called": len(seats) - out, "recused": out,
        "voted": sum(m["presence"] in ("a voté", "s’est prononcé") for m in seats),
    }  # fmt: skip


def keep_housed(lease: Lease) -> None:
    """The household that was housed, with the days it took. Called when the lease is recorded."""
    with as_system("a lease without identity outlives the demand it ends"):
        proposal = lease.proposal
        session = proposal.decision.candidate.item.session
        demand = Demand.objects.get(pk=proposal.application.demand_id)
        decided, answered = timezone.localdate(session.signed_at), timezone.localdate(proposal.answered_at)
        PastProfile.objects.create(
            step="housed",
            **_row(demand, proposal.offer.dwelling, session.commission_id, lease.signed_on),
            **_held(proposal.offer),
            answer_days=max((answered - decided).days, 0),
            lease_days=max((lease.signed_on - answered).days, 0),
        )


def _held(offer: Offer) -> dict[str, Any]:
    """On whose contingent: a dwelling that its holder gave back is the landlord's."""
    return {"contingent": offer.contingent, "holder_id": offer.holder_id}


def _row(demand: Demand, dwelling: Dwelling, commission: int, day: date) -> dict[str, Any]:
    place = dwelling.commune
    threshold = setting("first_quartile_income", on=day, territory=place.epci_id or "")
    strokes = profile(household_of(demand, on=day), day, zone=place.ceiling_zone, threshold=threshold)
    return {
        "on": day, "commission_id": commission, "commune": place, "financing": dwelling.financing, "qpv": dwelling.qpv,
        "composition": strokes.composition, "age": strokes.age, "ceiling": strokes.ceiling,
        "seniority": strokes.seniority, "quartile": strokes.quartile,
        "priority": any(held.code in codes.PRIORITY_SITUATIONS for held in recognised(demand, day)),
    }  # fmt: skip
