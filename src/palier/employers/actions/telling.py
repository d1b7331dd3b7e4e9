"""Who hears of a job that changed: its story, and the apps that count on it."""

from __future__ import annotations

from collections.abc import Callable

from palier.employers.models import JobAttestation

# Called with the person's key after every change of the attestation's state: later apps (scores) append.
after_answer: list[Callable[[int], None]] = []
# Gives the dossier in whose history a person's attestation is told; set by an app that knows demands.
threads: list[Callable[[int], int | None]] = []


def thread_of(person_id: int) -> int | None:
    """The dossier in which a person's job is told."""
    return next((found for find in threads if (found := find(person_id)) is not None), None)


def tell(job: JobAttestation) -> None:
    """Have every app that counts on a job follow it."""
    for hook in after_answer:
        hook(job.person_id)
