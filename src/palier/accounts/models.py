"""People, the organisations they act for, and under which role."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from palier.accounts.roles import PROFESSIONAL, OrganisationKind, Role
from palier.accounts.states import INVITATION


class PersonManager(BaseUserManager):
    def get_by_natural_key(self, username: str):
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields):
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser):
    """Somebody who can sign in. Rights come from memberships, never from flags."""

    email = models.EmailField()
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = PersonManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


class Organisation(models.Model):
    """A body with agents: landlord, State, Action Logement, local authority, employer, desk, operator.

    `register_desk` is its five-character code of registration desk, empty when it is not one.
    """

    kind = models.CharField(max_length=20, choices=OrganisationKind)
    name = models.CharField(max_length=120)
    siret = models.CharField(max_length=14, blank=True)
    register_desk = models.CharField(max_length=5, blank=True)
    departments = ArrayField(models.CharField(max_length=3), default=list)
    epci = models.ForeignKey("territories.Epci", models.PROTECT, null=True, blank=True)
    commune = models.ForeignKey("territories.Commune", models.PROTECT, null=True, blank=True)
    address = models.CharField(max_length=250, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=OrganisationKind.values), name="organisation_kind"),
            models.UniqueConstraint(
                fields=["register_desk"], condition=~models.Q(register_desk=""), name="organisation_desk_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organisation, from `since` until `until` excluded."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=120, blank=True, help_text="Fonction, telle qu’elle signe")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=sorted(PROFESSIONAL)), name="membership_role"),
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=models.Q(until=None),
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.get_role_display()} – {self.organisation}"


class Invitation(models.Model):
    """Somebody is asked, at an address, to act for an organisation under a role, until `expires_on` included.

    It holds no secret: only whoever proved that address can accept it.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role)
    email = models.EmailField()
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=INVITATION.choices, default=INVITATION.initial)

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            INVITATION.constraint("invitation_state"),
            models.CheckConstraint(condition=models.Q(role__in=sorted(PROFESSIONAL)), name="invitation_role"),
            models.UniqueConstraint(
                Lower("email"), "organisation", "role", condition=models.Q(state="open"), name="invitation_open_once"
            ),
        ]
