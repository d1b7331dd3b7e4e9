"""From a demand of ours to the register's document: the reverse of `reading`, with what came from it put back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from palier.demands.form import Address, Adult, Form
from palier.exchanges.sne import model
from palier.exchanges.sne.model import Coded, SneDemand, Unmapped
from palier.exchanges.sne.unpublished import element

VERSION = "02.01"


def document(
    form: Form, *, kind: str, number: str, desk: str, created_on: date, made_at: datetime, happened_on: date,
    ground: str = "", subground: str = "", kept: tuple[Unmapped, ...] = (), places: Mapping[str, str],
) -> SneDemand:  # fmt: skip
    """The document of one operation. `number` is empty on creation; `kept`: what our form has no field for."""
    applicant = _person(form.applicant, form.address)
    others = [_person(a) for a in (*([form.coapplicant] if form.coapplicant else []), *form.other_adults)]
    return SneDemand(
        version=VERSION,
        file_type=kind,
        made_at=made_at,
        number=number,
        desk=desk,
        created_on=created_on,
        applicant=applicant,
        co_holders=tuple(others),
        dependants=tuple(
            model.Dependant(d.last_name, d.first_names, d.birth_date, _code(d.sex), _code(d.link))
            for d in form.dependants
        ),
        expected=model.Expected(form.expected.count, form.expected.due_on) if form.expected else None,
        custody=tuple(model.Custody(c.birth_date, _code(c.sex), _code(c.arrangement)) for c in form.custody),
        home=_home(form),
        wish=_wish(form),
        unmapped=(*_still_true(kept, places), *_unpublished(form, kind, ground, subground, happened_on, places)),
    )


def _code(code: str) -> Coded | None:
    return Coded(code) if code else None


def _amount(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _person(adult: Adult, address: Address | None = None) -> model.Person:
    years = sorted(((int(year), amount) for year, amount in adult.tax.items()), reverse=True)
    last, former = (*years, (None, None), (None, None))[:2]
    return model.Person(
        civility=_code(adult.civility),
        last_name=adult.last_name,
        birth_name=adult.birth_name,
        first_names=adult.first_names,
        birth_date=adult.birth_date,
        nationality=_code(adult.nationality),
        family_status=_code(adult.family_status),
        link=_code(adult.link),
        mobile=adult.phone,
        email=adult.email,
        address=model.Address(street=address.line, postcode=address.postcode, commune=_code(address.commune))
        if address
        else None,
        work=model.Work(
            profession=adult.work.profession,
            contract=_code(adult.work.contract),
            employer=adult.work.employer,
            commune=_code(adult.work.workplace),
        ),
        tax=model.Tax(last[0], _amount(last[1]), former[0], _amount(former[1])) if years else None,
        received=tuple(model.Received(Coded(code), Decimal(amount)) for code, amount in adult.resources.items()),
        paid=tuple(model.Paid(Coded(code), Decimal(amount)) for code, amount in adult.paid.items()),
    )


def _home(form: Form) -> model.Home:
    home = form.home
    return model.Home(
        statuses=(Coded(home.status),) if home.status else (),
        rent=_amount(home.rent),
        occupants=home.occupants,
        kind=_code(home.kind),
        type=_code(home.type),
        surface=_amount(home.surface),
        landlord=home.landlord,
    )


def _wish(form: Form) -> model.Wish:
    wish = form.wish
    return model.Wish(
        widened=wish.widened,
        kind=_code(wish.kind),
        types=tuple(map(Coded, wish.types)),
        places=tuple(model.WishedPlace(Coded(code)) for code in wish.communes),
    )


def _still_true(kept: tuple[Unmapped, ...], places: Mapping[str, str]) -> list[Unmapped]:
    """What the register's file held beyond our form, but for what we now say ourselves."""
    names = {step for path in places.values() for step in path.split("/")[2:]}
    return [held for held in kept if not names.intersection(held.path.replace("[", "/").split("/"))]


def _unpublished(
    form: Form, kind: str, ground: str, subground: str, happened_on: date, places: Mapping[str, str]
) -> list[Unmapped]:
    told = [("motif", {"code": motive}) for motive in form.motives]
    if kind == "RAD":
        told += [("radiation", {"code": ground}), ("dateradiation", {"text": happened_on.isoformat()})]
        told += [("sousmotif", {"code": subground})] if subground else []
    if kind == "REN":
        told.append(("renouvellement", {"text": happened_on.isoformat()}))
    return [Unmapped(places[name], element(places[name], **words)) for name, words in told]
