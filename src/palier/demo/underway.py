"""What is under way when the demonstration opens, so that no space is empty. All of it goes through the real actions.

Of the cast's landlord's dwellings in Caen: one stays open for whoever tries; one has passed its deadline and
waits for its list; one has its five files to instruct, two of them done; two are on the agenda of the next
session; one is allocated and waits for its answer; one is reserved, and its holder has to designate.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.commissions import actions as commissions
from palier.commissions.models import Candidate, Commission, Session
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands.models import Demand
from palier.demo.commission import replace_denis
from palier.demo.playing import character, play
from palier.documents import actions as documents
from palier.documents.queries import due
from palier.employers import actions as employers
from palier.employers.models import Company, JobAttestation
from palier.homes import actions as homes
from palier.homes.models import Offer
from palier.law import calendar, proofs
from palier.law.priorities import Choices
from palier.territories.queries import setting

EXAMINED = 3
# Of the drawn households nobody uploads documents.
SEEN = "Originaux vus au rendez-vous."


def begin(*, instructed: Offer, convened: Sequence[Offer], allocated: Offer) -> dict[str, int]:
    """Unreserved offers of the cast's landlord, each with five candidates or more; returns what was made."""
    now = clock.now()
    _allocate(allocated)
    _convene(convened)
    files = _send(instructed)
    _documents(files)
    with clock.frozen_at(now - timedelta(hours=3)):
        for pk in files[:2]:
            play(character("sophie.bailleur"), applications.admit, application_id=pk, why=SEEN)
    _emergency(files[2])
    _job(files[3])
    return {"dossiers": len(files), "séances": 2, "attribution en attente": 1}


def _send(offer: Offer, ago: timedelta = timedelta(days=1)) -> list[int]:
    """Close an offer's candidates and send its first files; their applications, in order."""
    with clock.frozen_at(clock.now() - ago):
        play(character("sophie.bailleur"), applications.make_shortlist, offer_id=offer.pk)
    with acting(SYSTEM):
        sent = Application.objects.filter(offer=offer, state="sent")
        return list(sent.order_by("entries__position").values_list("pk", flat=True))


def session_of(offers: Sequence[Offer], opens_at, closes_at) -> Session:
    """A session of the landlord's commission with the first three files of each offer, published."""
    secretary = character("nadia.secretaire")
    files = {offer.pk: _send(offer, timedelta(hours=2))[:EXAMINED] for offer in offers}
    for pk in (pk for first in files.values() for pk in first):
        play(character("sophie.bailleur"), applications.admit, application_id=pk, why=SEEN)
    with acting(SYSTEM):
        commission = Commission.objects.get(landlord=secretary.organisation_id)
    session = play(
        secretary, commissions.create_session, commission_id=commission.pk, opens_at=opens_at, closes_at=closes_at
    )
    for offer, first in files.items():
        play(secretary, commissions.add_to_agenda, session_id=session.pk, offer_id=offer, application_ids=first)
    return play(secretary, commissions.publish, session_id=session.pk)


def _convene(offers: Sequence[Offer]) -> None:
    """The next usual window; the present one when it is open."""
    usual = setting("commission_window", on=clock.today(), territory="14")
    window = calendar.next_window(usual, after=clock.now())
    replace_denis(session_of(offers, window.opens_at, window.closes_at))


def _allocate(offer: Offer) -> None:
    """Examined, voted and signed these last days: the first household has not answered yet."""
    now = clock.now()
    with clock.frozen_at(now - timedelta(days=4)):
        session = session_of([offer], now - timedelta(days=3), now - timedelta(days=2))
    with acting(SYSTEM):
        candidates = list(
            Candidate.objects.filter(item__session=session).order_by("position").values_list("pk", "item")
        )
    with clock.frozen_at(session.opens_at + timedelta(hours=2)):
        for key in ("yves.membre", "helene.maire", "ines.membre"):
            play(
                character(key), commissions.cast_ballot,
                item_id=candidates[0][1], ranking=[pk for pk, _ in candidates],
            )  # fmt: skip
    # The worker's round, three hours before the closing: those who have not voted are reminded.
    with clock.frozen_at(session.closes_at - timedelta(hours=3)):
        commissions.remind_all()
    with clock.frozen_at(session.closes_at + timedelta(hours=1)):
        play(character("nadia.secretaire"), commissions.count, session_id=session.pk)
        play(character("yves.membre"), commissions.sign, session_id=session.pk)


def _documents(files: Sequence[int]) -> None:
    """The desk put in what households brought: all checked for the first two, waiting for the others."""
    desk = character("claire.guichet")
    for rank, demand in enumerate(_demands(files)):
        with acting(SYSTEM):
            wanted = [row for row in due(demand, actor=desk) if not row.optional]
        for row in wanted if rank < 2 else wanted[:2]:
            piece = play(
                desk, documents.receive, demand=demand, kind=row.kind, about=row.about, upload=specimen(row.label)
            )
            if rank < 2:
                play(desk, documents.accept, piece_id=piece.pk, day=_written_on(row.kind))


def _written_on(kind: str) -> date | None:
    """A month-old document, or one that ends in some years, as its kind tells its end."""
    today = clock.today()
    asked = proofs.date_asked(kind, today)
    if not asked:
        return None
    return calendar.add_months(today, -1 if asked == proofs.DATED else 50)


def _emergency(application: int) -> None:
    """An eviction reported at the desk, to be recognised."""
    (demand,) = _demands([application])
    play(
        character("claire.guichet"), documents.ask_recognition,
        demand=demand, situation="eviction", upload=specimen("Commandement de quitter les lieux"),
    )  # fmt: skip


def _job(application: int) -> None:
    """A household with an account agreed that the cast's employer be asked; it has not answered yet."""
    (demand,) = _demands([application])
    _employee(demand, 0)


def _employee(demand: Demand, number: int, contract: str = "CDI") -> Actor:
    """Give a household an account and a job at the cast's employer, declared and agreed to."""
    adult = demand.form["applicant"]
    with acting(SYSTEM):
        person = Person.objects.create(
            email=f"salarie{number}.exemple@exemple.fr",
            first_name=adult["first_names"],
            last_name=adult["last_name"],
            password="!",
        )
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        Demand.objects.filter(pk=demand.pk).update(person=person)
        company = Company.objects.get(organisation=character("marc.employeur").organisation_id)
    household = Actor(role=Role.APPLICANT, person=person)
    play(
        household, employers.declare, employer_siret=company.siret, employer_name=company.name,
        staff_number=f"A-{42 + number:03d}", entered_on=clock.today() - timedelta(days=400 * (number + 1)), contract=contract,
    )  # fmt: skip
    play(household, employers.ask)
    return household


def reserve(offer: Offer, demands: Sequence[Demand]) -> int:
    """Employees, confirmed by the cast's employer, apply to a dwelling that its contribution reserves for them."""
    employer = character("marc.employeur")
    with acting(SYSTEM):
        company = Company.objects.get(organisation=employer.organisation_id)
    play(employer, employers.publish_priorities, choices=PRIORITIES)
    play(character("paul.reservataire"), homes.reserve_for, offer_id=offer.pk, company_id=company.pk)
    for number, demand in enumerate(demands, start=1):
        household = _employee(demand, number, contract="CDI" if number % 2 else "CDD")
        with acting(SYSTEM):
            job = JobAttestation.objects.get(person=household.person)
            demand.refresh_from_db()
        play(character("marc.employeur"), employers.confirm, attestation_id=job.pk)
        play(household, applications.submit, demand=demand, offer_id=offer.pk)
    return len(demands)


# The cast's employer wants permanent contracts first, then those who stayed.
PRIORITIES = Choices(permanent=10, apprentice=6, seniority=1, seniority_most=10, mobility=8)


def _demands(files: Sequence[int]) -> list[Demand]:
    with acting(SYSTEM):
        by_pk = {
            a.pk: a.demand for a in Application.objects.filter(pk__in=files).select_related("demand").order_by("pk")
        }
    return [by_pk[pk] for pk in files]


def specimen(words: str) -> SimpleUploadedFile:
    """A picture that says what it stands for."""
    picture, out = Image.new("RGB", (900, 1200), "white"), io.BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((30, 30, 870, 1170), outline="#0f5652", width=6)
    pen.text((80, 90), "SPECIMEN", fill="#0f5652", font_size=64)
    pen.text((80, 190), words[:46], fill="#333333", font_size=30)
    pen.text((80, 250), "Document de démonstration, sans valeur", fill="#777777", font_size=24)
    picture.save(out, "PNG")
    return SimpleUploadedFile(f"{words[:40]}.png", out.getvalue(), content_type="image/png")
