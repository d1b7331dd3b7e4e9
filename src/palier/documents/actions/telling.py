"""Telling the household by mail, and later apps through hooks."""

from __future__ import annotations

from collections.abc import Callable

from palier.accounts.models import Person
from palier.common import mail
from palier.common.isolation import as_system
from palier.demands.form import Form
from palier.demands.models import Demand

# Called with the demand after a document is accepted or refused, and after a situation is recognised
# or not: the level of proof has changed. Later apps append themselves in their AppConfig.ready.
after_recognition: list[Callable[[Demand], None]] = []


def write_to(demand: Demand, *, kind: str, subject: str, template: str, context: dict) -> None:
    """Mail the household, whose address the agent may not read."""
    with as_system("the household is told by mail; the agent never reads its address"):
        person = Person.objects.filter(pk=demand.person_id).first()
        address = person.email if person else Form.from_json(demand.form).applicant.email
    if address:
        mail.post(
            to=address, kind=kind, subject=subject, template=template, context=context,
            person=demand.person_id, thread=demand.pk,
        )  # fmt: skip


def tell_later_apps(demand: Demand) -> None:
    """Run the hooks, in the same transaction."""
    for hook in after_recognition:
        hook(demand)
