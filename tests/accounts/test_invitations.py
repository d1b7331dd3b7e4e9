"""Agents invited by mail and removed at once (mission B7): no secret in the mail, no access before acceptance."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from palier.accounts import actions, queries
from palier.accounts.models import Invitation, Membership
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Message


@pytest.fixture
def employer(build):
    return build.actor(Role.EMPLOYER)


@pytest.fixture
def guest(build):
    return build.actor(Role.APPLICANT)


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


@pytest.fixture
def invited(employer, guest):
    return run(actions.invite, employer, email=guest.person.email.upper())


def test_an_invitation_opens_nothing_until_it_is_accepted(invited, employer, guest):
    assert Message.objects.get(kind="invitations.send").to == guest.person.email.upper()
    with acting(guest.scope):
        assert list(queries.memberships_of(guest.person)) == []
    membership = run(actions.accept_invitation, guest, invitation_id=invited.pk)
    assert (membership.organisation, membership.role) == (employer.organisation, Role.EMPLOYER)
    assert run(actions.accept_invitation, guest, invitation_id=invited.pk) == membership


def test_only_the_proved_address_reads_and_accepts_it(invited, build):
    stranger = build.actor(Role.APPLICANT)
    unproved = build.actor(Role.APPLICANT)
    unproved.person.emailaddress_set.update(verified=False)
    Invitation.objects.update(email=unproved.person.email)
    for actor in (stranger, unproved):
        with acting(actor.scope):
            assert Invitation.objects.count() == 0
        with pytest.raises(Invitation.DoesNotExist):
            run(actions.accept_invitation, actor, invitation_id=invited.pk)
    assert Membership.objects.filter(role=Role.EMPLOYER).count() == 1


def test_asking_twice_asks_once_and_a_colleague_is_not_invited(invited, employer, guest):
    assert run(actions.invite, employer, email=guest.person.email) == invited
    assert Message.objects.filter(kind="invitations.send").count() == 1
    run(actions.accept_invitation, guest, invitation_id=invited.pk)
    with pytest.raises(Refused, match="a déjà accès"):
        run(actions.invite, employer, email=guest.person.email)


@pytest.mark.parametrize("wrong", ["", "rh", "rh@", "rh@exemple"])
def test_an_address_that_is_none_is_told_next_to_its_field(employer, wrong):
    with pytest.raises(Refused) as caught:
        run(actions.invite, employer, email=wrong)
    assert (caught.value.field, Invitation.objects.count()) == ("email", 0)


def test_an_invitation_lapses_is_cancelled_or_declined(invited, employer, guest):
    with clock.frozen_at(clock.now() + timedelta(days=15)), pytest.raises(Refused, match="expiré"):
        run(actions.accept_invitation, guest, invitation_id=invited.pk)
    run(actions.cancel_invitation, employer, invitation_id=invited.pk)
    with pytest.raises(Refused):
        run(actions.accept_invitation, guest, invitation_id=invited.pk)
    again = run(actions.invite, employer, email=guest.person.email)
    run(actions.decline_invitation, guest, invitation_id=again.pk)
    assert list(Invitation.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "declined"]
    assert Membership.objects.count() == 1


def test_nobody_else_invites(build):
    for role in (Role.LANDLORD, Role.APPLICANT):
        with pytest.raises(NotYours):
            run(actions.invite, build.actor(role), email="rh@exemple.fr")


def test_a_removed_agent_has_no_page_at_the_very_next_request(invited, employer, guest, client_for):
    membership = run(actions.accept_invitation, guest, invitation_id=invited.pk)
    signed_in = client_for(type(guest)(role=Role.EMPLOYER, person=guest.person, membership=membership))
    assert signed_in.get(reverse("employer:home")).status_code == 200
    removed = client_for(employer).post(reverse("employer:remove_agent", args=[membership.pk]))
    assert removed.status_code == 302
    assert signed_in.get(reverse("employer:home")).status_code == 404
    assert Message.objects.filter(kind="memberships.end").count() == 1


def test_a_removed_agent_does_not_come_back_by_an_invitation_that_served(invited, employer, guest):
    membership = run(actions.accept_invitation, guest, invitation_id=invited.pk)
    run(actions.end_membership, employer, membership_id=membership.pk)
    with pytest.raises(Refused, match="déjà servi"):
        run(actions.accept_invitation, guest, invitation_id=invited.pk)
    with acting(guest.scope):
        assert list(queries.memberships_of(guest.person)) == []
    again = run(actions.invite, employer, email=guest.person.email)
    assert run(actions.accept_invitation, guest, invitation_id=again.pk).pk != membership.pk


def test_the_last_agent_stays_and_removing_twice_removes_once(invited, employer, guest):
    with pytest.raises(Refused, match="au moins un agent"):
        run(actions.end_membership, employer, membership_id=employer.membership.pk)
    membership = run(actions.accept_invitation, guest, invitation_id=invited.pk)
    for _ in range(2):
        run(actions.end_membership, employer, membership_id=membership.pk)
    assert Message.objects.filter(kind="memberships.end").count() == 1


def test_agents_of_another_company_are_out_of_reach(employer, build):
    other = build.actor(Role.EMPLOYER)
    build.actor(Role.EMPLOYER, other.organisation)
    with pytest.raises(Membership.DoesNotExist):
        run(actions.end_membership, employer, membership_id=other.membership.pk)
    with acting(employer.scope):
        assert Membership.objects.filter(pk=other.membership.pk).update(until=clock.today()) == 0


def test_the_pages_lead_from_the_mail_to_the_space(invited, employer, guest, client_for):
    client = client_for(guest)
    assert employer.organisation_name in client.get(reverse("spaces:invitations")).content.decode()
    accepted = client.post(reverse("spaces:accept_invitation", args=[invited.pk]), follow=True)
    assert accepted.redirect_chain[-1][0] == reverse("employer:home")
