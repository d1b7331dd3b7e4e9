"""What members may read of a candidate, frozen when the dwelling goes on the agenda.

Need, means and points; nothing the law forbids: no nationality beyond its right to stay already checked,
no health detail, no free comment (CNIL 2014-122).
"""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate

from palier.applications.models import Application, ShortlistEntry
from palier.applications.offers import assess
from palier.common import clock
from palier.cotation.queries import household_of, lines_of, score_for
from palier.demands.models import Demand
from palier.documents.queries import missing, recognised
from palier.law import calendar, codes, discretion, distance, household, income
from palier.territories.models import Commune


def candidate_facts(application: Application) -> dict[str, Any]:
    """A JSON document: household, income and ceiling, effort, money left, present home, points, seniority, documents."""
    today = clock.today()
    demand, offer = application.demand, application.offer
    home = household_of(demand, on=today)
    assessment = assess(demand, offer, on=today, household=home)
    dwelling = offer.dwelling
    score = score_for(demand, dwelling.commune.epci_id)
    entry = ShortlistEntry.objects.filter(application=application).order_by("-pk").first()
    figures = assessment.eligibility.figures
    return {
        "position": entry.position if entry else None,
        "household": _household_words(home),
        "people": household.size(home),
        "ages": list(household.ages(home, today)),
        "registered_on": demand.first_registered_on.isoformat(),
        "seniority_months": calendar.months_between(demand.first_registered_on, today),
        "monthly_resources": income.monthly_resources(home),
        "income_per_unit": income.income_per_unit(home, today),
        "tax_income": figures.get("income"),
        "ceiling": figures.get("ceiling"),
        "aid": None if assessment.aid is None else float(assessment.aid),
        "net_rent": float(assessment.net_rent),
        "effort_rate": None if assessment.effort_rate is None else float(assessment.effort_rate),
        "left_to_live": figures.get("left_per_day"),
        "present_home": {
            "status": codes.label("home_status", home.home.status),
            "type": home.home.type,
            "occupants": home.home.occupants,
            "rent": home.home.rent,
            "surface": home.home.surface,
        },
        "motive": _motive(home),
        "points": float(score.points) if score else 0,
        "provisional": float(score.provisional) if score else 0,
        "lines": lines_of(score) if score else [],
        "priorities": discretion.priorities([held.code for held in recognised(demand, today)]),
        "documents": _documents(
            len(missing(demand, discretion.Reader.OTHERS, held_on=localdate(application.applied_at)))
        ),
        "workplace": bool(home.employer_confirmed),
        "work_km": _to_work(demand, home, dwelling.commune),
    }


def _to_work(demand: Demand, home: household.Household, commune: Commune) -> list[int]:
    """Kilometres in a straight line from the dwelling's commune to each adult's place of work, the nearest first.

    Empty when none was given or its coordinates are not known; and for a sheltered household, whose place of work is
    read by nobody (`demands.sheltering`).
    """
    workplaces = {adult.workplace for adult in home.adults if adult.workplace}
    if demand.sheltered or commune.latitude is None or commune.longitude is None:
        return []
    here = (commune.latitude, commune.longitude)
    places = Commune.objects.filter(code__in=workplaces, latitude__isnull=False, longitude__isnull=False).order_by(
        "code"
    )
    return sorted(round(distance.straight_line(here, place)) for place in places.values_list("latitude", "longitude"))


def _motive(home: household.Household) -> str:
    """The principal motive that a member may read: one of health gives way to the next, or to another motive."""
    shown = discretion.motives(home.motives, discretion.Reader.OTHERS)
    told = [code for code in shown if code not in discretion.HEALTH_MOTIVES] or [discretion.OTHER_MOTIVE]
    return codes.label("motive", told[0]) if shown else ""


def _documents(absent: int) -> str:
    return (
        "Toutes les pièces demandées sont là" if not absent else f"{absent} pièce{'s' if absent > 1 else ''} à fournir"
    )


def _household_words(home: household.Household) -> str:
    adults = sum(p.is_adult for p in home.people)
    children = household.size(home) - adults
    who = "Un adulte" if adults == 1 else f"{adults} adultes"
    return f"{who}, {children} enfant{'s' if children > 1 else ''}" if children else who
