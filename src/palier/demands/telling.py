"""Writing to households: one mail per demand that has an account, dates in words, no number and no place in clear.

A household without an account is written to on paper by its desk (`Notice` waits until it is posted).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils import formats

from palier.accounts.models import Person
from palier.common import mail
from palier.common.isolation import as_system
from palier.demands.models import Demand


def tell(
    demands: Sequence[Demand],
    template: str,
    subject: str,
    words: Callable[[Demand], Mapping[str, str]] = lambda demand: {},
    *,
    path: str = "/mon-espace/demande/",
    label: str = "Voir ma demande",
) -> None:
    """Queue `emails/demand_<template>.txt` for each demand that somebody holds."""
    held = [d for d in demands if d.person_id]
    if not held:
        return
    with as_system("the household's address is needed to write to it"):
        people = {p.pk: p for p in Person.objects.filter(pk__in={d.person_id for d in held}).order_by("pk")}
        mail.post_all(
            kind=f"demands.{template}",
            subject=subject,
            template=f"demand_{template}",
            rows=[
                (
                    people[d.person_id].email,
                    people[d.person_id].first_name,
                    {"action_path": path, "action_label": label, **words(d)},
                    d.person_id,
                    d.pk,
                )
                for d in held
            ],
        )


def in_words(day: date | None) -> str:
    """« 23 novembre 2026 »; an empty text for no day."""
    return formats.date_format(day, "j F Y") if day else ""
