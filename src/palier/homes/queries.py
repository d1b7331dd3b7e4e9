"""Reads on offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, QuerySet, Window

from palier.accounts.actor import Actor
from palier.homes.models import VIAS, AvailabilityStatement, Contradiction, Dwelling, Offer
from palier.law.products import PRODUCTS, REACHED, Product
from palier.law.reach import Reach


def open_offers(now: datetime) -> QuerySet[Offer]:
    """Offers that take applications at `now`: published, and their closing time not past (read from the clock)."""
    return (
        Offer.objects.filter(state="published", closes_at__gt=now)
        .select_related("dwelling__commune", "dwelling__landlord")
        .order_by("-published_at", "-pk")
    )


class Listed(NamedTuple):
    """An open offer with all that a household's list shows of it and all that the law reads; `around`: open offers there."""

    pk: int
    product: str
    rent: Decimal
    charges: Decimal
    contingent: str
    description: str
    published_at: datetime
    closes_at: datetime
    confirmed_at: datetime
    confirmed_via: str
    kind: str
    type: str
    surface: Decimal
    floor: int | None
    lift: bool
    step_free: bool
    adapted: bool
    energy_class: str
    financing: str
    qpv: bool
    commune: str
    commune_name: str
    epci: str
    department: str
    zone: str
    rent_zone: str
    aid_zone: int
    reserved_siret: str
    reserved_name: str
    landlord: str
    around: int

    @property
    def confirmed_how(self) -> str:
        """« en ligne », « par fichier », « par son système »."""
        return VIAS[self.confirmed_via]


# A database answers this in a millisecond; made of forty conditions by the ORM, it took four.
_LISTED = """
    WITH around AS (
        SELECT o.id, o.product, o.rent, o.charges, o.contingent, o.description, o.published_at, o.closes_at, o.confirmed_at, o.confirmed_via, w.kind,
               w.type, w.surface, w.floor, w.lift, w.step_free, w.adapted, w.energy_class, w.financing, w.qpv, c.code, c.name,
               coalesce(c.epci_id, ''), c.department_id, c.ceiling_zone, c.rent_zone, c.aid_zone,
               coalesce(e.siret, ''), coalesce(e.name, ''), w.landlord_id,
               w.type = ANY(CASE o.product WHEN 'intermediate' THEN %(any_types)s::text[] ELSE %(types)s::text[] END) AND w.kind = ANY(%(kinds)s) AND w.surface >= %(surface)s
               AND o.contingent = ANY(%(contingents)s) AND (e.id IS NULL OR left(e.siret, 9) = %(siren)s)
               AND (c.code = ANY(%(communes)s) OR coalesce(c.epci_id = ANY(%(epcis)s), false))
               AND w.financing || ' ' || CASE w.financing WHEN 'LLI' THEN c.rent_zone ELSE c.ceiling_zone END
                   = ANY(%(financings)s)
               AND (%(adapted)s OR NOT w.adapted)
               AND (NOT %(step_free)s OR w.step_free OR w.adapted)
               AND (%(step_free)s OR NOT %(lift)s OR w.lift OR w.kind <> 'flat' OR coalesce(w.floor, 0) <= 0) AS fits
        FROM homes_offer o
        JOIN homes_dwelling w ON w.id = o.dwelling_id
        JOIN territories_commune c ON c.code = w.commune_id
        LEFT JOIN employers_company e ON e.id = o.reserved_for_id
        WHERE o.state = 'published' AND o.product = ANY(%(products)s) AND o.closes_at > %(now)s AND c.department_id = %(department)s)
    SELECT a.*, l.name, (SELECT count(*) FROM around)
    FROM around a JOIN accounts_organisation l ON l.id = a.landlord_id WHERE a.fits = %(fits)s ORDER BY a.id"""
# The columns are in the order of the fields; that of the landlord is its key, and `fits` follows it.
_LANDLORD = Listed._fields.index("landlord")


def open_to(reach: Reach, *, department: str, now: datetime, fits: bool = True) -> list[Listed]:
    """The open offers of a department that lie within the bounds of a household; with `fits` False, the others.

    Social and intermediate ones alone: rooms, residences and homes for sale are found by looking for them.

    What `law.eligibility` says of each one is the same.
    """
    asked = {
        "types": list(reach.types),
        "any_types": list(reach.any_types),
        "products": list(REACHED),
        "kinds": list(reach.kinds),
        "surface": reach.surface,
        "contingents": list(reach.contingents),
        "siren": reach.siren,
        "communes": list(reach.communes),
        "epcis": list(reach.epcis),
        "financings": [" ".join(pair) for pair in reach.financings],
        "adapted": reach.adapted,
        "step_free": reach.step_free,
        "lift": reach.lift,
        "department": department,
        "now": now,
        "fits": fits,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, asked)
        return [Listed(*row[:_LANDLORD], *row[_LANDLORD + 2 :]) for row in cursor.fetchall()]


def candidate_counts(offer_ids: Sequence[int]) -> dict[int, int]:
    """offer → number of live candidates, for offers that have any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT offer_id, candidates FROM palier_candidates(%s)", [list(offer_ids)])
        return dict(cursor.fetchall())


def own_offers(actor: Actor) -> QuerySet[Offer]:
    """A landlord's own offers, drafts included."""
    return (
        Offer.objects.filter(dwelling__landlord=actor.organisation_id)
        .select_related("dwelling__commune", "dwelling__landlord")
        .order_by("-pk")
    )


def to_confirm(actor: Actor) -> QuerySet[Offer]:
    """The actor's offers whose freshness counts, the oldest confirmation first; those in dispute wait elsewhere."""
    disputed = open_contradictions(actor).order_by().values("offer")
    live = own_offers(actor).filter(state__in=["published", "suspended"]).exclude(pk__in=disputed)
    return live.order_by("confirmed_at", "pk")


def open_contradictions(actor: Actor) -> QuerySet[Contradiction]:
    """The contradictions about the actor's offers that wait for a person, the oldest first."""
    return (
        Contradiction.objects.filter(offer__dwelling__landlord=actor.organisation_id, state="open")
        .select_related("offer__dwelling__commune", "statement__organisation")
        .order_by("opened_at", "pk")
    )


def ended_lately(actor: Actor, now: datetime) -> list[AvailabilityStatement]:
    """The statements of the last thirty days that ended the actor's offers, with how many candidates each freed."""
    said = AvailabilityStatement.objects.filter(
        offer__dwelling__landlord=actor.organisation_id, effect="applied", says__in=["let", "withdrawn"],
        received_at__gt=now - timedelta(days=30),
    ).select_related("offer__dwelling__commune")  # fmt: skip
    return list(said.order_by("-received_at", "-pk")[:20])


def shown(offer_id: int) -> Offer:
    """An offer that the public may read, live or past; Offer.DoesNotExist for a draft."""
    return (
        Offer.objects.exclude(state="draft")
        .select_related("dwelling__commune__epci", "dwelling__landlord", "holder", "vacancy", "reserved_for")
        .get(pk=offer_id)
    )


SORTS = {
    "recent": ("-published_at", "-pk"),
    "rent": (F("rent").asc(nulls_last=True), "price", "-pk"),
    "surface": ("-dwelling__surface", "-pk"),
    "closing": ("closes_at", "-pk"),
}


def search(now: datetime, criteria: Mapping[str, Any]) -> QuerySet[Offer]:
    """Open offers by place (commune, EPCI, department), kind, types, rent with charges, price, surface and comfort.

    A highest rent leaves out the homes for sale, which have none.
    """
    offers = open_offers(now)
    for field, name in PLACES.items():
        if criteria.get(name):
            offers = offers.filter(**{field: criteria[name]})
    if criteria.get("types"):
        offers = offers.filter(dwelling__type__in=criteria["types"])
    if criteria.get("max_rent"):
        offers = offers.alias(total=F("rent") + F("charges")).filter(total__lte=criteria["max_rent"])
    if criteria.get("min_surface"):
        offers = offers.filter(dwelling__surface__gte=criteria["min_surface"])
    for flag in ("lift", "step_free", "adapted"):
        if criteria.get(flag):
            offers = offers.filter(**{f"dwelling__{flag}": True})
    if criteria.get("products"):
        offers = offers.filter(product__in=criteria["products"])
    if criteria.get("max_price"):
        offers = offers.exclude(price__gt=criteria["max_price"])
    for field in ("kind", "financing"):
        if criteria.get(field):
            offers = offers.filter(**{f"dwelling__{field}": criteria[field]})
    return offers.order_by(*SORTS[criteria.get("sort") or "recent"])


PLACES = {
    "dwelling__commune": "commune",
    "dwelling__commune__epci": "epci",
    "dwelling__commune__department": "department",
}


class OfferCard(NamedTuple):
    """What a list shows of an offer; its fields are read in this order from `_CARD`."""

    pk: int
    product: str
    rent: Decimal | None
    charges: Decimal
    price: Decimal | None
    rooms: int | None
    room_surface: Decimal | None
    months_at_most: int | None
    closes_at: datetime
    confirmed_at: datetime | None
    confirmed_via: str
    kind: str
    type: str
    surface: Decimal
    floor: int | None
    lift: bool
    step_free: bool
    adapted: bool
    energy_class: str
    financing: str
    commune: str
    landlord: str

    @property
    def confirmed_how(self) -> str:
        """« en ligne », « par fichier », « par son système »."""
        return VIAS[self.confirmed_via]

    @property
    def terms(self) -> Product:
        """What is said of its kind."""
        return PRODUCTS[self.product]

    @property
    def monthly(self) -> Decimal | None:
        """Rent with charges; None for a home for sale."""
        return None if self.rent is None else self.rent + self.charges


_CARD = (
    "pk", "product", "rent", "charges", "price", "rooms", "room_surface", "months_at_most", "closes_at", "confirmed_at", "confirmed_via", "dwelling__kind", "dwelling__type",
    "dwelling__surface", "dwelling__floor", "dwelling__lift", "dwelling__step_free", "dwelling__adapted", "dwelling__energy_class",
    "dwelling__financing", "dwelling__commune__name", "dwelling__landlord__name",
)  # fmt: skip


def cards(offers: QuerySet[Offer], *, start: int, most: int) -> tuple[list[OfferCard], int]:
    """`most` offers from `start` on, and how many there are in all: one query unless `start` is past the end."""
    rows = list(offers.annotate(total=Window(Count("*"))).values_list(*_CARD, "total")[start : start + most])
    if not rows and start:
        return [], offers.count()
    return [OfferCard(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def by_commune(offers: QuerySet[Offer]) -> list[dict[str, Any]]:
    """Offers counted by commune, the most first: `name`, `lat`, `lng`, `offers`."""
    return list(
        offers.order_by()
        .values(
            name=F("dwelling__commune__name"),
            lat=F("dwelling__commune__latitude"),
            lng=F("dwelling__commune__longitude"),
        )
        .annotate(offers=Count("pk"))
        .order_by("-offers", "name")
    )


def landlords_in(communes: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The landlords with dwellings in some communes, and the names of those communes (CCH R441-2-4)."""
    rows = (
        Dwelling.objects.filter(commune__in=communes)
        .order_by("landlord__name", "commune__search_name", "commune")
        .values_list("landlord__name", "commune__name")
        .distinct()
    )
    found: dict[str, list[str]] = {}
    for landlord, commune in rows:
        found.setdefault(landlord, []).append(commune)
    return list(found.items())
