"""The annex of the form on disability: what the dwelling must allow, never an illness (CNIL 2014-123)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django import forms

from palier.demands.form import Disability, Form
from palier.demands.words import people
from palier.law import codes
from palier.spaces.applicant.demand_fields import StepForm, choice, tick, ticks


class Needs(StepForm):
    section = "needs"
    concerned = tick("Une personne du ménage est en situation de handicap ou de perte d’autonomie")
    card = tick("Elle a la carte mobilité inclusion « invalidité »")
    wheelchair = tick("Elle ne peut monter aucune marche")
    adapted = tick("Il faut un logement adapté au handicap")
    course = choice("La situation", codes.DISABILITY_COURSES, required=False)
    stairs = choice("Marches que cette personne peut monter", codes.DISABILITY_STAIRS, required=False)
    motor = ticks("Difficultés de mouvement", codes.DISABILITY_MOTOR)
    sensory = ticks("Difficultés d’audition ou de vue", codes.DISABILITY_SENSORY)
    aids = ticks("Aides techniques utilisées", codes.DISABILITY_AIDS)
    needs = ticks("Équipements nécessaires dans le logement", codes.DISABILITY_NEEDS)
    carer = tick("Une personne qui aide doit pouvoir y dormir")
    present = tick("Le logement actuel est déjà adapté")
    TOLD = (
        "card", "wheelchair", "adapted", "course", "stairs", "motor", "sensory", "aids", "needs", "carer", "present",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = people(self.start)
        if len(named) > 1:
            self.fields["persons"] = ticks("Personnes concernées", list(named.items()))
        self.order_fields(["concerned", "persons"])

    @property
    def details(self) -> list[forms.BoundField]:
        """Every question that follows the first."""
        return [self[name] for name in self.fields if name != "concerned"]

    def apply(self, given: Mapping[str, Any]) -> Form:
        told = {name: _frozen(given[name]) for name in self.TOLD}
        persons = tuple(given.get("persons", ()))
        concerned = given["concerned"] or bool(persons) or any(told.values())
        only = tuple(people(self.start)) if len(people(self.start)) == 1 else ()
        disability = Disability(concerned=True, persons=persons or only, **told) if concerned else Disability()
        return dataclasses.replace(self.start, disability=disability)

    @staticmethod
    def answers(form: Form) -> dict[str, Any]:
        held = form.disability
        return {name: getattr(held, name) for name in ("concerned", "persons", *Needs.TOLD)}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
