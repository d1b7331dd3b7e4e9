"""Writes on people, and on who may act for an organisation."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from palier.accounts import queries
from palier.accounts.actor import Actor
from palier.accounts.models import Invitation, Membership, Person
from palier.accounts.states import INVITATION, INVITERS
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.territories.queries import setting


def name_once(person: Person, *, first_name: str, last_name: str) -> None:
    """Give a name to an account opened with an address alone; a name already there stays."""
    if person.first_name or person.last_name:
        return
    person.first_name, person.last_name = first_name[:80].strip(), last_name[:80].strip()
    person.save(update_fields=["first_name", "last_name"])


def _inviter(actor: Actor) -> None:
    if actor.role not in INVITERS or actor.organisation is None:
        raise NotYours(f"{actor.role} invites nobody")


@transaction.atomic
def invite(*, actor: Actor, email: str) -> Invitation:
    """Ask somebody, by mail, to act for one's own organisation under one's own role. Asking twice asks once."""
    _inviter(actor)
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused("invitation.email", "Indiquez une adresse électronique complète.", field="email") from error
    today = clock.today()
    already = queries.colleagues(actor).filter(person__email__iexact=address).exists()
    if already:
        raise Refused("invitation.already", "Cette personne a déjà accès.", field="email")
    days = setting("invitation_days", on=today)
    invitation, new = Invitation.objects.get_or_create(
        organisation=actor.organisation, role=actor.role, email__iexact=address, state="open",
        defaults={
            "email": address, "invited_by": actor.person, "invited_at": clock.now(),
            "expires_on": today + timedelta(days=days),
        },
    )  # fmt: skip
    if not new and invitation.expires_on >= today:
        return invitation
    if not new:
        invitation.expires_on = today + timedelta(days=days)
        invitation.save(update_fields=["expires_on"])
    ledger.record(verb="invitations.send", subject=invitation, actor=actor)
    mail.post(
        to=address,
        kind="invitations.send",
        subject=f"{actor.organisation_name} vous invite sur Palier",
        template="invitation",
        context={
            "organisation": actor.organisation_name, "until": invitation.expires_on,
            "action_path": "/espace/invitations/", "action_label": "Lire l’invitation",
        },
    )  # fmt: skip
    return invitation


@transaction.atomic
def cancel_invitation(*, actor: Actor, invitation_id: int) -> None:
    """Nobody can accept it any more."""
    _inviter(actor)
    invitation = locked(queries.sent_by(actor), invitation_id)
    if invitation.state != "cancelled":
        INVITATION.fire(invitation, "cancel", actor=actor, answered_at=clock.now())


@transaction.atomic
def accept_invitation(*, actor: Actor, invitation_id: int) -> Membership:
    """Take up an invitation sent to an address that one proved; accepting twice gives one membership.

    An invitation opens once: whoever was removed since needs another one.
    """
    mine = queries.invitations_for(actor).get(pk=invitation_id)
    with as_system("nobody gives themself a role: the invitation, to an address they proved, does"):
        invitation = locked(Invitation.objects.all(), mine.pk)
        access = {
            "person": actor.person,
            "organisation": invitation.organisation,
            "role": invitation.role,
            "until": None,
        }
        held = Membership.objects.filter(**access).first()
        if invitation.state == "accepted":
            if held is None:
                raise Refused("invitation.used", "Cette invitation a déjà servi : demandez-en une autre.")
            return held
        if invitation.expires_on < clock.today():
            raise Refused("invitation.late", "Cette invitation a expiré : demandez qu’on vous la renvoie.")
        INVITATION.fire(invitation, "accept", actor=actor, answered_at=clock.now())
        return held or Membership.objects.create(**access, since=clock.today())


@transaction.atomic
def decline_invitation(*, actor: Actor, invitation_id: int) -> None:
    """Say no; the organisation may ask again."""
    mine = queries.invitations_for(actor).get(pk=invitation_id)
    with as_system("the invitation belongs to whoever sent it"):
        invitation = locked(Invitation.objects.all(), mine.pk)
        if invitation.state != "declined":
            INVITATION.fire(invitation, "decline", actor=actor, answered_at=clock.now())


@transaction.atomic
def end_membership(*, actor: Actor, membership_id: int) -> Membership:
    """Take an agent's access away, at once: the next request of theirs is nobody's. The last one stays.

    Colleagues are locked together, so that two who leave at the same time do not leave nobody.
    """
    _inviter(actor)
    held = {m.pk: m for m in locked_all(queries.colleagues(actor))}
    if membership_id not in held:
        membership = queries.former_colleagues(actor).get(pk=membership_id)
        return membership
    membership = held[membership_id]
    if len(held) == 1:
        raise Refused("membership.last", "Il faut au moins un agent : invitez d’abord quelqu’un d’autre.")
    membership.until = clock.today()
    membership.save(update_fields=["until"])
    ledger.record(verb="memberships.end", subject=membership, actor=actor)
    mail.post(
        to=membership.person.email,
        kind="memberships.end",
        subject=f"Votre accès pour {actor.organisation_name} a pris fin",
        template="membership_ended",
        context={"organisation": actor.organisation_name},
        person=membership.person_id,
    )
    return membership
