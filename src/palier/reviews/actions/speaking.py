"""During the window: a member says agree, another view or nothing, or steps out."""

from __future__ import annotations

from django.db import transaction

from palier.accounts.actor import Actor
from palier.commissions.models import Seat, Session
from palier.commissions.queries import is_open, seat_of, sittings
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.law import opinions
from palier.reviews.models import Examination, StepOut, Voice
from palier.reviews.queries import examination_for


def _held(actor: Actor, examination_id: int) -> tuple[Examination, Seat]:
    """The examination and the actor's seat; the session is held, so that its count waits or comes before."""
    examination = examination_for(actor, examination_id)
    with as_system("a member may not write the session, and must not speak while it is being counted"):
        examination.session = locked(
            Session.objects.select_related("commission").defer("minutes", "record"), examination.session_id
        )
    return examination, seat_of(actor, examination.session)


@transaction.atomic
def speak(*, actor: Actor, examination_id: int, choice: str, words: str = "") -> Voice:
    """Record a member's voice on the proposed opinion; it replaces the former one until the window closes."""
    examination, seat = _held(actor, examination_id)
    if not seat.voting:
        raise Refused("voice.advisory", "Votre siège est consultatif : vous lisez, sans voter.")
    if not is_open(examination.session, clock.now()):
        raise Refused(
            "voice.closed", "La séance n’est pas ouverte : votre dernier avis enregistré est celui qui compte."
        )
    if choice not in opinions.CHOICES:
        raise Refused("voice.choice", "Choisissez l’une des trois réponses.", field="choice")
    words = " ".join(words.split())
    if choice == opinions.OTHER and not words:
        raise Refused("voice.words", "Dites en une phrase quel autre avis vous donneriez.", field="words")
    if len(words) > 500:
        raise Refused("voice.long", "Votre avis dépasse 500 caractères.", field="words")
    voice = Voice.objects.select_for_update(of=("self",)).filter(examination=examination, seat=seat).first()
    if voice is None:
        voice = Voice(examination=examination, seat=seat, revision=0)
    elif (voice.choice, voice.words) == (choice, words):
        return voice
    voice.choice, voice.words = choice, words
    voice.cast_at, voice.revision = clock.now(), voice.revision + 1
    voice.save()
    # What was said stays in the voice: the ledger says that a member spoke, not how.
    ledger.record(verb="voices.speak", subject=voice, actor=actor, data={"revision": voice.revision})
    return voice


@transaction.atomic
def step_out(*, actor: Actor, examination_id: int, reason: str) -> None:
    """Step out for a personal interest: the voice no longer counts, and the situation is not shown any more."""
    reason = " ".join(reason.split())[:200]
    if StepOut.objects.filter(examination=examination_id, seat__in=sittings(actor).values()).exists():
        return
    examination, seat = _held(actor, examination_id)
    if not reason:
        raise Refused("step_out.reason", "Indiquez en quelques mots pourquoi vous vous déportez.", field="reason")
    if examination.session.state != "published":
        raise Refused("step_out.late", "Les votes sont dépouillés : prévenez la présidence.")
    StepOut.objects.create(examination=examination, seat=seat, reason=reason, at=clock.now())
    ledger.record(verb="examinations.step_out", subject=examination, actor=actor)
