"""The certificate of registration: the content that CCH R441-2-4 asks for."""

from __future__ import annotations

from django.conf import settings

from palier.accounts.models import Organisation
from palier.accounts.roles import OrganisationKind
from palier.common import clock, pdf
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.words import sections
from palier.law import calendar
from palier.law.documents import DOCUMENTS
from palier.territories.models import Commune
from palier.territories.queries import setting


def certificate(demand: Demand) -> bytes:
    """The PDF of a demand as it stands."""
    form = Form.from_json(demand.form)
    names = list(
        Commune.objects.filter(code__in=form.wish.communes)
        .order_by("search_name", "code")
        .values_list("name", flat=True)
    )
    landlords = Organisation.objects.filter(
        kind=OrganisationKind.LANDLORD, departments__contains=[demand.department_id]
    )
    months = setting("long_wait_months", on=clock.today(), territory=demand.department_id)
    service = demand.desk.name if demand.desk else "Palier, enregistrement en ligne"
    a = form.applicant
    return pdf.render(
        "attestation",
        {
            "issued_on": clock.today(),
            "kind": "renewal" if demand.renewed_on else "registration",
            "number": demand.number,
            "received_on": demand.first_registered_on,
            "renewed_on": demand.renewed_on,
            "expires_on": demand.expires_on,
            "service": {"name": service, "url": settings.BASE_URL},
            "applicant": {
                "name": f"{a.first_names} {a.last_name}",
                "address": [form.address.line, f"{form.address.postcode} {form.address.extra}"],
                "coapplicant": f"{form.coapplicant.first_names} {form.coapplicant.last_name}"
                if form.coapplicant
                else "",
            },
            "landlords": [{"name": name} for name in landlords.order_by("name").values_list("name", flat=True)],
            "wishes": names,
            "mediation": {"months": months, "from_": calendar.add_months(demand.first_registered_on, months)},
            "news": {"url": settings.BASE_URL},
            "summary": [{"title": s["title"], "rows": s["rows"]} for s in sections(form)],
            "documents_due": [{"label": d.label} for d in DOCUMENTS.values() if d.code == "identity"],
            "demo": settings.DEMO,
        },
    )
