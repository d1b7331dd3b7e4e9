"""The certificate of registration: the content that CCH R441-2-4 asks for."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from palier.common import clock, pdf
from palier.demands.facts import household
from palier.demands.form import Adult, Form
from palier.demands.models import Demand
from palier.demands.words import as_read_by, sections
from palier.law import calendar, discretion
from palier.law.documents import REGISTER, documents_due
from palier.territories.models import Commune
from palier.territories.queries import setting

# A paper is handed over, photographed, left on a table: it says no more than anybody may read.
TRAVELS = discretion.Reader.OTHERS


def certificate(demand: Demand, *, landlords: Iterable[tuple[str, Iterable[str]]]) -> bytes:
    """The PDF of a demand as it stands. `landlords`: those with dwellings in the wished communes, and which ones."""
    form = Form.from_json(demand.form)
    names = list(
        Commune.objects.filter(code__in=form.wish.communes)
        .order_by("search_name", "code")
        .values_list("name", flat=True)
    )
    months = setting("long_wait_months", on=clock.today(), territory=demand.department_id)
    service = demand.desk.name if demand.desk else "Palier, enregistrement en ligne"
    a = form.applicant
    town = form.address.extra or (Commune.objects.filter(code=form.address.commune).first() or "")
    documents = _documents(demand, form)
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
                "address": [form.address.line, f"{form.address.postcode} {town}"],
                "coapplicant": f"{form.coapplicant.first_names} {form.coapplicant.last_name}"
                if form.coapplicant
                else "",
            },
            "landlords": [{"name": name, "places": ", ".join(places)} for name, places in landlords],
            "wishes": names,
            "mediation": {"months": months, "from": calendar.add_months(demand.first_registered_on, months)},
            "news": {"url": settings.BASE_URL},
            "summary": [{"title": s["title"], "rows": s["rows"]} for s in sections(as_read_by(form, TRAVELS))],
            "documents_due": documents[True],
            "documents_possible": documents[False],
            "demo": settings.DEMO,
        },
    )


def _documents(demand: Demand, form: Form) -> dict[bool, list[dict[str, str]]]:
    """What this household must give to be registered (True), and what may be asked of it later (False)."""
    names = {"applicant": _name(form.applicant)}
    if form.coapplicant:
        names["coapplicant"] = _name(form.coapplicant)
    names |= {f"adult-{n}": _name(adult) for n, adult in enumerate(form.other_adults, start=1)}
    names |= {f"dependant-{n}": d.first_names for n, d in enumerate(form.dependants, start=1)}
    rows: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for due in documents_due(household(demand, on=clock.today()), clock.today()):
        if due.kind in discretion.hidden_kinds(TRAVELS):
            continue
        who = {"who": name} if (name := names.get(due.person, "")) else {}
        rows[due.moment == REGISTER].append({"label": due.label, "why": due.why, **who})
    return rows


def _name(adult: Adult) -> str:
    return f"{adult.first_names} {adult.last_name}".strip()
