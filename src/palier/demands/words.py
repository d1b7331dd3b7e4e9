"""A declared form in words: titles and rows for the summary, the demand's page and the certificate."""

from __future__ import annotations

from typing import Any

from palier.demands.form import Form
from palier.law import codes
from palier.law.reasons import day, euros, listing
from palier.territories.models import Commune


def sections(form: Form) -> list[dict[str, Any]]:
    """`[{key, title, rows: [[label, value], …]}]`; an answer not given shows a dash."""
    a, home, wish = form.applicant, form.home, form.wish
    names = dict(Commune.objects.filter(code__in=wish.communes).values_list("code", "name"))
    resources = [
        f"{codes.label('resource', c)} : {euros(v)}" for adult in form.adults for c, v in adult.resources.items()
    ]
    tax = [f"{year} : {euros(v)}" for year, v in a.tax.items()]
    return [
        _section("identite", "Vous", [
            ("Nom et prénoms", f"{a.last_name} {a.first_names}"),
            ("Date de naissance", day(a.birth_date) if a.birth_date else ""),
            ("Nationalité", codes.label("nationality", a.nationality)),
            ("Adresse", f"{form.address.line}, {form.address.postcode} {form.address.extra}".strip(", ")),
            ("Téléphone", a.phone),
        ]),
        _section("menage", "Votre ménage", [
            ("Situation de famille", codes.label("family_status", a.family_status)),
            ("Signera avec vous", f"{form.coapplicant.first_names} {form.coapplicant.last_name}" if form.coapplicant else "Personne"),
            ("Personnes à charge", listing(f"{d.first_names or 'enfant'} ({day(d.birth_date)})" for d in form.dependants if d.birth_date)),
            ("Handicap", "Besoin signalé" if form.disability.concerned else ""),
        ]),
        _section("ressources", "Travail et ressources", [
            ("Situation professionnelle", codes.label("contract", a.work.contract)),
            ("Ressources par mois", " ; ".join(resources)),
            ("Revenu fiscal de référence", " ; ".join(tax)),
        ]),
        _section("logement", "Logement actuel", [
            ("Situation", codes.label("home_status", home.status)),
            ("Type et surface", " ".join(filter(None, [home.type, f"{home.surface} m²" if home.surface else ""]))),
            ("Loyer avec les charges", euros(home.rent) if home.rent is not None else ""),
        ]),
        _section("souhaits", "Motif et souhaits", [
            ("Motif", listing(codes.label("motive", m) for m in form.motives)),
            ("Types", listing((codes.label("home_type", t) for t in wish.types), "ou")),
            ("Communes", listing(names.get(c, c) for c in wish.communes)),
            ("Loyer maximum", euros(wish.max_rent) if wish.max_rent else ""),
        ]),
    ]  # fmt: skip


def _section(key: str, title: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
    return {"key": key, "title": title, "rows": [[label, value or "—"] for label, value in rows]}
