"""The append-only history: every action writes one event, every timeline is read from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.db import connection, models

from palier.common import clock
from palier.common.appending import append, append_all
from palier.common.models import Event

# verb → audience → sentence. Audiences: "applicant" (the household itself) and "agent" (everyone who works on the file).
_WORDS: dict[str, Mapping[str, str]] = {}


class Signatory(Protocol):
    """What the ledger needs to know of an actor (`accounts.actor.Actor` is one)."""

    role: str

    @property
    def person_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def signature(self) -> str: ...


def declare(words: Mapping[str, Mapping[str, str]]) -> None:
    """Give verbs their sentences: `{"demands.register": {"applicant": "Votre demande …", "agent": "…"}}`."""
    for verb, sentences in words.items():
        if verb in _WORDS and _WORDS[verb] != sentences:
            raise ValueError(f"{verb} is already declared")
        _WORDS[verb] = sentences


def words_for(verb: str, audience: str) -> str:
    """The sentence of `verb` for `audience`; an empty text means: not shown to them."""
    return _WORDS[verb].get(audience, "")


def declared_verbs() -> frozenset[str]:
    """Every verb that may be recorded."""
    return frozenset(_WORDS)


def record(
    *,
    verb: str,
    subject: models.Model,
    actor: Signatory,
    thread: int | None = None,
    data: Mapping[str, Any] | None = None,
    why: str = "",
) -> None:
    """Append one event. `data` holds what changed (`before`, `after`) and what a sentence may quote.

    Raises KeyError for a verb nobody declared: an event without words would be invisible.
    """
    append(_event(verb, type(subject), subject.pk, actor, thread, data, why))


def record_all(
    *, verb: str, rows: Iterable[tuple[models.Model, int | None, Mapping[str, Any]]], actor: Signatory, why: str = ""
) -> None:
    """One event for each (subject, thread, data), written together."""
    append_all(_event(verb, type(subject), subject.pk, actor, thread, data, why) for subject, thread, data in rows)


def record_many(
    *,
    verb: str,
    model: type[models.Model],
    keys: Iterable[int],
    actor: Signatory,
    data: Mapping[str, Any] | None = None,
) -> None:
    """The same event for many objects at once, each its own thread (what a file does to thousands of dossiers)."""
    append_all(_event(verb, model, key, actor, key, data, "") for key in keys)


def record_from(
    *, verb: str, model: type[models.Model], actor: Signatory, rows: str, values: Mapping[str, Any]
) -> None:
    """One event for each (key, data) that the query `rows` gives, each its own thread: thousands without an object each."""
    plain = _event(verb, model, None, actor, None, None, "")
    fixed = {
        "at": plain.at, "verb": plain.verb, "subject_type": plain.subject_type, "role": plain.role,
        "person": plain.person, "organisation": plain.organisation, "signature": plain.signature, "why": "",
    }  # fmt: skip
    marks = ", ".join(f"%(event_{name})s" for name in fixed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO common_event ({', '.join(fixed)}, subject_id, thread, data)"
            f" SELECT {marks}, key, key, data FROM ({rows}) q (key, data)",
            {**values, **{f"event_{name}": value for name, value in fixed.items()}},
        )


def _event(
    verb: str, model: type[models.Model], key: int | None, actor: Signatory, thread: int | None,
    data: Mapping[str, Any] | None, why: str,
) -> Event:  # fmt: skip
    if verb not in _WORDS:
        raise KeyError(f"undeclared verb {verb}")
    return Event(
        at=clock.now(),
        verb=verb,
        subject_type=model._meta.label_lower,
        subject_id=key,
        thread=thread,
        role=actor.role,
        person=actor.person_id,
        organisation=actor.organisation_id,
        signature=actor.signature,
        data=dict(data or {}),
        why=why,
    )


def timeline(thread: int, audience: str, *, newest_first: bool = True) -> list[dict[str, Any]]:
    """The dated story of one dossier, in the audience's words; events without words for them are left out.

    So are, for agents, the `reserved` ones: row security leaves them to the household and to whom the app names.
    """
    order = ["-at", "-pk"] if newest_first else ["at", "pk"]
    return _told(Event.objects.filter(thread=thread).order_by(*order), audience)


def story_of(subject: models.Model, audience: str) -> list[dict[str, Any]]:
    """The same for one object that belongs to no dossier, the latest first."""
    own = Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return _told(own.order_by("-at", "-pk"), audience)


def _told(events: Iterable[Event], audience: str) -> list[dict[str, Any]]:
    story = []
    for event in events:
        told = event.verb in _WORDS and (audience == "applicant" or not event.data.get("reserved"))
        sentence = words_for(event.verb, audience) if told else ""
        if sentence:
            story.append(
                {
                    "at": event.at,
                    "verb": event.verb,
                    "sentence": sentence.format_map(_Quoted(event.data)),
                    "by": event.signature,
                    "why": event.why,
                    "data": event.data,
                }
            )
    return story


class _Quoted(dict):
    def __missing__(self, key: str) -> str:
        return "—"
