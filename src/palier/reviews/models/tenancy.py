"""A let dwelling and its tenants."""

from __future__ import annotations

from django.db import models


class Tenancy(models.Model):
    """A lease in force: signed here (`lease`), or entered by its landlord when it was signed before Palier.

    `person`: the tenant's account, known when the lease was signed here; never guessed from a name or an address.
    """

    landlord = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="tenancies")
    dwelling = models.ForeignKey("homes.Dwelling", models.PROTECT, related_name="tenancies")
    lease = models.OneToOneField("allocations.Lease", models.PROTECT, null=True, related_name="tenancy")
    person = models.ForeignKey("accounts.Person", models.SET_NULL, null=True, related_name="tenancies")
    tenants = models.CharField(max_length=200)
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["landlord", "signed_on"], name="tenancy_signed")]
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling"], condition=models.Q(ended_on=None), name="tenancy_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("signed_on")),
                name="tenancy_ends_after_it_starts",
            ),
        ]
