"""Who makes a request: a person under one role, in one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from palier.accounts.roles import OrganisationKind, Role
from palier.common.isolation import Scope
from palier.law.discretion import Reader

if TYPE_CHECKING:
    from palier.accounts.models import Membership, Organisation, Person


@dataclass(frozen=True)
class Actor:
    """Passed to every action. `membership` is None for visitors, applicants and Palier itself."""

    role: str
    person: Person | None = None
    membership: Membership | None = None

    @property
    def is_authenticated(self) -> bool:
        return self.person is not None

    @property
    def person_id(self) -> int | None:
        return self.person.pk if self.person else None

    @property
    def organisation(self) -> Organisation | None:
        return self.membership.organisation if self.membership else None

    @property
    def organisation_id(self) -> int | None:
        return self.membership.organisation_id if self.membership else None

    @property
    def name(self) -> str:
        return self.person.full_name if self.person else "Visiteur"

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def organisation_name(self) -> str:
        return self.organisation.name if self.organisation else ""

    @property
    def departments(self) -> tuple[str, ...]:
        return tuple(self.organisation.departments) if self.organisation else ()

    @property
    def signature(self) -> str:
        """How the ledger shows the act to a household: the body that acted, never the agent's name."""
        if self.role == Role.SYSTEM:
            return "Palier (automatique)"
        if self.role == Role.APPLICANT:
            return "Vous"
        return f"{self.organisation_name} ({self.role_label.lower()})" if self.organisation else self.role_label

    @property
    def reader(self) -> Reader:
        """What this actor may know of a dangerous situation; the pages' wall of `documents.policies`."""
        if self.role in (Role.APPLICANT, Role.SYSTEM):
            return Reader.HOUSEHOLD
        if self.role == Role.DESK:
            return Reader.DESK
        state = self.organisation is not None and self.organisation.kind == OrganisationKind.STATE
        return Reader.NAMED if state and self.role == Role.RESERVATION_HOLDER else Reader.OTHERS

    @property
    def scope(self) -> Scope:
        return Scope(
            role=self.role, person=self.person_id, organisation=self.organisation_id, departments=self.departments
        )


VISITOR = Actor(role=Role.VISITOR)
PALIER = Actor(role=Role.SYSTEM)
