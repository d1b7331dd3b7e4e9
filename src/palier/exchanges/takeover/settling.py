"""What becomes of a block of households, and the writing of it: called in the block's one transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from palier.accounts.actor import PALIER
from palier.common import bulk
from palier.demands import storing
from palier.demands.models import Demand
from palier.exchanges.takeover.building import Candidate
from palier.exchanges.takeover.models import TakenDemand, TakeOver, TakeOverLine
from palier.exchanges.takeover.places import Places

_MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}")


@dataclass(slots=True)
class Settled:
    """A candidate with its outcome; `demand`: key of the demand that it is, when there is one."""

    candidate: Candidate
    outcome: str
    digest: str = ""
    demand: int | None = None


def settle(takeover: TakeOver, block: Sequence[Candidate], places: Places, *, desk: str = "") -> list[Settled]:
    """Decide each household, write those to be written unless this is a rehearsal, and the lines of the report."""
    if not takeover.rehearsal:
        storing.follow_numbers(
            c.number for c in block if c.number and not c.blocked and c.number[:3] in set(places.registers.values())
        )
    settled = _Deciding(takeover, block).all()
    if not takeover.rehearsal:
        _write(takeover, settled, places, desk)
    bulk.insert(TakeOverLine, (_line(takeover, one) for one in settled))
    return settled


class _Deciding:
    """What the base knows of a block's references, numbers and identities, read once."""

    def __init__(self, takeover: TakeOver, block: Sequence[Candidate]) -> None:
        self.block = block
        references = [c.reference for c in block if c.reference]
        self.seen = dict(
            TakeOverLine.objects.filter(takeover=takeover, reference__in=references)
            .exclude(outcome="refused")
            .order_by("pk")
            .values_list("reference", "line")
        )
        self.taken = {
            t.reference: t
            for t in TakenDemand.objects.filter(tool=takeover.tool, reference__in=references).order_by("pk")
        }
        numbers = [c.number for c in block if c.number]
        keys = [t.demand_id for t in self.taken.values()]
        self.by_key = {
            d.pk: d
            for d in Demand.objects.filter(pk__in=keys).select_for_update(of=("self",), no_key=True).order_by("pk")
        }
        self.by_number = {d.number: d for d in Demand.objects.filter(number__in=numbers).order_by("pk")}
        born = {c.form.applicant.birth_date for c in block if c.form and c.form.applicant.birth_date}
        self.identities = {
            (d[0], d[1], d[2]): d[3]
            for d in Demand.objects.filter(
                birth_date__in=born, state="active", department__in={c.department for c in block}
            )
            .order_by("pk")
            .values_list("last_name_key", "first_name_key", "birth_date", "pk")
        }

    def all(self) -> list[Settled]:
        settled = []
        for candidate in self.block:
            one = self._repeated(candidate) or self._one(candidate)
            if one.outcome != "refused" and candidate.reference:
                self.seen[candidate.reference] = candidate.line
            settled.append(one)
        return settled

    def _repeated(self, c: Candidate) -> Settled | None:
        if c.blocked or c.reference not in self.seen:
            return None
        c.tell(
            "row.repeated",
            f"Cette demande est déjà dans le fichier, ligne {self.seen[c.reference]}.",
            "number",
            blocking=True,
        )
        return Settled(c, "refused")

    def _one(self, c: Candidate) -> Settled:
        if c.blocked:
            return Settled(c, "refused")
        digest = c.digest()
        taken = self.taken.get(c.reference)
        if taken is not None:
            return self._known(c, digest, taken, self.by_key[taken.demand_id])
        if (held := self.by_number.get(c.number)) is not None:
            return self._numbered(c, digest, held)
        self._twin(c)
        return Settled(c, "created", digest)

    def _known(self, c: Candidate, digest: str, taken: TakenDemand, demand: Demand) -> Settled:
        if taken.digest == digest:
            return Settled(c, "unchanged", digest, demand.pk)
        if demand.state != "active":
            c.tell("demand.removed", "Cette demande est radiée dans Palier : le fichier ne la change pas.")
        elif demand.revision != taken.revision:
            c.tell(
                "demand.changed",
                "Cette demande a été modifiée dans Palier depuis la dernière reprise : elle n’est pas écrasée.",
            )
        else:
            return Settled(c, "updated", digest, demand.pk)
        return Settled(c, "look", digest, demand.pk)

    def _numbered(self, c: Candidate, digest: str, held: Demand) -> Settled:
        """The number is here already, and this tool never brought it."""
        assert c.form is not None
        if held.form == c.form.to_json():
            return Settled(c, "unchanged", digest, held.pk)
        c.tell(
            "number.known",
            "Une demande de Palier porte déjà ce numéro et ne vient pas de cet outil : elle n’est pas écrasée.",
            "number",
        )
        return Settled(c, "look", digest, held.pk)

    def _twin(self, c: Candidate) -> None:
        from palier.demands.form import columns

        assert c.form is not None
        person = columns(c.form)
        key = (person["last_name_key"], person["first_name_key"], person["birth_date"])
        if key[2] is None:
            return
        if key in self.identities:
            c.tell(
                "demand.twin",
                "Une autre demande active porte les mêmes nom, prénoms et date de naissance.",
                "applicant.last_name",
            )
        self.identities[key] = 0


def _write(takeover: TakeOver, settled: list[Settled], places: Places, desk: str) -> None:
    created = [one for one in settled if one.outcome == "created"]
    updated = [one for one in settled if one.outcome == "updated"]
    words = {"tool": takeover.title}
    keys = storing.create(
        [_arrival(one.candidate, places) for one in created], actor=PALIER, verb="demands.take_over", data=words, desk=desk,
    )  # fmt: skip
    for one, key in zip(created, keys, strict=True):
        one.demand = key
    bulk.insert(
        TakenDemand,
        (
            TakenDemand(tool=takeover.tool, reference=one.candidate.reference, demand_id=one.demand, digest=one.digest,
                        revision=1, mailable=_mailable(one.candidate))
            for one in created
        ),
    )  # fmt: skip
    if not updated:
        return
    held = {
        t.demand_id: t for t in TakenDemand.objects.filter(demand__in=[one.demand for one in updated]).order_by("pk")
    }
    storing.rewrite(
        [(one.demand, held[one.demand].revision, _arrival(one.candidate, places)) for one in updated],
        actor=PALIER, verb="demands.take_over_again", data=words,
    )  # fmt: skip
    bulk.update(
        TakenDemand,
        ["digest", "revision", "mailable"],
        ((held[one.demand].pk, one.digest, held[one.demand].revision + 1, _mailable(one.candidate)) for one in updated),
    )


def _arrival(c: Candidate, places: Places) -> storing.Arrival:
    assert c.form is not None and c.registered_on is not None
    return storing.Arrival(
        number=c.number, register_code=places.registers[c.department], department=c.department,
        registered_on=c.registered_on, renewed_on=c.renewed_on, form=c.form, unmapped=c.unmapped,
    )  # fmt: skip


def _mailable(c: Candidate) -> bool:
    assert c.form is not None
    return bool(_MAIL.fullmatch(c.form.applicant.email))


def _line(takeover: TakeOver, one: Settled) -> TakeOverLine:
    c = one.candidate
    return TakeOverLine(
        takeover=takeover, line=c.line, reference=c.reference[:80], outcome=one.outcome, department=c.department,
        registered_on=c.registered_on, demand_id=one.demand, troubles=[trouble.to_json() for trouble in c.troubles],
    )  # fmt: skip
