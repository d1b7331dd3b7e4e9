"""A couple separates: one demand becomes two, each with its own number and the seniority of both."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands import actions, checks
from palier.demands.acting import Ground, words_of
from palier.demands.form import Address, Disability, Form, Home, columns
from palier.demands.models import Demand
from palier.demands.queries import visible_to
from palier.demands.telling import in_words, tell


def parted(form: Form, leaving: Collection[int]) -> tuple[Form, Form]:
    """The form of the one who keeps the demand, and of the one who leaves with some of the dependants (their rank from 0).

    The one who leaves has no address yet: the former home is the other's, and may have to stay unknown.
    """
    partner = form.coapplicant
    if partner is None:
        raise Refused("separate.alone", "Personne ne signe avec le demandeur : il n’y a pas de couple à séparer.")
    gone = tuple(d for n, d in enumerate(form.dependants) if n in leaving)
    stay = dataclasses.replace(
        form, applicant=dataclasses.replace(form.applicant, family_status="S"), coapplicant=None,
        dependants=tuple(d for n, d in enumerate(form.dependants) if n not in leaving), disability=_alone(form, True),
    )  # fmt: skip
    leave = dataclasses.replace(
        form, applicant=dataclasses.replace(partner, family_status="S", link=""), coapplicant=None, other_adults=(),
        dependants=gone, custody=(), expected=None, address=Address(), home=Home(), motives=("11",), motive_text="",
        motive_detail="", notes="", disability=_alone(form, False), electronic_notices=False,
    )  # fmt: skip
    return stay, leave


def _alone(form: Form, stays: bool) -> Disability:
    """Needs go with the person they concern; when several or nobody is named, with the one who keeps the demand."""
    concerned = form.disability.persons
    leaves = bool(concerned) and set(concerned) == {"coapplicant"}
    if not form.disability.concerned or leaves == stays:
        return Disability()
    return dataclasses.replace(form.disability, persons=("applicant",) if leaves else ())


@transaction.atomic
def separate(*, actor: Actor, demand_id: int, leaving: Collection[int], ground: Ground | None) -> Demand:
    """Register the demand of the one who leaves; returns it. Done again on a demand already alone, it is refused.

    Both keep the day of first registration (order of 23 March 2015, annex; file type CRS). The new demand has no
    account: its holder finds it again by its number and a code mailed to its own address.
    """
    if actor.role != Role.DESK:
        raise NotYours("a desk separates a couple's demand")
    demand = locked(visible_to(actor).select_related("department"), demand_id)
    if demand.state != "active":
        raise Refused("demand.removed", "Cette demande n’est plus active.")
    told = words_of(ground, demand)
    stay, leave = parted(Form.from_json(demand.form), leaving)
    checks.refuse(leave, clock.today())
    new = Demand(
        register_code=demand.register_code, department=demand.department, person=None, desk=actor.organisation,
        first_registered_on=demand.first_registered_on, received_at=clock.now(), renewed_on=demand.renewed_on,
        expires_on=demand.expires_on, form=leave.to_json(), **columns(leave),
    )  # fmt: skip
    new.number = actions.next_number(demand.register_code, clock.today(), actions.desk_code(actor))
    new.save()
    actions.write_form(new, leave)
    demand.form, demand.revision = stay.to_json(), demand.revision + 1
    for name, value in columns(stay).items():
        setattr(demand, name, value)
    demand.save()
    actions.write_form(demand, stay)
    for one in (demand, new):
        ledger.record(verb="demands.separate", subject=one, actor=actor, thread=one.pk, why=told)
        actions.tell_later_apps(one)
    actions.live_on("change", [demand], actor)
    actions.live_on("separate", [new], actor)
    tell([demand], "separated", "Votre demande de logement social continue seule",
         lambda d: {"since": in_words(d.first_registered_on), "ground": told})  # fmt: skip
    return new
