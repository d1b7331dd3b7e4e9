"""The declared form (Cerfa 14069, CCH R441-2-2) as one typed document, stored whole with each demand.

Amounts are whole euros: a month for resources and rents, a year for tax income. Dates are ISO in the
stored document. Codes are the national register's (`law.codes`). Everything but the applicant's name
may be missing: a real file omits freely, and a missing value is never a zero.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """Where letters go. `extra`: the town as typed; `host`: the person or structure that receives the mail;
    `country`: empty in France."""

    line: str = ""
    extra: str = ""
    postcode: str = ""
    commune: str = ""
    flat: str = ""
    floor: str = ""
    staircase: str = ""
    building: str = ""
    host: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """`contract`: CDI, CDD, ART, CHO, APP, ETU, RET, AUT. `workplace`: INSEE code of the commune.

    `state_agent`: works for the State, whose own contingent is then open (CCH R441-5).
    """

    contract: str = ""
    profession: str = ""
    employer: str = ""
    workplace: str = ""
    state_agent: bool = False


@dataclass(frozen=True, slots=True)
class Adult:
    """An adult who will sign the lease, or a major who will live there. `link`: to the applicant (M, P, C, L).

    `nir` is sealed (`common.sealing`): no page shows it again.
    """

    last_name: str
    first_names: str = ""
    birth_name: str = ""
    civility: str = ""
    birth_date: date | None = None
    nationality: str = ""
    family_status: str = ""
    link: str = ""
    phone: str = ""
    other_phone: str = ""
    email: str = ""
    nir: str = ""
    work: Work = field(default_factory=Work)
    # year of income → reference tax income
    tax: dict[str, int] = field(default_factory=dict)
    # resource code → euros a month, housing aid never included
    resources: dict[str, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dependant:
    """A person in the household's care. `link`: E child, P parent, A other."""

    first_names: str = ""
    last_name: str = ""
    birth_date: date | None = None
    sex: str = ""
    link: str = "E"


@dataclass(frozen=True, slots=True)
class Custody:
    """A child in shared custody (G) or with visiting and hosting right (D)."""

    birth_date: date | None = None
    sex: str = ""
    arrangement: str = "G"


@dataclass(frozen=True, slots=True)
class Expected:
    """Children to be born."""

    count: int = 1
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The present home. `status`: code of current housing (HLM, LP, CP…); `kind`: A flat, M house."""

    status: str = ""
    kind: str = ""
    type: str = ""
    surface: int | None = None
    occupants: int | None = None
    rent: int | None = None
    landlord: str = ""
    entered_on: date | None = None
    # Housing aid received for it, euros a month.
    aid: int | None = None
    owner_elsewhere: bool = False
    owned_place: str = ""
    owned_use: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is sought. `communes`: INSEE codes in order; `widened`: nearby communes accepted; `districts`: as typed."""

    types: tuple[str, ...] = ()
    kind: str = "I"
    communes: tuple[str, ...] = ()
    widened: bool = False
    max_rent: int | None = None
    ground_floor: bool = True
    without_lift: bool = True
    parking: bool = False
    cotenancy: bool = False
    districts: str = ""


@dataclass(frozen=True, slots=True)
class Disability:
    """The annex of the form: functional needs only, never a diagnosis (CNIL 2014-123). Codes of the register.

    `persons`: whom it concerns, by their key in `law.household`; `carer`: somebody must sleep there to help;
    `present`: the present home is already adapted.
    """

    concerned: bool = False
    wheelchair: bool = False
    adapted: bool = False
    card: bool = False
    persons: tuple[str, ...] = ()
    course: str = ""
    stairs: str = ""
    motor: tuple[str, ...] = ()
    sensory: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    carer: bool = False
    present: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The whole declaration. `motives`: codes, the principal first; `motive_detail`: Palier's own precision of 03.

    `electronic_notices`: letters of the register may come by e-mail (CCH R441-2-7).
    """

    applicant: Adult
    address: Address = field(default_factory=Address)
    coapplicant: Adult | None = None
    other_adults: tuple[Adult, ...] = ()
    dependants: tuple[Dependant, ...] = ()
    custody: tuple[Custody, ...] = ()
    expected: Expected | None = None
    home: Home = field(default_factory=Home)
    motives: tuple[str, ...] = ()
    motive_detail: str = ""
    motive_text: str = ""
    wish: Wish = field(default_factory=Wish)
    disability: Disability = field(default_factory=Disability)
    notes: str = ""
    electronic_notices: bool = False

    @property
    def adults(self) -> tuple[Adult, ...]:
        couple = (self.applicant, self.coapplicant) if self.coapplicant else (self.applicant,)
        return couple + self.other_adults

    @property
    def people(self) -> int:
        """Persons who will live there, unborn children included, children with visiting right included."""
        unborn = self.expected.count if self.expected else 0
        return len(self.adults) + len(self.dependants) + len(self.custody) + unborn

    def to_json(self) -> dict[str, Any]:
        """The stored document."""
        return _to_json(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Form:
        """Read a stored document; unknown keys are refused, so that nothing is dropped in silence."""
        return _from_json(cls, stored)


def columns(form: Form) -> dict[str, Any]:
    """The derived columns of `Demand`, from the form alone."""
    from palier.territories.queries import search_key

    totals = [sum(a.resources.values()) for a in form.adults if a.resources]
    newest = max((year for a in form.adults for year in a.tax), default=None)
    taxes = [a.tax[newest] for a in form.adults if newest in a.tax] if newest else []
    return {
        "last_name_key": search_key(form.applicant.last_name)[:80],
        "first_name_key": search_key(form.applicant.first_names)[:80],
        "birth_date": form.applicant.birth_date,
        "people": form.people,
        "adults": len(form.adults),
        "monthly_resources": sum(totals) if totals else None,
        "tax_income": sum(taxes) if taxes else None,
        "wanted_types": list(form.wish.types),
        "transfer": form.home.status == "HLM",
        "main_motive": form.motives[0] if form.motives else "",
    }


def _to_json(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return dict(value)
    return value


def _from_json(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if value is None:
        return None
    if origin is types.UnionType:
        return _from_json(next(k for k in typing.get_args(kind) if k is not types.NoneType), value)
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _from_json(hints[name], item) for name, item in value.items()})
    if origin is tuple:
        return tuple(_from_json(typing.get_args(kind)[0], item) for item in value)
    if kind is date:
        return date.fromisoformat(value)
    return value


_HINTS: dict[type, dict[str, Any]] = {}


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = typing.get_type_hints(kind)
    return _HINTS[kind]
