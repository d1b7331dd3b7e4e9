"""The papers that a household keeps: decision letter, proposal, lease summary, certificate of removal.

Drawn when asked for, from what was frozen: the signed decision, the form as it stood that day, the lease.
The same paper asked for twice is the same, byte for byte.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.allocations.models import Lease, Proposal
from palier.allocations.queries import allocated_in, visible_to
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.applications.queries import visible_to as visible_applications
from palier.commissions.models import AgendaItem, Decision, Session
from palier.commissions.queries import ended_at
from palier.common import pdf
from palier.common.isolation import as_system
from palier.demands.form import Adult, Form
from palier.demands.models import Demand
from palier.homes.models import Dwelling
from palier.law import calendar, codes
from palier.territories.models import Commune
from palier.territories.queries import setting

POSITIVE = ("allocation", "ranked", "conditional")


def decision_letter(actor: Actor, application_id: int) -> bytes:
    """What the commission decided of an application, with every ground (CCH L441-2-2).

    Raises DoesNotExist for who may not see the application, and for everybody until the minutes are signed.
    """
    application = visible_applications(actor).get(pk=application_id)
    with as_system("a household reads its own decision, and nothing else of the session"):
        decision = _signed_decisions().get(candidate__application=application)
        proposal = Proposal.objects.filter(decision=decision, rank=1).first()
        return _letter(decision, proposal, decision.candidate.item.session.signed_at)


def proposal_letter(actor: Actor, application_id: int) -> bytes:
    """The letter to a household of a later rank when its turn comes; DoesNotExist before."""
    application = visible_applications(actor).get(pk=application_id)
    with as_system("a household reads its own decision, and nothing else of the session"):
        proposal = Proposal.objects.get(application=application, rank__gt=1, sent_at__isnull=False)
        return _letter(_signed_decisions().get(pk=proposal.decision_id), proposal, proposal.sent_at)


def _signed_decisions():
    return Decision.objects.filter(candidate__item__session__state="signed").select_related(
        "candidate__item__session__commission",
        "candidate__item__session__signed_by__person",
        "candidate__item__offer__dwelling__commune",
        "candidate__item__offer__dwelling__landlord",
        "candidate__application__demand",
    )


def _letter(decision: Decision, proposal: Proposal | None, at: datetime) -> bytes:
    item = decision.candidate.item
    session, demand = item.session, decision.candidate.application.demand
    form = form_at(demand, session.signed_at)
    positive = decision.kind in POSITIVE
    of = Decision.objects.filter(candidate__item=item, rank__isnull=False).count()
    signatory = session.signed_by
    return _render(
        "decision_letter",
        {
            "decision": decision.kind,
            "dated_on": timezone.localdate(at),
            "sender": _service(item.offer.dwelling.landlord),
            "recipient": {"name": _polite(form.applicant), "address": address_of(form)},
            "number": demand.number,
            "reference": item.offer.dwelling.reference,
            "dwelling": _dwelling(item.offer.dwelling, describe(item.offer), whole=positive)
            | {"rent": item.offer.rent, "charges": item.offer.charges},
            "commission": {
                "name": session.commission.name,
                "session": session.number,
                "held_on": timezone.localdate(ended_at(session)),
            },
            "rank": decision.rank,
            "of": of if decision.rank else None,
            "answer_by": proposal.answer_by if proposal else None,
            "grounds": [
                {"text": codes.label("non_allocation", code), "advice": codes.ADVICE.get(code, "")}
                for code in decision.reasons
            ],
            "reason_text": decision.reason_text,
            "condition": {
                "document": codes.label("document", decision.condition_document),
                "due": decision.condition_due,
            },
            "removal_on": calendar.rejection_removal(timezone.localdate(session.signed_at)),
            "appeal": appeal(item.offer.dwelling, timezone.localdate(session.signed_at)),
            "transfer": demand.transfer,
            "answer_url": f"{settings.BASE_URL}/mon-espace/",
            "signatory": {"name": signatory.person.full_name, "title": signatory.signs_as},
        },
    )


def mayor_note(session: Session, commune: Commune) -> bytes:
    """The list of what a signed session allocated in a commune, for its mayor; DoesNotExist when there is nothing.

    The mayor is told of allocations, not of files: dwellings and figures, no household (CCH L441-1, GDPR art. 5).
    """
    with as_system("a list of dwellings without a household, for whoever sees the signed session"):
        items = allocated_in(session).get(commune.pk, []) if session.state == "signed" else []
        if not items:
            raise AgendaItem.DoesNotExist
        rows = [
            {
                "label": describe(item.offer),
                "address": f"{item.offer.dwelling.address}, {item.offer.dwelling.postcode} {commune.name}",
                "reference": item.offer.dwelling.reference,
                "financing": codes.label("financing", item.offer.dwelling.financing),
                "contingent": codes.label("contingent", item.offer.contingent),
                "examined": item.candidates.count(),
                "ranked": Decision.objects.filter(candidate__item=item, rank__isnull=False).count(),
            }
            for item in items
        ]
    return _render(
        "mayor_note",
        {
            "sender": _service(session.commission.landlord),
            "commune": commune.name,
            "commission": session.commission.name,
            "session": session.number,
            "held_on": timezone.localdate(session.closes_at),
            "dated_on": timezone.localdate(session.signed_at),
            "rows": rows,
        },
    )


def appeal(dwelling: Dwelling, on: date) -> dict[str, str]:
    """The court that judges a refusal, and within what delay (see `docs/decisions/appeals.md`)."""
    territory = dwelling.commune.department_id
    return {
        "court": setting("appeal_court", on=on, territory=territory),
        "delay": f"{setting('appeal_months', on=on, territory=territory)} mois",
    }


def lease_summary(actor: Actor, application_id: int) -> bytes:
    """What was signed, on one page, for the household and its landlord; DoesNotExist without a lease."""
    lease = _lease(actor, application_id)
    demand, dwelling = lease.proposal.application.demand, lease.proposal.offer.dwelling
    form = form_at(demand, lease.recorded_at)
    tenants = [form.applicant, *([form.coapplicant] if form.coapplicant else [])]
    return _render(
        "lease_summary",
        {
            "issued_on": lease.signed_on,
            "landlord": _service(dwelling.landlord),
            "tenants": [f"{a.first_names} {a.last_name}" for a in tenants],
            "number": demand.number,
            "dwelling": _dwelling(dwelling, describe(lease.proposal.offer), whole=True)
            | {"financing": codes.label("financing", dwelling.financing)},
            "signed_on": lease.signed_on,
            "starts_on": lease.starts_on,
            "rent": lease.rent,
            "charges": lease.charges,
        },
    )


def removal_certificate(actor: Actor, application_id: int) -> bytes:
    """The removal that follows the lease (RADATT, CCH R441-2-8); DoesNotExist without a lease."""
    lease = _lease(actor, application_id)
    demand, dwelling = lease.proposal.application.demand, lease.proposal.offer.dwelling
    form = form_at(demand, lease.recorded_at)
    return _render(
        "removal_certificate",
        {
            "issued_on": demand.removed_on,
            "service": _service(dwelling.landlord),
            "applicant": {
                "name": f"{form.applicant.first_names} {form.applicant.last_name}",
                "address": address_of(form),
            },
            "number": demand.number,
            "received_on": demand.first_registered_on,
            "removed_on": demand.removed_on,
            "ground": demand.removal_ground,
            "lease": {
                "landlord": dwelling.landlord.name,
                "dwelling": describe(lease.proposal.offer),
                "signed_on": lease.signed_on,
            },
            "erased_on": calendar.erasure_on(demand.removed_on),
        },
    )


def _lease(actor: Actor, application_id: int) -> Lease:
    proposal = visible_to(actor).get(application=application_id)
    return Lease.objects.select_related(
        "proposal__application__demand", "proposal__offer__dwelling__commune", "proposal__offer__dwelling__landlord"
    ).get(proposal=proposal)


def papers_of(application: Application, proposal: Proposal | None) -> list[str]:
    """The papers that exist for an application, by their names above, the last one first; those of a commission alone."""
    if application.offer.terms.direct:
        return []
    decided = proposal is not None or application.state in ("not_allocated", "rejected")
    papers = ["removal_certificate", "lease_summary"] if application.state == "leased" else []
    if proposal is not None and proposal.rank > 1 and proposal.sent_at:
        papers.append("proposal_letter")
    return [*papers, "decision_letter"] if decided else papers


def form_at(demand: Demand, instant: datetime) -> Form:
    """The form as it stood then: a paper does not change when the household moves."""
    version = demand.versions.filter(at__lte=instant).order_by("-revision").values_list("form", flat=True).first()
    return Form.from_json(version or demand.form)


def address_of(form: Form) -> list[str]:
    """The lines of a household's address, without the empty ones."""
    town = form.address.extra or (
        Commune.objects.filter(code=form.address.commune).values_list("name", flat=True).first() or ""
    )
    return [line for line in (form.address.line, f"{form.address.postcode} {town}".strip()) if line]


def _polite(adult: Adult) -> str:
    civility = codes.label("civility", adult.civility) if adult.civility else ""
    return f"{civility} {adult.first_names} {adult.last_name}".strip()


def _service(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "address": organisation.address,
        "phone": organisation.phone,
        "email": organisation.email,
    }


def _dwelling(dwelling: Dwelling, label: str, *, whole: bool) -> dict[str, Any]:
    """`whole`: with its address, which only those to whom it is proposed need."""
    if not whole:
        return {"label": label}
    return {
        "label": label,
        "address": f"{dwelling.address}, {dwelling.postcode} {dwelling.commune.name}",
        "surface": dwelling.surface,
        "floor": _floor(dwelling.floor),
        "lift": dwelling.lift if dwelling.floor else None,
    }


def _floor(floor: int | None) -> str:
    if floor is None:
        return ""
    if floor < 1:
        return "rez-de-chaussée" if floor == 0 else "niveau bas"
    return f"{floor}{'er' if floor == 1 else 'e'} étage"


def _render(template: str, data: dict[str, Any]) -> bytes:
    return pdf.render(template, {**data, "demo": settings.DEMO, "origin": settings.BASE_URL})
