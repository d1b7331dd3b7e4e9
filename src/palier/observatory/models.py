"""Past allocations without identity, and the indicators drawn from them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class PastAllocation(models.Model):
    """One signed lease, stripped of identity: what is needed for waits, odds and the legal objectives."""

    signed_on = models.DateField(db_index=True)
    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    type = models.CharField(max_length=3)
    financing = models.CharField(max_length=4)
    wait_days = models.PositiveIntegerField()
    people = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    transfer = models.BooleanField(default=False)
    priority = models.BooleanField(default=False)
    first_quartile = models.BooleanField(default=False)
    qpv = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["commune", "type", "signed_on"], name="allocation_place")]


class PointsQuarters(models.Model):
    """The points that part in four the demands wishing a type in a territory, with resources of one band, on a day.

    `band`: place in the territory's bounds, -1 where resources are not declared. Groups under the least number are
    not kept at all: the points of a few would be those of somebody.
    """

    epci = models.ForeignKey("territories.Epci", models.CASCADE)
    type = models.CharField(max_length=3)
    band = models.SmallIntegerField()
    on = models.DateField()
    demands = models.PositiveIntegerField()
    low = models.DecimalField(max_digits=8, decimal_places=2)
    middle = models.DecimalField(max_digits=8, decimal_places=2)
    high = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ["epci", "type", "band"]
        constraints = [
            models.UniqueConstraint(fields=["epci", "type", "band", "on"], name="quarters_once"),
            models.CheckConstraint(
                condition=models.Q(low__lte=models.F("middle"), middle__lte=models.F("high")), name="quarters_ascend"
            ),
        ]


class CommuneIndicator(models.Model):
    """One commune's figures on a day: counts, and waits in days (None under the statistical secret)."""

    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    on = models.DateField()
    demands = models.PositiveIntegerField()
    first_choice = models.PositiveIntegerField()
    allocations = models.PositiveIntegerField(help_text="over the twelve months before")
    wait_median = models.PositiveIntegerField(null=True)
    wait_ninth_decile = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["commune"]
        constraints = [models.UniqueConstraint(fields=["commune", "on"], name="indicator_once")]


class PastOffer(models.Model):
    """An ended offer, stripped of identity: for each application to it, in no kept order, what `law.odds` learns from.

    `stood`: place on applying; `left`: share of the window still to come then, in percent; `proposed`: whether the home
    was proposed to it in the end. An application that its household withdrew is not in it.
    """

    offer = models.OneToOneField("homes.Offer", models.SET_NULL, null=True, related_name="+")
    ended_on = models.DateField(db_index=True)
    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    type = models.CharField(max_length=3)
    reserved = models.BooleanField()
    stood = ArrayField(models.PositiveSmallIntegerField())
    left = ArrayField(models.PositiveSmallIntegerField())
    proposed = ArrayField(models.BooleanField())

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stood__len=models.F("left__len"), proposed__len=models.F("left__len")),
                name="past_offer_one_line_each",
            )
        ]


class Comparable(models.Model):
    """Homes told together, of a place, a size and a kind: their past offers' odds, and the waits of those who got one.

    `place`: an EPCI or a department; `size`: of `law.odds.SIZES`, empty for all; waits in days. Made anew each night.
    """

    on = models.DateField()
    since = models.DateField()
    place = models.CharField(max_length=9)
    size = models.CharField(max_length=6, blank=True)
    reserved = models.BooleanField()
    offers = models.PositiveIntegerField()
    # One line for each cell: band, third, chance, low, high, applications, proposed.
    odds = models.JSONField()
    leases = models.PositiveIntegerField()
    wait_median = models.PositiveIntegerField(null=True)
    wait_ninth_decile = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["place", "size", "reserved"], name="comparable_once")]


class Simulation(models.Model):
    """A grid tried on the whole register of a territory beside the one in force, before it is voted. Sums only.

    `source`, `current`: both grids as they were when it was asked. `done` of `total` demands are scored; `trouble` says
    in French why it stopped. `result`: as `observatory.simulating` writes it.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    epci = models.ForeignKey("territories.Epci", models.PROTECT)
    title = models.CharField(max_length=200)
    current_title = models.CharField(max_length=200)
    source = models.TextField()
    current = models.TextField()
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ["-asked_at", "-pk"]


class PastSession(models.Model):
    """A signed session in figures: how many seats were called and took part, never who nor how they voted.

    `session`: None for one held before Palier.
    """

    session = models.OneToOneField("commissions.Session", models.PROTECT, null=True, related_name="+")
    commission = models.ForeignKey("commissions.Commission", models.PROTECT, related_name="+")
    on = models.DateField(db_index=True)
    dwellings = models.PositiveIntegerField()
    candidates = models.PositiveIntegerField()
    opinions = models.PositiveIntegerField(default=0)
    # Over its items: voting seats called, those who took part, those who stepped out.
    called = models.PositiveIntegerField()
    voted = models.PositiveIntegerField()
    recused = models.PositiveIntegerField()
    # Kind of decision → how many.
    decisions = models.JSONField(default=dict)

    class Meta:
        ordering = ["on", "pk"]


class PastProfile(models.Model):
    """A household examined, ranked or housed by a commission, stripped of identity: one row for each step it reached.

    Bands are those of `law.profiles`. `answer_days`: from the session to the acceptance; `lease_days`: from there to the
    lease; for the housed alone. Nothing leads back to the demand, so that nothing is left to erase with it.
    """

    step = models.CharField(
        max_length=8, choices=[("examined", "Examinés"), ("ranked", "Classés"), ("housed", "Logés")]
    )
    on = models.DateField()
    commission = models.ForeignKey("commissions.Commission", models.PROTECT, related_name="+")
    commune = models.ForeignKey("territories.Commune", models.PROTECT)
    financing = models.CharField(max_length=4)
    qpv = models.BooleanField(default=False)
    # Whose the dwelling was to fill, in the end; no holder: the landlord's own.
    contingent = models.CharField(max_length=20, default="none")
    holder = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    composition = models.CharField(max_length=12)
    age = models.CharField(max_length=3, blank=True)
    ceiling = models.CharField(max_length=5, blank=True)
    seniority = models.CharField(max_length=3)
    quartile = models.CharField(max_length=6, blank=True)
    priority = models.BooleanField(default=False)
    answer_days = models.PositiveIntegerField(null=True)
    lease_days = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["commission", "on"], name="profile_commission"),
            models.Index(fields=["holder", "on"], name="profile_holder", condition=models.Q(holder__isnull=False)),
        ]


class StepDelay(models.Model):
    """What a step took an organisation in a quarter: days, over `sample` of them (`law.stopwatch`).

    `median` and `ninth` are None under the territory's least number: they are then not known to anybody.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    quarter = models.DateField(help_text="its first day")
    step = models.CharField(max_length=10)
    sample = models.PositiveIntegerField()
    median = models.PositiveIntegerField(null=True)
    ninth = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["quarter", "organisation", "step"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "quarter", "step"], name="delay_once"),
            models.CheckConstraint(
                condition=models.Q(median=None, ninth=None) | models.Q(median__lte=models.F("ninth")),
                name="delay_ascends",
            ),
        ]


class EscalationContact(models.Model):
    """The person of an organisation to whom what is late rises."""

    organisation = models.OneToOneField("accounts.Organisation", models.CASCADE, related_name="+")
    person = models.ForeignKey("accounts.Person", models.CASCADE, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["organisation"]


class Escalation(models.Model):
    """The day's mail on what is late in an organisation: at most one a day."""

    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    on = models.DateField()
    late = models.PositiveIntegerField()

    class Meta:
        ordering = ["-on", "organisation"]
        constraints = [models.UniqueConstraint(fields=["organisation", "on"], name="escalation_once_a_day")]
