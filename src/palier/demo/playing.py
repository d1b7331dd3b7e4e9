"""Acting as the cast: each action under its character's own scope, as the site itself does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Person
from palier.accounts.roles import Role
from palier.common.isolation import SYSTEM, acting
from palier.demo.people import BY_KEY


def character(key: str) -> Actor:
    """The actor behind a key of the cast."""
    with acting(SYSTEM):
        person = Person.objects.get(email=BY_KEY[key].email)
        membership = (
            Membership.objects.select_related("organisation").filter(person=person, role=BY_KEY[key].role).first()
        )
    return Actor(role=membership.role if membership else Role.APPLICANT, person=person, membership=membership)


def play(actor: Actor, action: Callable[..., Any], **arguments: Any) -> Any:
    """One action of one actor."""
    with acting(actor.scope):
        return action(actor=actor, **arguments)
