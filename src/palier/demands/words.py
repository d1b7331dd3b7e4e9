"""A declared form in words: titles and rows for the summary, the demand's page and the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from palier.demands.form import Adult, Form
from palier.demands.sheltering import WORDS
from palier.law import codes, discretion
from palier.law.discretion import Reader
from palier.law.reasons import day, euros, listing
from palier.territories.models import Commune

NONE = "—"


def as_read_by(form: Form, reader: Reader) -> Form:
    """The form as this reader may read it: sensitive motives under the general word, and then no text of one's own."""
    shown = discretion.motives(form.motives, reader)
    if shown == form.motives and not (reader == Reader.OTHERS and form.address.extra == WORDS):
        return form
    return replace(form, motives=shown, motive_text="", notes="")


def sections(form: Form) -> list[dict[str, Any]]:
    """`[{key, title, rows: [[label, value], …], fields: […]}]`; an answer not given shows a dash.

    `fields`: for each row, the field of its step that answers it.
    """
    codes_named = [*form.wish.communes, form.address.commune]
    names = dict(Commune.objects.filter(code__in=codes_named).order_by("code").values_list("code", "name"))
    return [_identity(form, names), _household(form), _means(form), _home(form), _needs(form), _wish(form, names)]


def _identity(form: Form, names: Mapping[str, str]) -> dict[str, Any]:
    a, place = form.applicant, form.address
    town = place.extra or names.get(place.commune, "")
    return _section("identite", "Vous", [
        ("Nom et prénoms", _name(a), "last_name"),
        ("Nom de naissance", a.birth_name, "birth_name"),
        ("Date de naissance", day(a.birth_date) if a.birth_date else "", "birth_date"),
        ("Nationalité", _label("nationality", a.nationality), "nationality_0"),
        ("Adresse", f"{place.line}, {place.postcode} {town}".strip(", "), "line"),
        ("Chez", place.host, "host"),
        ("Bâtiment, étage", _listed(f"{word} {held}" for word, held in (("bâtiment", place.building), ("escalier", place.staircase), ("étage", place.floor), ("appartement", place.flat)) if held), "building"),
        ("Téléphone", listing(filter(None, [a.phone, a.other_phone])), "phone"),
        ("Adresse électronique", a.email, "email"),
        ("Avis par courriel", "Acceptés" if form.electronic_notices else "Non", "electronic_notices"),
        ("Numéro de sécurité sociale", "Indiqué" if a.nir else "", "nir"),
    ], without=("Nom de naissance", "Chez", "Bâtiment, étage", "Numéro de sécurité sociale"))  # fmt: skip


def _household(form: Form) -> dict[str, Any]:
    partner, expected = form.coapplicant, form.expected
    born = (
        f"{expected.count}" + (f", prévu pour le {day(expected.due_on)}" if expected.due_on else "") if expected else ""
    )
    return _section("menage", "Votre ménage", [
        ("Situation de famille", _label("family_status", form.applicant.family_status), "family_status"),
        ("Signera avec vous", _who(_name(partner), partner.birth_date) + _link(partner) if partner else "Personne", "with_partner"),
        ("Personnes à charge", _listed(_who(d.first_names or _label("kinship", d.link), d.birth_date) for d in form.dependants), "child_0_first_names"),
        ("Enfants en garde alternée ou accueillis", _listed(f"{_who('enfant', c.birth_date)}, {_label('custody', c.arrangement).lower()}" for c in form.custody), "more_custody"),
        ("Autres adultes", _listed(_who(_name(p), p.birth_date) for p in form.other_adults), "more_adult"),
        ("Enfants à naître", born, "expected"),
        ("Personnes à loger", str(form.people), "family_status"),
    ], without=("Enfants en garde alternée ou accueillis", "Autres adultes", "Enfants à naître"))  # fmt: skip


def _means(form: Form) -> dict[str, Any]:
    a, partner = form.applicant, form.coapplicant
    rows = [
        ("Situation professionnelle", _work(a), "contract"),
        ("Ressources par mois", _amounts("resource", a.resources), "res_SAL"),
        ("Pension versée", _amounts("paid", a.paid), "paid_PAV"),
        ("Revenu fiscal de référence", _years(a.tax), f"tax_{min(a.tax)}" if a.tax else "contract"),
    ]
    if partner:
        rows += [
            ("La personne qui signe avec vous", _work(partner), "co_contract"),
            ("Ses ressources par mois", _amounts("resource", partner.resources), "co_res_SAL"),
            ("Sa pension versée", _amounts("paid", partner.paid), "co_paid_PAV"),
            ("Son revenu fiscal de référence", _years(partner.tax), "co_joint"),
        ]
    others = [(p, sum(p.resources.values())) for p in form.other_adults if p.resources]
    rows.append(
        ("Ressources des autres adultes", _listed(f"{_name(p)} : {euros(total)}" for p, total in others), "contract")
    )
    return _section(
        "ressources", "Travail et ressources", rows,
        without=("Pension versée", "Sa pension versée", "Ressources des autres adultes"),
    )  # fmt: skip


def _home(form: Form) -> dict[str, Any]:
    home = form.home
    kind = " ".join(
        filter(None, [_label("home_kind", home.kind), home.type, f"de {home.surface} m²" if home.surface else ""])
    )
    return _section("logement", "Logement actuel", [
        ("Situation", _label("home_status", home.status), "status"),
        ("Bailleur", home.landlord, "landlord"),
        ("Type et surface", kind, "type"),
        ("Personnes qui y vivent", str(home.occupants) if home.occupants else "", "occupants"),
        ("Loyer avec les charges", euros(home.rent) if home.rent is not None else "", "rent"),
        ("Aide au logement reçue", euros(home.aid) if home.aid is not None else "", "aid"),
        ("Depuis le", day(home.entered_on) if home.entered_on else "", "entered_on"),
        ("Propriétaire ailleurs", _listed(filter(None, [home.owned_place, home.owned_use])) or "Oui" if home.owner_elsewhere else "", "owner_elsewhere"),
    ], without=("Bailleur", "Aide au logement reçue", "Propriétaire ailleurs"))  # fmt: skip


def people(form: Form) -> dict[str, str]:
    """The persons of a household by their key in `law.household`: whom a need or a document concerns."""
    found = {"applicant": _spoken(form.applicant) or "Vous"}
    if form.coapplicant:
        found["coapplicant"] = _spoken(form.coapplicant)
    found |= {f"adult-{n}": _spoken(adult) for n, adult in enumerate(form.other_adults, start=1)}
    found |= {f"custody-{n}": f"Enfant {n} en garde alternée ou en visite" for n, _ in enumerate(form.custody, start=1)}
    return found | {f"dependant-{n}": d.first_names or f"Enfant {n}" for n, d in enumerate(form.dependants, start=1)}


def _spoken(adult: Adult) -> str:
    return f"{adult.first_names} {adult.last_name}".strip()


def needs(form: Form) -> list[tuple[str, str]]:
    """The annex on disability, as whoever examines the household reads it: needs, never an illness."""
    return [(label, value) for label, value in _needs(form)["rows"]]


def _needs(form: Form) -> dict[str, Any]:
    held, named = form.disability, people(form)
    told = [
        words
        for found, words in (
            (held.card, "carte mobilité inclusion « invalidité »"),
            (held.wheelchair, "aucune marche possible"),
            (held.adapted, "logement adapté nécessaire"),
            (held.carer, "place pour une personne qui aide"),
            (held.present, "logement actuel déjà adapté"),
        )
        if found
    ]
    rows = [
        ("Handicap", listing(told).capitalize() if told else "Besoin signalé" if held.concerned else "Personne", "concerned"),
        ("Personnes concernées", listing(named.get(key, "") for key in held.persons), "persons_0"),
        ("Situation", _label("disability_course", held.course), "course"),
        ("Marches possibles", _label("disability_stairs", held.stairs), "stairs"),
        ("Difficultés", listing([*(codes.label("disability_motor", c) for c in held.motor), *(codes.label("disability_sensory", c) for c in held.sensory)]), "motor_0"),
        ("Aides techniques", listing(codes.label("disability_aid", c) for c in held.aids), "aids_0"),
        ("Équipements nécessaires", listing(codes.label("disability_need", c) for c in held.needs), "needs_0"),
    ]  # fmt: skip
    if len(named) == 1:
        rows = [row for row in rows if row[0] != "Personnes concernées"]
    return _section("handicap", "Handicap et accessibilité", rows, without=[label for label, *_ in rows[1:]])


def _wish(form: Form, names: Mapping[str, str]) -> dict[str, Any]:
    wish = form.wish
    details = [
        words
        for told, words in (
            (not wish.ground_floor, "pas de rez-de-chaussée"),
            (not wish.without_lift, "ascenseur pour un étage"),
            (wish.parking, "stationnement"),
            (wish.cotenancy, "colocation acceptée"),
        )
        if told
    ]
    return _section("souhaits", "Motif et souhaits", [
        ("Motif principal", _label("motive", form.motives[0]) if form.motives else "", "motive"),
        ("Logement non habitable", _label("motive_detail", form.motive_detail), "motive_detail"),
        ("Autres motifs", _listed(codes.label("motive", m) for m in form.motives[1:]), "motive_2"),
        ("En quelques mots", form.motive_text, "motive_text"),
        ("Types", listing((codes.label("home_type", t) for t in wish.types), "ou"), "types_0"),
        ("Appartement ou maison", _label("wished_kind", wish.kind), "kind_0"),
        ("Communes", listing(names.get(c, c) for c in wish.communes), "place_1"),
        ("Quartiers", wish.districts, "districts"),
        ("Communes voisines", "Acceptées" if wish.widened else "Non", "widened"),
        ("Loyer maximum", euros(wish.max_rent) if wish.max_rent is not None else "", "max_rent"),
        ("À savoir", listing(details).capitalize(), "not_ground_floor"),
        ("Précisions", form.notes, "notes"),
    ], without=("Autres motifs", "Logement non habitable", "En quelques mots", "Quartiers", "À savoir", "Précisions"))  # fmt: skip


def _section(key: str, title: str, rows: list[tuple[str, str, str]], without: Iterable[str] = ()) -> dict[str, Any]:
    """`without`: rows that are left out when they hold nothing, because the question does not concern everyone."""
    told = [(label, value or NONE, field) for label, value, field in rows if value or label not in without]
    return {
        "key": key, "title": title, "rows": [[label, value] for label, value, _ in told],
        "fields": [field for *_, field in told],
    }  # fmt: skip


def _label(name: str, code: str) -> str:
    return codes.label(name, code) if code else ""


def _name(adult: Adult) -> str:
    return f"{adult.last_name} {adult.first_names}".strip()


def _who(name: str, born: Any) -> str:
    return f"{name} ({day(born)})" if born else name


def _link(adult: Adult) -> str:
    words = _label("applicant_link", adult.link)
    return f", {words[:1].lower()}{words[1:]}" if words else ""


def _work(adult: Adult) -> str:
    return " – ".join(filter(None, [_label("contract", adult.work.contract), adult.work.profession]))


def _amounts(name: str, amounts: Mapping[str, int]) -> str:
    return _listed(f"{codes.label(name, code)} : {euros(amount)}" for code, amount in amounts.items())


def _years(tax: Mapping[str, int]) -> str:
    return _listed(f"{year} : {euros(tax[year])}" for year in sorted(tax))


def _listed(words: Iterable[str]) -> str:
    return " ; ".join(words)
