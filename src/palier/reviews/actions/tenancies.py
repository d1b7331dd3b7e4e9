"""Tenancies: begun by a lease signed here, or entered by their landlord, one by one or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.allocations.models import Lease
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.demands.form import Form
from palier.homes.models import Dwelling
from palier.reviews.models import Review, Tenancy
from palier.reviews.queries import tenancies_of
from palier.reviews.states import REVIEW


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a landlord's file: its number in the file, and what it says."""

    number: int
    reference: str
    tenants: str
    signed_on: date


def begin(lease: Lease) -> None:
    """A lease signed here begins a tenancy; the former one of the dwelling ends that day. Called when it is recorded."""
    dwelling = lease.proposal.offer.dwelling
    demand = lease.proposal.application.demand
    with as_system("a lease begins a tenancy, whoever records it"):
        former = locked_all(Tenancy.objects.filter(dwelling=dwelling, ended_on=None))
        for tenancy in former:
            _end(tenancy, max(lease.signed_on, tenancy.signed_on), PALIER)
        form = Form.from_json(demand.form)
        adults = [form.applicant, *([form.coapplicant] if form.coapplicant else [])]
        Tenancy.objects.get_or_create(
            lease=lease,
            defaults={
                "landlord_id": dwelling.landlord_id, "dwelling": dwelling, "person_id": demand.person_id,
                "tenants": " et ".join(f"{a.first_names} {a.last_name}".strip() for a in adults)[:200],
                "signed_on": lease.signed_on, "recorded_at": clock.now(),
            },
        )  # fmt: skip


@transaction.atomic
def record(*, actor: Actor, reference: str, tenants: str, signed_on: date) -> Tenancy:
    """Enter a lease signed before Palier. The same one again changes nothing; another on the same dwelling is refused."""
    dwelling = Dwelling.objects.filter(landlord=actor.organisation_id, reference=reference.strip()).first()
    if dwelling is None:
        raise Refused("tenancy.dwelling", "Aucun de vos logements n’a cette référence.", field="reference")
    dwelling = locked(Dwelling.objects.all(), dwelling.pk)
    tenants = " ".join(tenants.split())
    if not tenants:
        raise Refused("tenancy.tenants", "Indiquez le nom des titulaires du bail.", field="tenants")
    if len(tenants) > 200:
        raise Refused("tenancy.tenants", "Le nom des titulaires dépasse 200 caractères.", field="tenants")
    if signed_on > clock.today():
        raise Refused("tenancy.future", "Un bail en cours est déjà signé : cette date est à venir.", field="signed_on")
    held = Tenancy.objects.filter(dwelling=dwelling, ended_on=None).first()
    if held is not None and (held.signed_on, held.tenants) == (signed_on, tenants):
        return held
    if held is not None:
        raise Refused(
            "tenancy.held",
            f"Ce logement a déjà un bail en cours, signé le {held.signed_on:%d/%m/%Y} : terminez-le d’abord.",
            field="reference",
        )
    tenancy = Tenancy.objects.create(
        landlord_id=actor.organisation_id, dwelling=dwelling, tenants=tenants, signed_on=signed_on,
        recorded_at=clock.now(),
    )  # fmt: skip
    ledger.record(verb="tenancies.record", subject=tenancy, actor=actor)
    return tenancy


def record_file(*, actor: Actor, lines: Sequence[Line]) -> tuple[int, list[tuple[int, str]]]:
    """Enter every line that stands: how many are in force now, and (line, why) of the others.

    Each line stands alone, so that a file sent again after correction only adds what was missing.
    """
    kept, refused = 0, []
    for line in lines:
        try:
            record(actor=actor, reference=line.reference, tenants=line.tenants, signed_on=line.signed_on)
        except Refused as refusal:
            refused.append((line.number, refusal.message))
        else:
            kept += 1
    return kept, refused


@transaction.atomic
def end(*, actor: Actor, tenancy_id: int, ended_on: date) -> Tenancy:
    """The tenants have left: reviews under way fall, and what they declared is erased."""
    tenancy = locked(tenancies_of(actor), tenancy_id)
    if tenancy.ended_on is not None:
        return tenancy
    if not tenancy.signed_on <= ended_on <= clock.today():
        raise Refused("tenancy.end", "La fin du bail vient après sa signature, et n’est pas à venir.", field="ended_on")
    if Review.objects.filter(tenancy=tenancy, state="on_agenda").exists():
        raise Refused("tenancy.on_agenda", "Sa situation est inscrite à une séance : retirez-la d’abord.")
    _end(tenancy, ended_on, actor)
    return tenancy


def _end(tenancy: Tenancy, ended_on: date, actor: Actor) -> None:
    for review in locked_all(Review.objects.filter(tenancy=tenancy)):
        if review.state in ("asked", "declared", "found"):
            REVIEW.fire(review, "cancel", actor=actor, data={"reason": "le bail est terminé"})
    Review.objects.filter(tenancy=tenancy).exclude(state="on_agenda").update(declaration={})
    tenancy.ended_on = ended_on
    tenancy.save(update_fields=["ended_on"])
    ledger.record(verb="tenancies.end", subject=tenancy, actor=actor)
