"""Writes on a landlord's systems, by its agents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.exchanges.landlords import changes, tokens
from palier.exchanges.landlords.models import LandlordSystem
from palier.exchanges.landlords.queries import systems_of
from palier.exchanges.landlords.scopes import SCOPES
from palier.exchanges.landlords.webhooks import addresses
from palier.territories.queries import setting


def _agent(actor: Actor) -> None:
    # A token makes no other token: a program that leaked would open for ever.
    if actor.role != Role.LANDLORD or actor.person is None:
        raise NotYours("an agent of the landlord's")


@transaction.atomic
def add_system(*, actor: Actor, name: str, scopes: Sequence[str]) -> LandlordSystem:
    """A system of the actor's landlord, still without a token. One live system of a name."""
    _agent(actor)
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refused("system.scopes", "Choisissez au moins un droit de la liste.", field="scopes")
    try:
        with transaction.atomic():
            system = LandlordSystem.objects.create(
                landlord=actor.organisation, name=name.strip(), scopes=sorted(scopes), made_at=clock.now(),
                pushed=changes.last_position(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("system.twice", "Un de vos systèmes porte déjà ce nom.", field="name") from error
    ledger.record(verb="systems.add", subject=system, actor=actor, data={"scopes": system.scopes})
    return system


@transaction.atomic
def renew_token(*, actor: Actor, system_id: int, chance: str) -> str:
    """A token, given here once and nowhere again; the one before still opens for `token_overlap_hours`.

    The same chance gives the same token and changes nothing: a form sent twice does not lock a program out.
    """
    _agent(actor)
    system = locked(systems_of(actor), system_id)
    token = tokens.draw(system.pk, chance)
    digest = tokens.hashed(token)
    if system.token_hash == digest:
        return token
    now = clock.now()
    if system.token_hash:
        hours = setting("token_overlap_hours", on=clock.today())
        system.former_hash, system.former_until = system.token_hash, now + timedelta(hours=hours)
    system.token_hash, system.token_end, system.token_at = digest, token[-4:], now
    system.save(update_fields=["token_hash", "token_end", "token_at", "former_hash", "former_until"])
    ledger.record(verb="systems.token", subject=system, actor=actor)
    return token


@transaction.atomic
def revoke(*, actor: Actor, system_id: int) -> LandlordSystem:
    """End a system: its tokens open nothing from this instant, nothing more is sent to it."""
    _agent(actor)
    system = locked(LandlordSystem.objects.filter(landlord=actor.organisation_id), system_id)
    if system.revoked_at is None:
        system.revoked_at, system.webhook_url = clock.now(), ""
        system.token_hash = system.former_hash = system.former_until = None
        system.save(update_fields=["revoked_at", "webhook_url", "token_hash", "former_hash", "former_until"])
        system.deliveries.filter(state="waiting").update(state="failed", last_error="Système révoqué")
        ledger.record(verb="systems.revoke", subject=system, actor=actor)
    return system


@transaction.atomic
def set_webhook(*, actor: Actor, system_id: int, url: str, new_secret: bool = False) -> LandlordSystem:
    """Where to send this system's messages; empty: nowhere. It is told of what changes from now on.

    Refused when the address is not https, or leads to a private network (`addresses`).
    """
    _agent(actor)
    system = locked(systems_of(actor), system_id)
    if url:
        try:
            addresses.check(url)
        except addresses.Unreachable as error:
            raise Refused("webhook.address", str(error), field="url") from error
    if url == system.webhook_url and not new_secret:
        return system
    if url and not system.webhook_url:
        system.pushed = changes.last_position()
    system.webhook_url = url
    system.webhook_round += int(new_secret)
    system.save(update_fields=["webhook_url", "webhook_round", "pushed"])
    ledger.record(verb="systems.webhook", subject=system, actor=actor)
    return system


ledger.declare(
    {
        "systems.add": {"agent": "Système du bailleur ajouté"},
        "systems.token": {"agent": "Jeton d’un système renouvelé"},
        "systems.revoke": {"agent": "Système du bailleur révoqué"},
        "systems.webhook": {"agent": "Adresse d’un système changée"},
    }
)
