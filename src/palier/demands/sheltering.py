"""The address of somebody sheltered from violence: taken out of the demand, sealed, and read by nobody but the household.

What goes: the address, the telephones, the places and employers of work. The demand then says « adresse protégée » to
whoever reads it, on every page, paper and exchange. What scoring needs, the communes alone, is read by one narrow
function and shown to nobody. Both walls hold it: the table has the household's policy and no other.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger, sealing
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands.form import Address, Adult, Form
from palier.demands.models import Demand, DemandVersion, Draft, Shelter
from palier.demands.queries import visible_to

WORDS = "Adresse protégée"
# Called with the demand once its address is sealed: later apps append what they hold of it in their AppConfig.ready.
after_shelter: list[Callable[[Demand], None]] = []
_OF_ADULT = ("phone", "other_phone")
_OF_WORK = ("employer", "workplace")


def conceal(form: Form) -> tuple[dict[str, Any], Form]:
    """What is to be sealed, and the form without it. A form already concealed gives nothing to seal."""
    if form.address.extra == WORDS:
        return {}, form
    secret: dict[str, Any] = {"address": dataclasses.asdict(form.address)}
    hidden: dict[str, Any] = {}
    for role in ("applicant", "coapplicant"):
        adult = getattr(form, role)
        if adult is None:
            continue
        secret[role] = {name: getattr(adult, name) for name in _OF_ADULT}
        secret[role] |= {name: getattr(adult.work, name) for name in _OF_WORK}
        hidden[role] = _with(adult, dict.fromkeys((*_OF_ADULT, *_OF_WORK), ""))
    return secret, dataclasses.replace(form, address=Address(extra=WORDS), **hidden)


def reveal(form: Form, secret: dict[str, Any]) -> Form:
    """The form with what was sealed put back; a co-holder who left since stays away."""
    if not secret:
        return form
    adults = {
        role: _with(getattr(form, role), secret[role])
        for role in ("applicant", "coapplicant")
        if role in secret and getattr(form, role)
    }
    return dataclasses.replace(form, address=Address(**secret["address"]), **adults)


def _with(adult: Adult, values: dict[str, str]) -> Adult:
    work = dataclasses.replace(adult.work, **{name: values[name] for name in _OF_WORK})
    return dataclasses.replace(adult, work=work, **{name: values[name] for name in _OF_ADULT})


def whole_form(demand: Demand) -> Form:
    """The form as its own household reads it; as everyone else does when the shelter is not theirs to open."""
    form = Form.from_json(demand.form)
    held = Shelter.objects.filter(demand=demand).first()
    return reveal(form, json.loads(sealing.unseal(held.sealed))) if held else form


def places(demand: Demand) -> Form:
    """The form with the communes that scoring needs, and nothing else of what is sealed."""
    form = Form.from_json(demand.form)
    if form.address.extra != WORDS:
        return form
    with connection.cursor() as cursor:
        cursor.execute("SELECT home, work, co_work FROM palier_sheltered_places(%s)", [demand.pk])
        home, work, co_work = cursor.fetchone() or ("", "", "")
    adults = {"applicant": _working(form.applicant, work)}
    if form.coapplicant:
        adults["coapplicant"] = _working(form.coapplicant, co_work)
    return dataclasses.replace(form, address=dataclasses.replace(form.address, commune=home), **adults)


def _working(adult: Adult, commune: str) -> Adult:
    return dataclasses.replace(adult, work=dataclasses.replace(adult.work, workplace=commune))


def keep_sealed(demand: Demand, form: Form) -> Form:
    """What a change brings of a sheltered demand is sealed again; returns the form that the demand may hold."""
    secret, hidden = conceal(form)
    if secret:
        _seal(demand, secret)
    return hidden


def _seal(demand: Demand, secret: dict[str, Any]) -> None:
    work = {role: secret.get(role, {}).get("workplace", "") for role in ("applicant", "coapplicant")}
    Shelter.objects.update_or_create(
        demand=demand,
        defaults={
            "sealed": sealing.seal(json.dumps(secret)), "home": secret["address"]["commune"], "work": work["applicant"],
            "co_work": work["coapplicant"],
        },
        create_defaults={
            "sealed": sealing.seal(json.dumps(secret)), "home": secret["address"]["commune"], "work": work["applicant"],
            "co_work": work["coapplicant"], "since": clock.today(),
        },
    )  # fmt: skip


@transaction.atomic
def shelter(*, actor: Actor, demand_id: int) -> Demand:
    """The household asks that its address stay secret: at once, in the demand, its former versions and its drafts."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household shelters its own address")
    demand = locked(visible_to(actor), demand_id)
    if demand.state != "active":
        raise Refused("demand.removed", "Cette demande n’est plus active.")
    if demand.sheltered:
        return demand
    secret, form = conceal(Form.from_json(demand.form))
    _seal(demand, secret)
    demand.form, demand.sheltered, demand.revision = form.to_json(), True, demand.revision + 1
    demand.save(update_fields=["form", "sheltered", "revision"])
    DemandVersion.objects.create(demand=demand, revision=demand.revision, at=clock.now(), form=demand.form)
    for version in DemandVersion.objects.filter(demand=demand).order_by("pk"):
        version.form = conceal(Form.from_json(version.form))[1].to_json()
        version.save(update_fields=["form"])
    Draft.objects.filter(demand=demand).delete()
    for hook in after_shelter:
        hook(demand)
    ledger.record(verb="demands.shelter", subject=demand, actor=actor, thread=demand.pk)
    return demand


@transaction.atomic
def uncover(*, actor: Actor, demand_id: int) -> Demand:
    """The household no longer needs it: the demand says its address again."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household shelters its own address")
    demand = locked(visible_to(actor), demand_id)
    if demand.sheltered:
        demand.form, demand.sheltered, demand.revision = whole_form(demand).to_json(), False, demand.revision + 1
        demand.save(update_fields=["form", "sheltered", "revision"])
        DemandVersion.objects.create(demand=demand, revision=demand.revision, at=clock.now(), form=demand.form)
        Shelter.objects.filter(demand=demand).delete()
        ledger.record(verb="demands.uncover", subject=demand, actor=actor, thread=demand.pk)
    return demand
