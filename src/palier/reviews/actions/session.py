"""On a session's agenda: send, count, write the opinion, put it in the minutes, give it to the tenant."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from palier.accounts.actor import PALIER, Actor
from palier.commissions.business import concerns
from palier.commissions.models import Session
from palier.commissions.queries import quorum_rule, seats_in, sessions_for
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.law import ballots, codes, opinions
from palier.law.occupancy import TYPES, words
from palier.law.occupancy_review import ADAPTATIONS, SITUATIONS, Suitable
from palier.law.reasons import day
from palier.reviews.declared import Declared, who
from palier.reviews.models import Examination, Review, StepOut, Voice
from palier.reviews.queries import reviews_of
from palier.reviews.states import REVIEW, WISHES
from palier.reviews.telling import tell
from palier.territories.models import Commune


@transaction.atomic
def send(*, actor: Actor, review_id: int, session_id: int, proposed: Suitable) -> Examination:
    """Put a situation on the agenda of a session in preparation, with the opinion proposed to it."""
    session = locked(sessions_for(actor), session_id)
    review = locked(reviews_of(actor), review_id)
    held = Examination.objects.filter(session=session, review=review).first()
    if held is not None and review.state == "on_agenda":
        return held
    if session.state != "preparing":
        raise Refused("session.published", "L’ordre du jour est déjà publié.", field="session")
    check_suitable(proposed)
    REVIEW.fire(review, "send", actor=actor, data={"session": session.number})
    return Examination.objects.create(
        session=session,
        review=review,
        position=Examination.objects.filter(session=session).count() + 1,
        facts=facts_of(review),
        proposed=proposed.to_dict(),
    )


def check_suitable(suitable: Suitable) -> None:
    """An opinion must say a dwelling that exists. Raises Refused next to the field."""
    if not suitable.types or not set(suitable.types) <= set(TYPES):
        raise Refused("opinion.types", "Choisissez au moins un type de logement.", field="types")
    if suitable.adaptation not in ADAPTATIONS:
        raise Refused("opinion.adaptation", "Choisissez dans la liste.", field="adaptation")
    if suitable.most_rent is not None and suitable.most_rent < 1:
        raise Refused("opinion.rent", "Un loyer est positif ; laissez vide pour n’en fixer aucun.", field="most_rent")


@transaction.atomic
def take_off(*, actor: Actor, examination_id: int) -> None:
    """Take a situation off a session still in preparation."""
    found = Examination.objects.get(pk=examination_id)
    session = locked(sessions_for(actor), found.session_id)
    review = locked(reviews_of(actor), found.review_id)
    if session.state != "preparing":
        raise Refused("session.published", "L’ordre du jour est déjà publié.")
    found.delete()
    REVIEW.fire(review, "take_off", actor=actor, data={"reason": "retirée de l’ordre du jour"})


def facts_of(review: Review) -> dict[str, Any]:
    """What members read: the dwelling, the household in figures, the situations. No name, no address, no free text."""
    dwelling, declared = review.tenancy.dwelling, Declared.from_dict(review.declaration)
    return {
        "commune": dwelling.commune_id,
        "dwelling": f"{words(dwelling.type)} de {dwelling.surface:.0f} m² à {dwelling.commune.name}",
        "type": words(dwelling.type),
        "surface": float(dwelling.surface),
        "financing": codes.label("financing", dwelling.financing),
        "adapted": dwelling.adapted,
        "signed_on": review.tenancy.signed_on.isoformat(),
        "household": who(declared),
        "people": declared.people,
        "expected": declared.expected,
        "ages": [age for age in (declared.age, declared.partner_age) if age is not None],
        "tax_income": declared.tax_income,
        "monthly": declared.monthly,
        "wish": WISHES[declared.wish],
        "situations": [{**found, "label": SITUATIONS[found["code"]]} for found in review.finding["situations"]],
        "notes": review.finding["notes"],
    }


def communes(session: Session) -> list[Commune]:
    """The commune of each examination of a session."""
    held = Examination.objects.filter(session=session).order_by("pk")
    found = Commune.objects.in_bulk([e.facts["commune"] for e in held])
    return [found[e.facts["commune"]] for e in held]


def count(session: Session, actor: Actor) -> None:
    """Count each opinion once the window is closed; without quorum it waits for another session."""
    rule, seats = quorum_rule(session), seats_in(session)
    for examination in Examination.objects.filter(session=session).order_by("position", "pk"):
        commune = Commune.objects.get(pk=examination.facts["commune"])
        out = set(StepOut.objects.filter(examination=examination).values_list("seat", flat=True))
        voters = {str(s.pk): s.capacity for s in seats if s.voting and concerns(s, commune) and s.pk not in out}
        cast = [v for v in Voice.objects.filter(examination=examination).order_by("seat") if str(v.seat_id) in voters]
        reached = ballots.quorum(rule, voters, [str(v.seat_id) for v in cast])
        mayor = next((pk for pk, capacity in voters.items() if capacity == "mayor"), None)
        result = opinions.opinion([opinions.Voice(str(v.seat_id), v.choice) for v in cast], mayor)
        examination.count = {
            "called": len(voters), "votes": len(cast), "quorum": reached.least, "quorum_reached": reached.reached,
            "adopted": result.adopted, "steps": [reached.text, *result.steps],
            "words": [v.words for v in cast if v.choice == opinions.OTHER],
        }  # fmt: skip
        if not reached.reached:
            examination.postponed = f"Quorum non atteint : {len(cast)} sur {len(voters)} se sont prononcés"
        elif result.adopted:
            examination.opinion = examination.proposed
        examination.save(update_fields=["count", "opinion", "postponed"])


@transaction.atomic
def write_opinion(*, actor: Actor, examination_id: int, opinion: Suitable) -> Examination:
    """Write down the opinion that the commission gave, where its members held another view or were equal.

    `opinion.words` says why: the minutes carry it.
    """
    found = Examination.objects.get(pk=examination_id)
    session = locked(sessions_for(actor), found.session_id)
    examination = locked(Examination.objects.filter(session=session), examination_id)
    if session.state != "counted" or examination.count is None or examination.postponed:
        raise Refused("opinion.when", "L’avis s’écrit après le dépouillement et avant la signature.")
    if examination.count["adopted"]:
        raise Refused("opinion.adopted", "La commission a adopté l’avis proposé : il ne se réécrit pas.")
    check_suitable(opinion)
    if not opinion.words.strip():
        raise Refused("opinion.words", "Écrivez l’avis en une phrase : le procès-verbal la porte.", field="words")
    if examination.opinion != opinion.to_dict():
        examination.opinion = opinion.to_dict()
        examination.save(update_fields=["opinion"])
        ledger.record(verb="examinations.write", subject=examination, actor=actor)
    return examination


def check(session: Session) -> None:
    """Before the signature: every opinion is written."""
    for examination in Examination.objects.filter(session=session).order_by("position", "pk"):
        if examination.to_write:
            raise Refused("sign.opinion", f"L’avis sur le {examination.facts['dwelling']} reste à écrire.")


def record(session: Session) -> dict[str, Any]:
    """The opinions in the minutes. Nothing is added to a session that examined no occupation."""
    held = list(Examination.objects.filter(session=session).order_by("position", "pk"))
    return {"opinions": [_recorded(session, examination) for examination in held]} if held else {}


def _recorded(session: Session, examination: Examination) -> dict[str, Any]:
    commune = Commune.objects.get(pk=examination.facts["commune"])
    spoken = set(Voice.objects.filter(examination=examination).values_list("seat", flat=True))
    out = dict(StepOut.objects.filter(examination=examination).values_list("seat", "reason"))
    return {
        "dwelling": examination.facts["dwelling"],
        "household": examination.facts["household"],
        "situations": [f"{s['label']}. {s['text']}" for s in examination.situations],
        "members": [
            {
                "name": seat.named, "capacity": seat.get_capacity_display(), "voting": seat.voting,
                "presence": "déporté" if seat.pk in out else "s’est prononcé" if seat.pk in spoken else "ne s’est pas prononcé",
                "recusal": out.get(seat.pk, ""),
            }
            for seat in seats_in(session) if concerns(seat, commune)
        ],
        "steps": examination.count["steps"] if examination.count else [],
        "postponed": examination.postponed,
        "opinion": in_words(Suitable.from_dict(examination.opinion)) if examination.opinion else [],
    }  # fmt: skip


def in_words(suitable: Suitable) -> list[str]:
    """An opinion as sentences, for the minutes, the letter and the pages."""
    said = [f"Logement adapté au ménage : {', '.join(words(kind) for kind in suitable.types)}."]
    if suitable.adaptation:
        said.append(f"{ADAPTATIONS[suitable.adaptation]}.")
    if suitable.financings:
        said.append(
            f"Financements accessibles : {', '.join(codes.label('financing', f) for f in suitable.financings)}."
        )
    if suitable.most_rent:
        said.append(f"Loyer et charges : jusqu’à {suitable.most_rent} € par mois environ.")
    if suitable.ownership:
        said.append("La commission conseille d’étudier l’achat d’un logement (accession à la propriété).")
    return [*said, *([suitable.words] if suitable.words else [])]


def cancel(session: Session, actor: Actor, reason: str) -> None:
    """The session will not take place: its situations wait for another one."""
    held = Examination.objects.filter(session=session).values("review")
    for review in locked_all(Review.objects.filter(pk__in=held, state="on_agenda")):
        REVIEW.fire(review, "take_off", actor=actor, data={"reason": reason})


def give(session: Session, actor: Actor) -> None:
    """After the signature: each opinion is kept with its review and told to the tenant; the postponed ones wait again."""
    signatory = session.signed_by
    with as_system("an opinion reaches every tenant on the agenda"):
        for examination in Examination.objects.filter(session=session).order_by("pk"):
            review = locked(Review.objects.select_related("tenancy__landlord"), examination.review_id)
            if examination.postponed:
                REVIEW.fire(review, "take_off", actor=PALIER, data={"reason": examination.postponed})
                continue
            REVIEW.fire(
                review, "give", actor=PALIER, given_at=clock.now(),
                opinion={
                    "suitable": examination.opinion,
                    "words": in_words(Suitable.from_dict(examination.opinion)),
                    "situations": examination.situations,
                    "notes": [note for note in examination.facts["notes"] if note["code"] == "protected"],
                    "commission": session.commission.name,
                    "session": session.number,
                    "held_on": timezone.localdate(session.closes_at).isoformat(),
                    "signatory": {"name": signatory.person.full_name, "title": signatory.signs_as},
                },
            )  # fmt: skip
            tell(review, "opinion", f"Avis du {day(timezone.localdate(session.signed_at))} sur votre logement")
