"""From the national register's document to our declared form; what has no field here stays in `unmapped`."""

from __future__ import annotations

from palier.demands.form import Address, Adult, Custody, Dependant, Expected, Form, Home, Wish, Work
from palier.exchanges.sne import model


def form_of(demand: model.SneDemand) -> Form:
    """The declared form of a register's demand. Everything may be missing: nothing is invented."""
    applicant = demand.applicant
    return Form(
        applicant=_adult(applicant) if applicant else Adult(last_name=""),
        address=_address(applicant),
        coapplicant=_adult(demand.co_holders[0]) if demand.co_holders else None,
        other_adults=tuple(_adult(p) for p in demand.co_holders[1:]),
        dependants=tuple(
            Dependant(
                first_names=d.first_names or "",
                last_name=d.last_name or "",
                birth_date=d.birth_date,
                sex=_code(d.sex),
                link=_code(d.kinship) or "E",
            )
            for d in demand.dependants
        ),
        custody=tuple(
            Custody(birth_date=c.birth_date, sex=_code(c.sex), arrangement=_code(c.arrangement) or "G")
            for c in demand.custody
        ),
        expected=Expected(count=demand.expected.count or 1, due_on=demand.expected.due_on) if demand.expected else None,
        home=_home(demand.home),
        motives=tuple(demand.codes_named("motifDemande")),
        wish=_wish(demand.wish),
    )


def _code(coded: model.Coded | None) -> str:
    return coded.code if coded else ""


def _adult(person: model.Person) -> Adult:
    work, tax = person.work, person.tax
    years = {}
    if tax:
        years = {
            str(year): int(amount)
            for year, amount in ((tax.last_year, tax.last_amount), (tax.former_year, tax.former_amount))
            if year and amount is not None
        }
    return Adult(
        last_name=person.last_name or person.birth_name or "",
        first_names=person.first_names or "",
        birth_name=person.birth_name or "",
        civility=_code(person.civility),
        birth_date=person.birth_date,
        nationality=_code(person.nationality),
        family_status=_code(person.family_status),
        link=_code(person.link),
        phone=person.mobile or "",
        email=person.email or "",
        work=Work(
            contract=_code(work.contract),
            profession=work.profession or "",
            employer=work.employer or "",
            workplace=_code(work.commune),
        )
        if work
        else Work(),
        tax=years,
        resources={r.kind.code: int(r.amount) for r in person.received if r.kind and r.amount is not None},
        paid={r.kind.code: int(r.amount) for r in person.paid if r.kind and r.amount is not None},
    )


def _address(person: model.Person | None) -> Address:
    held = person.address if person else None
    if held is None:
        return Address()
    return Address(
        line=f"{held.number or ''} {held.street or ''}".strip(),
        postcode=held.postcode or "",
        commune=_code(held.commune),
    )


def _home(home: model.Home | None) -> Home:
    if home is None:
        return Home()
    return Home(
        status=_code(home.statuses[0]) if home.statuses else "",
        kind=_code(home.kind),
        type=_code(home.type),
        surface=int(home.surface) if home.surface is not None else None,
        occupants=home.occupants,
        rent=int(home.rent) if home.rent is not None else None,
        landlord=home.landlord or "",
    )


def _wish(wish: model.Wish | None) -> Wish:
    if wish is None:
        return Wish()
    places = dict.fromkeys(_code(place.commune) for place in wish.places if place.commune)
    return Wish(
        types=tuple(_code(t) for t in wish.types),
        kind=_code(wish.kind) or "I",
        communes=tuple(places),
        widened=bool(wish.widened),
    )
