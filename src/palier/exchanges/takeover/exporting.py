"""Demands as a stream of the national register's format: what a city takes away with it, to any other tool."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import QuerySet

from palier.common import clock
from palier.demands.form import Adult, Form
from palier.demands.models import Demand
from palier.exchanges.sne import model
from palier.exchanges.sne.model import Coded
from palier.exchanges.sne.schema import NAMESPACE, VERSIONS
from palier.exchanges.sne.writing import write
from palier.law import codes

_DOCUMENT = re.compile(rb"<nuu:demande>.*</nuu:demande>", re.S)
# Paths that the register's own files gave; those of older tools are not the register's to hold.
_REGISTER = "demande/demandeLogement/"


def stream(demands: QuerySet[Demand]) -> Iterator[bytes]:
    """One document around every demand, in pieces; read again by the mapping `registre-national`."""
    made = clock.now().isoformat(timespec="seconds")
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<nuu:interfaceNuu xmlns:nuu="{NAMESPACE}"'
        f' versionInterface="{VERSIONS[-1]}"><nuu:entete><nuu:typeFichier code="COP"/>'
        f"<nuu:dateFichier>{made}</nuu:dateFichier></nuu:entete>\n"
    ).encode()
    for demand in demands.iterator(chunk_size=500):
        found = _DOCUMENT.search(write(document_of(demand)))
        assert found is not None
        yield found[0] + b"\n"
    yield b"</nuu:interfaceNuu>\n"


def document_of(demand: Demand) -> model.SneDemand:
    """The register's own tree of a demand: the inverse of `reading.form_of`, what the file had more of included."""
    form = Form.from_json(demand.form)
    kept = tuple(
        model.Unmapped(one["path"], one["content"]) for one in demand.unmapped if one["path"].startswith(_REGISTER)
    )
    held = {one.path for one in kept}
    motives = tuple(
        model.Unmapped(
            f"{_REGISTER}motifDemande", f'<nuu:motifDemande xmlns:nuu="{NAMESPACE}" code="{code}"></nuu:motifDemande>'
        )
        for code in form.motives
        if codes.known("motive", code) and f"{_REGISTER}motifDemande" not in held
    )
    applicant = _person(form.applicant)
    return model.SneDemand(
        number=demand.number,
        desk=demand.number[13:],
        created_on=demand.first_registered_on,
        applicant=_with_address(applicant, form),
        co_holders=tuple(_person(adult) for adult in form.adults[1:]),
        dependants=tuple(
            model.Dependant(
                last_name=d.last_name, first_names=d.first_names, birth_date=d.birth_date, sex=_coded(d.sex),
                kinship=_coded(d.link),
            )
            for d in form.dependants
        ),
        expected=model.Expected(count=form.expected.count, due_on=form.expected.due_on) if form.expected else None,
        custody=tuple(
            model.Custody(birth_date=c.birth_date, sex=_coded(c.sex), arrangement=_coded(c.arrangement))
            for c in form.custody
        ),
        home=_home(form),
        wish=model.Wish(
            widened=form.wish.widened, kind=_coded(form.wish.kind), types=tuple(Coded(t) for t in form.wish.types),
            places=tuple(model.WishedPlace(commune=Coded(code)) for code in form.wish.communes),
        ),
        unmapped=(*kept, *motives),
    )  # fmt: skip


def _coded(code: str) -> Coded | None:
    return Coded(code) if code else None


def _amount(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _person(adult: Adult) -> model.Person:
    years = sorted(adult.tax, reverse=True)
    work = adult.work
    return model.Person(
        civility=_coded(adult.civility), last_name=adult.last_name, birth_name=adult.birth_name,
        first_names=adult.first_names, birth_date=adult.birth_date, nationality=_coded(adult.nationality),
        family_status=_coded(adult.family_status), link=_coded(adult.link), mobile=adult.phone, email=adult.email,
        work=model.Work(
            profession=work.profession, contract=_coded(work.contract), employer=work.employer,
            commune=_coded(work.workplace),
        ) if any((work.profession, work.contract, work.employer, work.workplace)) else None,
        tax=model.Tax(
            last_year=int(years[0]), last_amount=_amount(adult.tax[years[0]]),
            former_year=int(years[1]) if len(years) > 1 else None,
            former_amount=_amount(adult.tax[years[1]]) if len(years) > 1 else None,
        ) if years else None,
        received=tuple(model.Received(kind=Coded(k), amount=_amount(v)) for k, v in sorted(adult.resources.items())),
        paid=tuple(model.Paid(kind=Coded(k), amount=_amount(v)) for k, v in sorted(adult.paid.items())),
    )  # fmt: skip


def _with_address(person: model.Person, form: Form) -> model.Person:
    held = form.address
    if not (held.line or held.postcode or held.commune):
        return person
    address = model.Address(street=held.line, postcode=held.postcode, commune=_coded(held.commune))
    return dataclasses.replace(person, address=address)


def _home(form: Form) -> model.Home | None:
    home = form.home
    if not any((home.status, home.kind, home.type, home.surface, home.occupants, home.rent, home.landlord)):
        return None
    return model.Home(
        statuses=(Coded(home.status),) if home.status else (), rent=_amount(home.rent), occupants=home.occupants,
        kind=_coded(home.kind), type=_coded(home.type), surface=_amount(home.surface), landlord=home.landlord,
    )  # fmt: skip
