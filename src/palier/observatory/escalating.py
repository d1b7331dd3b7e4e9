"""What is late rises to a person with a name: the organisation's escalation contact, by one mail a day."""

from __future__ import annotations

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Membership, Person
from palier.accounts.queries import agents_of
from palier.accounts.roles import Role
from palier.common import clock, ledger, mail
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.observatory.models import Escalation, EscalationContact
from palier.observatory.stopwatch import Empty, late_by_organisation

WORKING = (Role.LANDLORD, Role.RESERVATION_HOLDER)
# In a mail; the page has them all.
SHOWN = 15

ledger.declare({"delays.set_contact": {"agent": "Personne prévenue des retards : {name}"}})


def agents(organisation_id: int) -> list[Membership]:
    """Who may be told of what is late in an organisation: its agents of today."""
    return [one for role in WORKING for one in agents_of(organisation_id, role)]


@transaction.atomic
def set_contact(*, actor: Actor, person_id: int) -> EscalationContact:
    """Name the person of the actor's own organisation to whom what is late rises."""
    if actor.role not in WORKING or actor.organisation is None:
        raise NotYours("an organisation's own agents say who is told")
    chosen = next((one.person for one in agents(actor.organisation.pk) if one.person_id == person_id), None)
    if chosen is None:
        raise Refused("contact.unknown", "Choisissez un agent de votre organisme.", field="person_id")
    former = EscalationContact.objects.filter(organisation=actor.organisation_id).first()
    if former is not None and former.person_id == person_id:
        return former
    contact, _ = EscalationContact.objects.update_or_create(
        organisation=actor.organisation, defaults={"person": chosen, "set_at": clock.now()}
    )
    ledger.record(verb="delays.set_contact", subject=contact, actor=actor, data={"name": chosen.full_name})
    return contact


def contact_of(organisation_id: int) -> Person | None:
    """The person named, as long as they work there."""
    named = EscalationContact.objects.filter(organisation=organisation_id).select_related("person").first()
    at_work = {one.person_id for one in agents(organisation_id)}
    return named.person if named is not None and named.person_id in at_work else None


def escalate() -> int:
    """Write to each organisation with something late, once a day: to its contact, else to all its agents. How many mails."""
    told = 0
    with as_system("what is late is read everywhere, and the addresses of those who are told"):
        done = set(Escalation.objects.filter(on=clock.today()).values_list("organisation_id", flat=True))
        for body, late in sorted(late_by_organisation().items()):
            if body not in done:
                told += _tell(body, late)
    return told


@transaction.atomic
def _tell(organisation_id: int, late: list[Empty]) -> int:
    _, new = Escalation.objects.get_or_create(
        organisation_id=organisation_id, on=clock.today(), defaults={"late": len(late)}
    )
    if not new:
        return 0
    named = contact_of(organisation_id)
    people = [named] if named else [one.person for one in agents(organisation_id)]
    for person in people:
        mail.post(
            to=person.email,
            kind="delays.late",
            subject="Des logements attendent votre organisme",
            template="delays_late",
            context={
                "name": person.first_name,
                "late": late[:SHOWN],
                "count": len(late),
                "left": max(0, len(late) - SHOWN),
                "named": named is not None,
                "action_path": "/espace/delais/",
                "action_label": "Voir ce qui attend",
            },
            person=person.pk,
        )
    return len(people)
