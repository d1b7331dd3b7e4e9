"""The roles of the chain. A person without membership is an applicant."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    VISITOR = "visitor", "Visiteur"
    APPLICANT = "applicant", "Demandeur"
    DESK = "desk", "Agent de guichet"
    EMPLOYER = "employer", "Employeur"
    LANDLORD = "landlord", "Agent d’un bailleur"
    RESERVATION_HOLDER = "reservation_holder", "Agent d’un réservataire"
    MEMBER = "member", "Membre de commission"
    SECRETARY = "secretary", "Secrétaire de commission"
    AUTHORITY = "authority", "Agent d’une collectivité"
    SUPPORT = "support", "Agent d’assistance"
    ADMINISTRATOR = "administrator", "Administrateur"
    SYSTEM = "system", "Palier"


# Roles held through an organisation.
PROFESSIONAL = frozenset(
    {
        Role.DESK, Role.EMPLOYER, Role.LANDLORD, Role.RESERVATION_HOLDER, Role.MEMBER,
        Role.SECRETARY, Role.AUTHORITY, Role.SUPPORT, Role.ADMINISTRATOR,
    }
)  # fmt: skip


class OrganisationKind(models.TextChoices):
    LANDLORD = "landlord", "Bailleur social"
    STATE = "state", "Services de l’État"
    ACTION_LOGEMENT = "action_logement", "Action Logement"
    AUTHORITY = "authority", "Collectivité"
    EMPLOYER = "employer", "Employeur"
    DESK = "desk", "Guichet d’enregistrement"
    OPERATOR = "operator", "Exploitant de Palier"
