"""The statistics of commissions (mission D6): profiles, objectives, participation and delays, small numbers hidden.

One calculation feeds the page, its export and the yearly report. Who may count what is decided here: a landlord and its
members count their own commissions, an authority its own territory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, Q

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.commissions.models import Commission, Seat
from palier.common.isolation import as_system
from palier.homes.models import FINANCINGS
from palier.law.codes import DECISIONS
from palier.law.occupancy_review import quarter
from palier.law.profiles import AGES, CEILINGS, COMPOSITIONS, QUARTILES, SENIORITIES
from palier.law.secrecy import hidden, share
from palier.observatory.models import PastProfile, PastSession
from palier.territories.models import Commune
from palier.territories.queries import setting

STEPS = {"examined": "Examinés", "ranked": "Classés", "housed": "Logés"}
DIMENSIONS: dict[str, tuple[str, str, dict[Any, str]]] = {
    "composition": ("Composition des ménages", "Ménage", COMPOSITIONS),
    "age": ("Âge du demandeur", "Âge", AGES),
    "ceiling": ("Ressources selon les plafonds", "Ressources", CEILINGS),
    "quartile": ("Quartile de ressources", "Quartile", QUARTILES),
    "seniority": ("Ancienneté de la demande", "Ancienneté", SENIORITIES),
    "priority": ("Publics prioritaires", "Public", {True: "Public prioritaire", False: "Autre demandeur"}),
    "financing": ("Financement du logement", "Financement", dict(FINANCINGS)),
}
# Communes shown by themselves; the others are added up.
MOST_COMMUNES = 12


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor may count. `commissions`: keys and names; `place`: a filter on communes, for an authority."""

    commissions: dict[int, str]
    place: Q = field(default_factory=Q)


@dataclass(frozen=True, slots=True)
class Asked:
    """Both days included. `commission`, `commune`: None for all within reach."""

    since: date
    until: date
    commission: int | None = None
    commune: str | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """A legal objective and what was reached. `reached` is None under the small numbers, or when `why` says so."""

    label: str
    least: float
    reached: float | None
    among: int
    why: str = ""
    source: str = "CCH L441-1"


@dataclass(frozen=True, slots=True)
class Statistics:
    """`figures`: as the `chart` component takes them, with their `key`. `totals`: step → households, None if hidden."""

    asked: Asked
    least: int
    totals: dict[str, int | None]
    sessions: dict[str, int]
    decisions: list[tuple[str, int | None]]
    objectives: list[Objective]
    figures: list[dict[str, Any]]

    @property
    def empty(self) -> bool:
        return not self.figures


def reach(actor: Actor) -> Reach:
    """The commissions an actor may count, and where."""
    if actor.role in (Role.LANDLORD, Role.SECRETARY):
        return Reach(dict(Commission.objects.filter(landlord=actor.organisation_id).values_list("pk", "name")))
    if actor.role == Role.MEMBER:
        mine = Seat.objects.filter(person=actor.person_id, until=None).values("commission")
        return Reach(dict(Commission.objects.filter(pk__in=mine).values_list("pk", "name")))
    body = actor.organisation
    if actor.role != Role.AUTHORITY or body is None:
        return Reach({})
    place = Q(commune__epci=body.epci_id) if body.epci_id else Q(commune__department__in=body.departments)
    with as_system("names of the commissions that allocated in the authority's territory"):
        held = PastProfile.objects.filter(place).values("commission")
        return Reach(dict(Commission.objects.filter(pk__in=held).values_list("pk", "name")), place)


def communes(within: Reach) -> list[tuple[str, str]]:
    """The communes of what may be counted: (code, name), by name."""
    with as_system("names of communes where commissions examined"):
        held = PastProfile.objects.filter(within.place, commission__in=within.commissions).values("commune")
        return list(Commune.objects.filter(pk__in=held).order_by("search_name").values_list("code", "name"))


def statistics(within: Reach, asked: Asked) -> Statistics:
    """Every figure of a period, within reach."""
    least = setting("small_numbers", on=asked.until)
    chosen = [k for k in within.commissions if asked.commission in (None, k)]
    bounds = Q(commission__in=chosen, on__gte=asked.since, on__lte=asked.until)
    place = within.place & Q(commune=asked.commune) if asked.commune else within.place
    with as_system("sums over the households of signed sessions, kept without identity; small numbers are hidden"):
        rows = PastProfile.objects.filter(bounds & place)
        counts = dict(rows.values_list("step").annotate(Count("pk")).order_by("step"))
        sessions = list(PastSession.objects.filter(bounds)) if not (within.place or asked.commune) else []
        if not counts and not sessions:
            return Statistics(asked, least, dict.fromkeys(STEPS), {}, [], [], [])
        figures = [
            _over_time(rows, asked, least),
            *(_by(rows, name, least) for name in DIMENSIONS),
            _by_commune(rows, least),
            *([_participation(sessions, asked)] if sessions else []),
            _delays(rows, asked, least),
        ]
        return Statistics(
            asked=asked,
            least=least,
            totals={step: _whole(counts.get(step, 0), least) for step in STEPS},
            sessions=_sums(sessions),
            decisions=_decisions(sessions, least),
            objectives=_objectives(rows.filter(step="housed"), asked.until, least),
            figures=[f for f in figures if f["categories"]],
        )


def _whole(count: int, least: int) -> int | None:
    return None if 0 < count < least else count


def quarters_of(asked: Asked) -> list[tuple[date, str]]:
    """The quarters of a period: (first day, « T1 2026 »)."""
    found, day = [], asked.since
    while day <= asked.until:
        held = quarter(day)
        found.append((held.first, f"T{(held.first.month + 2) // 3} {held.first.year}"))
        day = date.fromordinal(held.last.toordinal() + 1)
    return found


def _over_time(rows: Any, asked: Asked, least: int) -> dict[str, Any]:
    counts: Counter[tuple[str, date]] = Counter()
    for step, on, n in rows.values_list("step", "on").annotate(Count("pk")).order_by("step", "on"):
        counts[step, quarter(on).first] += n
    quarters = quarters_of(asked)
    shown = {step: hidden({first: counts[step, first] for first, _ in quarters}, least) for step in STEPS}
    return figure(
        "time", "Ménages examinés, classés et logés, par trimestre", "Trimestre", [label for _, label in quarters],
        [(STEPS[step], [shown[step][first] for first, _ in quarters]) for step in STEPS], kind="line", unit="ménages", short="Évolution",
    )  # fmt: skip


def _by(rows: Any, name: str, least: int) -> dict[str, Any]:
    title, head, labels = DIMENSIONS[name]
    held = {
        (step, key): n for step, key, n in rows.values_list("step", name).annotate(Count("pk")).order_by("step", name)
    }
    # What is not known of a household is no group: shares are those of the others.
    keys = [key for key in labels if key != "" and any((step, key) in held for step in STEPS)]
    return _shares(name, title, head, [(key, labels[key]) for key in keys], held, least)


def _by_commune(rows: Any, least: int) -> dict[str, Any]:
    held: Counter[tuple[str, str]] = Counter()
    largest: Counter[str] = Counter()
    names: dict[str, str] = {}
    for step, code, label, n in (
        rows.values_list("step", "commune", "commune__name").annotate(Count("pk")).order_by("step", "commune")
    ):
        names[code] = label
        held[step, code] += n
        largest[code] += n if step == "examined" else 0
    kept = [code for code, _ in sorted(largest.items(), key=lambda c: (-c[1], c[0]))[:MOST_COMMUNES]]
    for (step, code), n in list(held.items()):
        if code not in kept:
            held[step, "others"] += n
    rest = [("others", "Autres communes")] if set(names) - set(kept) else []
    return _shares("commune", "Commune du logement", "Commune", [*((c, names[c]) for c in kept), *rest], held, least)


def _shares(
    key: str, title: str, head: str, groups: Sequence[tuple[Any, str]], held: Any, least: int
) -> dict[str, Any]:  # fmt: skip
    """Shares of each group among the examined, the ranked and the housed: the three are read side by side."""
    series = []
    for step, label in STEPS.items():
        found = {group: held.get((step, group), 0) for group, _ in groups}
        whole, shown = sum(found.values()), hidden(found, least)
        values = [None if shown[g] is None or whole < least else 100 * shown[g] / whole for g, _ in groups]
        series.append((label, values))
    note = "Part de chaque groupe, parmi les ménages dont on le sait."
    return figure(key, title, head, [label for _, label in groups], series, kind="hbar", unit="%", note=note)


def _participation(sessions: Sequence[PastSession], asked: Asked) -> dict[str, Any]:
    called: Counter[date] = Counter()
    voted: Counter[date] = Counter()
    for one in sessions:
        called[quarter(one.on).first] += one.called
        voted[quarter(one.on).first] += one.voted
    quarters = quarters_of(asked)
    values = [100 * voted[first] / called[first] if called[first] else None for first, _ in quarters]
    return figure(
        "participation", "Participation des membres", "Trimestre", [label for _, label in quarters],
        [("Ont pris part au vote", values)], kind="bar", unit="%", short="Participation",
        note="Votes exprimés sur votes attendus, déports non comptés. Personne n’y est nommé.",
    )  # fmt: skip


def _delays(rows: Any, asked: Asked, least: int) -> dict[str, Any]:
    answers: dict[date, list[int]] = {}
    leases: dict[date, list[int]] = {}
    held = rows.filter(step="housed", answer_days__isnull=False, lease_days__isnull=False)
    for on, answer, lease in held.values_list("on", "answer_days", "lease_days").order_by("on", "pk"):
        first = quarter(on).first
        answers.setdefault(first, []).append(answer)
        leases.setdefault(first, []).append(lease)
    quarters = quarters_of(asked) if answers else []
    series = [
        (label, [median(days[f]) if len(days.get(f, ())) >= least else None for f, _ in quarters])
        for label, days in (("De la séance à la réponse", answers), ("De la réponse au bail", leases))
    ]
    return figure(
        "delays", "Délais après la séance", "Trimestre", [label for _, label in quarters], series, kind="line",
        unit="jours", short="Délais", note="Durée médiane : la moitié des ménages logés ont attendu moins.",
    )  # fmt: skip


def figure(
    key: str, title: str, head: str, categories: list[str], series: Sequence[tuple[str, list[Any]]], *, kind: str,
    unit: str, note: str = "", short: str = "",
) -> dict[str, Any]:  # fmt: skip
    """A chart as the `chart` component takes it, with its `key`."""
    return {
        "key": key, "short": short or head, "title": title, "kind": kind, "categories": categories, "category_label": head, "unit": unit,
        "decimals": 0, "note": note, "series": [{"name": name, "values": values} for name, values in series],
    }  # fmt: skip


def _objectives(housed: Any, on: date, least: int) -> list[Objective]:
    """Signed leases against the law (CCH L441-1)."""
    rows = housed.values_list("qpv", "quartile", "priority").annotate(Count("pk"))
    counts: Counter[tuple[bool, str, bool]] = Counter()
    for qpv, quartile, priority, n in rows.order_by("qpv", "quartile", "priority"):
        counts[qpv, quartile, priority] += n
    return objectives(counts, shares(on), least)


def shares(on: date) -> dict[str, float]:
    """The shares that the law sets, in force on a day, between 0 and 1."""
    keys = ("first_quartile_share", "priority_share", "other_quartiles_share")
    return {key: setting(key, on=on) / 100 for key in keys}


def objectives(counts: Mapping[tuple[bool, str, bool], int], aims: Mapping[str, float], least: int) -> list[Objective]:
    """Leases counted by (priority district, quartile, priority public) against the law: the poorest quarter outside priority
    districts, priority publics everywhere, the three other quartiles inside."""

    def count(qpv: bool, *quartiles: str) -> int:
        return sum(n for (inside, quartile, _), n in counts.items() if inside == qpv and quartile in quartiles)

    outside, inside = count(False, "first", "others"), count(True, "first", "others")
    priority = sum(n for (_, _, held), n in counts.items() if held)
    unsaid = "" if outside or inside else "Le seuil du premier quartile n’est pas saisi pour cette période."
    return [
        _objective("Premier quartile, hors quartiers prioritaires", aims["first_quartile_share"], count(False, "first"), outside, least, unsaid),
        _objective("Publics prioritaires", aims["priority_share"], priority, sum(counts.values()), least),
        _objective("Trois autres quartiles, en quartiers prioritaires", aims["other_quartiles_share"], count(True, "others"), inside, least, unsaid),
    ]  # fmt: skip


def _objective(label: str, aim: float, part: int, whole: int, least: int, why: str = "") -> Objective:
    reached = share(part, whole, least)
    words = why or ("" if reached is not None else "Trop peu de baux pour le dire.")
    return Objective(label, aim, reached, whole, words)


def _sums(sessions: Sequence[PastSession]) -> dict[str, int]:
    names = ("dwellings", "candidates", "opinions", "recused")
    return {"sessions": len(sessions), **{n: sum(getattr(s, n) for s in sessions) for n in names}} if sessions else {}


def _decisions(sessions: Sequence[PastSession], least: int) -> list[tuple[str, int | None]]:
    counts: Counter[str] = Counter()
    for one in sessions:
        counts.update(one.decisions)
    shown = hidden(counts, least)
    return [(label, shown[kind]) for kind, label in DECISIONS if kind in shown]
