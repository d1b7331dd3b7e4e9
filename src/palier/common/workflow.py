"""The one gate through which every state changes.

A workflow is a table: from, verb, to, who, guard, words, deadline. The model's constraint repeats
its states, the gate refuses everything the table does not hold, and the drawing under
`docs/states/` is made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from palier.common import ledger
from palier.common.errors import NotYours, Refused


@dataclass(frozen=True, slots=True)
class State:
    """`label` for the screen; `tone` one of neutral, info, success, warning, danger."""

    label: str
    tone: str = "neutral"
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """`guard` gets the object and returns a French refusal, or None when nothing stands against it."""

    verb: str
    sources: Sequence[str]
    target: str
    who: frozenset[str]
    words: Mapping[str, str]
    guard: Callable[[Any], str | None] | None = None
    deadline: str = ""


@dataclass(frozen=True)
class Workflow:
    """One object's life. `name` prefixes the verbs in the ledger (`applications.submit`)."""

    name: str
    title: str
    states: Mapping[str, State]
    transitions: Sequence[Transition]
    initial: str
    _by_verb: dict[str, Transition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        table = {t.verb: t for t in self.transitions}
        if len(table) != len(self.transitions):
            raise ValueError(f"{self.name}: a verb appears twice")
        for t in self.transitions:
            unknown = {*t.sources, t.target} - set(self.states)
            if unknown:
                raise ValueError(f"{self.name}.{t.verb}: unknown states {unknown}")
        object.__setattr__(self, "_by_verb", table)
        ledger.declare({f"{self.name}.{t.verb}": t.words for t in self.transitions})
        REGISTRY[self.name] = self

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(code, state.label) for code, state in self.states.items()]

    def constraint(self, name: str, field_name: str = "state") -> models.CheckConstraint:
        """The database's own copy of the list of states."""
        return models.CheckConstraint(condition=models.Q(**{f"{field_name}__in": list(self.states)}), name=name)

    def may(self, obj: models.Model, verb: str, actor: ledger.Signatory) -> bool:
        """Whether the gate would let this actor through now (for showing a button)."""
        t = self._by_verb[verb]
        return obj.state in t.sources and actor.role in t.who and not (t.guard and t.guard(obj))

    def fire(
        self,
        obj: models.Model,
        verb: str,
        *,
        actor: ledger.Signatory,
        thread: int | None = None,
        why: str = "",
        data: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """Move `obj` (already locked by the action), save `changes` with the state, append the event.

        Raises NotYours when the role may not, Refused when the state or the guard says no.
        """
        before = self._checked(obj, verb, actor)
        obj.state = target = self._by_verb[verb].target
        for name, value in changes.items():
            setattr(obj, name, value)
        obj.save(update_fields=["state", *changes])
        ledger.record(
            verb=f"{self.name}.{verb}",
            subject=obj,
            actor=actor,
            thread=thread,
            why=why,
            data={"before": before, "after": target, **(data or {})},
        )

    def fire_all(
        self,
        objs: Sequence[models.Model],
        verb: str,
        *,
        actor: ledger.Signatory,
        thread: Callable[[Any], int | None],
        why: str = "",
        data: Callable[[Any], Mapping[str, Any]] = lambda obj: {},
        **changes: Any,
    ) -> None:
        """The same move for many objects of one model, all locked: one update, one insert of their events."""
        if not objs:
            return
        before = [self._checked(obj, verb, actor) for obj in objs]
        target = self._by_verb[verb].target
        for obj in objs:
            for name, value in {"state": target, **changes}.items():
                setattr(obj, name, value)
        type(objs[0])._default_manager.filter(pk__in=[obj.pk for obj in objs]).update(state=target, **changes)
        ledger.record_all(
            verb=f"{self.name}.{verb}",
            actor=actor,
            why=why,
            rows=[
                (obj, thread(obj), {"before": former, "after": target, **data(obj)})
                for obj, former in zip(objs, before, strict=True)
            ],
        )

    def _checked(self, obj: Any, verb: str, actor: ledger.Signatory) -> str:
        """The state the object leaves, once the gate has let it through."""
        t = self._by_verb[verb]
        if actor.role not in t.who:
            raise NotYours(f"{actor.role} may not {self.name}.{verb}")
        if obj.state not in t.sources:
            raise Refused(
                f"{self.name}.{verb}.state",
                f"Ce n’est plus possible : l’état est maintenant « {self.states[obj.state].label} ».",
            )
        refusal = t.guard(obj) if t.guard else None
        if refusal:
            raise Refused(f"{self.name}.{verb}.guard", refusal)
        return obj.state


REGISTRY: dict[str, Workflow] = {}


def drawing(workflow: Workflow) -> str:
    """The workflow as a Markdown page with a Mermaid diagram and its table."""
    lines = [f"# {workflow.title}", "", "Drawn by `./palier draw_states`; do not edit.", "", "```mermaid"]
    lines += ["stateDiagram-v2", f"    [*] --> {workflow.initial}"]
    lines += [f"    {code}: {state.label}" for code, state in workflow.states.items()]
    for t in workflow.transitions:
        lines += [f"    {source} --> {t.target}: {t.verb}" for source in t.sources]
    lines += [f"    {code} --> [*]" for code, state in workflow.states.items() if state.final]
    lines += [
        "```",
        "",
        "| from | verb | to | who | deadline | words for the household |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for t in workflow.transitions:
        lines.append(
            f"| {', '.join(t.sources)} | `{t.verb}` | {t.target} | {', '.join(sorted(t.who))} |"
            f" {t.deadline or '–'} | {t.words.get('applicant') or '–'} |"
        )
    return "\n".join(lines) + "\n"
