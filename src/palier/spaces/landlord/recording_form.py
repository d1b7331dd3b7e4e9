"""What the secretary types for each member: candidates' numbers in order, a reason for each one refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from palier.commissions import actions
from palier.commissions.models import Attendance, Ballot, Candidate, Recusal, Seat
from palier.law import codes

EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Voter:
    """A voting member on the sheet of one dwelling. `online`: cast on their own screen; `recorded`: said aloud."""

    seat: Seat
    presence: Attendance | None
    recusal: Recusal | None
    online: Ballot | None
    recorded: Ballot | None

    @property
    def away(self) -> str:
        """Why no vote may be recorded for them; empty when one may."""
        if self.presence is None:
            return "Présence à noter"
        if self.presence.presence == "absent":
            return "Absent"
        return "A quitté la séance" if self.presence.left_at else ""

    @property
    def seen(self) -> int:
        held = self.recorded or self.online
        return held.revision if held else 0

    @property
    def standing(self) -> Ballot | None:
        return self.recorded if self.recorded and self.recorded.answer != "contested" else None

    @property
    def unheard(self) -> bool:
        """Whether they may vote and have not."""
        return not (self.away or self.recusal or self.online or self.standing)


def typed_order(text: str, numbers: Sequence[int]) -> list[int]:
    """« 2 1 3 », « 2,1,3 », « 2>1>3 » or, with at most nine candidates, « 213 » → [2, 1, 3].

    Raises ValueError, with a French sentence, on anything else, an unknown number or one that comes twice.
    """
    parts = re.split(r"[\s,;>/.-]+", text.strip(" ,;>/.-\t"))
    if len(parts) == 1 and parts[0].isdecimal() and max(numbers, default=0) < 10:
        parts = list(parts[0])
    if not all(part.isdecimal() and len(part) < 4 for part in parts):
        raise ValueError("Écrivez les numéros des candidats dans l’ordre, par exemple 2 1 3.")
    order = [int(part) for part in parts]
    for number in order:
        if number not in numbers:
            raise ValueError(f"Il n’y a pas de candidat {number}.")
        if order.count(number) > 1:
            raise ValueError(f"Le candidat {number} est cité deux fois.")
    return order


class RecordForm(forms.Form):
    """One line for each member who may vote here, and one for all those who have not been heard yet."""

    def __init__(self, *args: Any, voters: Sequence[Voter], candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.voters = [voter for voter in voters if not voter.away and not voter.recusal]
        self._silent = [voter for voter in voters if voter not in self.voters]
        self.candidates = candidates
        self._numbers = {c.position: c.pk for c in candidates}
        self._add(EVERYBODY, "Tous du même avis : le vote de chaque membre pas encore entendu", None)
        for voter in self.voters:
            self._add(str(voter.seat.pk), voter.seat.named, voter.standing)
            if voter.online:
                field = forms.BooleanField(
                    label=f"{voter.seat.named} demande, dans la réunion, à remplacer son vote en ligne",
                    required=False,
                )
                self.fields[f"replace_{voter.seat.pk}"] = field

    def _add(self, key: str, name: str, ballot: Ballot | None) -> None:
        places = {pk: position for position, pk in self._numbers.items()}
        order = " ".join(str(places[pk]) for pk in ballot.ranking if pk in places) if ballot else ""
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
        field = forms.CharField(
            label=name, required=False, max_length=60, initial=order, widget=forms.TextInput(attrs=attrs)
        )
        self.fields[f"order_{key}"] = field
        for candidate in self.candidates:
            choice = forms.ChoiceField(
                label=f"Candidat {candidate.position}", required=False,
                choices=[("", "Pas refusé"), *codes.NON_ALLOCATION_REASONS],
                initial=ballot.refused.get(str(candidate.pk), "") if ballot else "",
            )  # fmt: skip
            choice.about = name
            self.fields[f"reason_{key}_{candidate.pk}"] = choice

    def line(self, key: str) -> dict[str, Any]:
        """The fields of a member, or of everybody, for the page."""
        reasons = [self[f"reason_{key}_{c.pk}"] for c in self.candidates]
        return {
            "order": self[f"order_{key}"],
            "reasons": reasons,
            "refuses": any(bound.value() for bound in reasons) or bool(self[f"order_{key}"].errors),
            "replace": self[f"replace_{key}"] if f"replace_{key}" in self.fields else None,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._entries: list[actions.Entry] = []
        for voter in self._silent:
            if typed := str(self.data.get(f"order_{voter.seat.pk}", "")).strip():
                why = "s’est déporté" if voter.recusal else voter.away.lower()
                self.add_error(None, f"{voter.seat.named} : {why}. Vous aviez écrit « {typed[:60]} ».")
        everybody = self._said(EVERYBODY)
        for voter in self.voters:
            said = self._said(str(voter.seat.pk))
            if said is None and everybody is not None and voter.unheard:
                said = everybody
            emptied = said is None and voter.standing is not None and self._seen(voter) > 0
            if said is None and not emptied:
                continue
            ranking, refused = said or ([], {})
            self._entries.append(
                actions.Entry(
                    seat_id=voter.seat.pk, ranking=ranking, refused=refused, seen=self._seen(voter), struck=emptied,
                    replaces=bool(data.get(f"replace_{voter.seat.pk}")),
                )
            )  # fmt: skip
        return data

    def _said(self, key: str) -> tuple[list[int], dict[int, str]] | None:
        """The ranking and the refusals typed on a line; None when it is empty."""
        text = self.cleaned_data.get(f"order_{key}", "")
        given = {c.pk: self.cleaned_data.get(f"reason_{key}_{c.pk}", "") for c in self.candidates}
        refused = {pk: why for pk, why in given.items() if why}
        if not text and not refused:
            return None
        try:
            ranking = [self._numbers[number] for number in typed_order(text, list(self._numbers))] if text else []
        except ValueError as error:
            self.add_error(f"order_{key}", str(error))
            return [], refused
        left = [c.position for c in self.candidates if c.pk not in ranking and c.pk not in refused]
        both = [c.position for c in self.candidates if c.pk in ranking and c.pk in refused]
        if left or both:
            number = (left or both)[0]
            words = "donnez-lui une place, ou un motif de refus" if left else "il est classé et refusé à la fois"
            self.add_error(f"order_{key}", f"Candidat {number} : {words}.")
        return ranking, refused

    def _seen(self, voter: Voter) -> int:
        """The revision that the page showed; a page shown before an online vote does not know of it."""
        value = str(self.data.get(f"seen_{voter.seat.pk}", ""))
        return int(value) if value.isdecimal() and len(value) < 9 else 0

    @property
    def entries(self) -> list[actions.Entry]:
        """What to record. A line left as it was shown is sent too: the same again changes nothing."""
        return self._entries
