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
from palier.cotation.queries import household_of, score_for
from palier.documents.queries import missing, recognised
from palier.law import calendar, codes, discretion, household, income


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
        },
        "motive": _motive(home),
        "points": float(score.points) if score else 0,
        "lines": score.lines or [] if score else [],
        "priorities": discretion.priorities([held.code for held in recognised(demand, today)]),
        "documents": _documents(
            len(missing(demand, discretion.Reader.OTHERS, held_on=localdate(application.applied_at)))
        ),
        "workplace": bool(home.employer_confirmed),
    }


def _motive(home: household.Household) -> str:
    shown = discretion.motives(home.motives, discretion.Reader.OTHERS)
    return codes.label("motive", shown[0]) if shown else ""


def _documents(absent: int) -> str:
    return (
        "Toutes les pièces demandées sont là" if not absent else f"{absent} pièce{'s' if absent > 1 else ''} à fournir"
    )


def _household_words(home: household.Household) -> str:
    adults = sum(p.is_adult for p in home.people)
    children = household.size(home) - adults
    who = "Un adulte" if adults == 1 else f"{adults} adultes"
    return f"{who}, {children} enfant{'s' if children > 1 else ''}" if children else who
