"""Reads: the archives of a person."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import storage
from palier.common.errors import Refused
from palier.rights.models import Archive

FOLDER = "archives"


def visible_to(actor: Actor) -> QuerySet[Archive]:
    """One's own archives; nobody reads another's."""
    if actor.role != Role.APPLICANT:
        return Archive.objects.none()
    return Archive.objects.filter(person=actor.person_id)


def latest(actor: Actor) -> Archive | None:
    """The last one asked for."""
    return visible_to(actor).order_by("-asked_at", "-pk").first()


def file_of(actor: Actor, archive_id: int) -> Path:
    """Where the file lies, for its person. DoesNotExist for anybody else; Refused when it is no longer, or not yet, there."""
    held = visible_to(actor).get(pk=archive_id)
    path = storage.path_of(FOLDER, held.file_name) if held.file_name else None
    if path is None or not path.exists():
        raise Refused("archive.gone", "Cette archive n’est plus là. Demandez-en une autre.")
    return path
