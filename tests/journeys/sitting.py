"""A commission in session: dwellings with three households each that really differ, and the window open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.applications import actions as applications
from palier.applications.models import Application
from palier.commissions import actions as commissions
from palier.commissions.models import AgendaItem, Ballot, Commission, Session
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.actions import rescore
from palier.demands.form import Adult, Dependant, Form, Home, Wish, Work
from palier.demo.playing import character, play
from palier.homes.models import Offer
from palier.law import calendar
from palier.territories.queries import setting
from tests.builders import CAEN
from tests.journeys.people import Stage

BAYEUX, FALAISE = "14047", "14258"
# Name, birth, wage, place of work, children's births, present home, months of seniority.
HOUSEHOLDS = (
    ("Lenoir", date(1987, 4, 2), 1520, BAYEUX, (date(2014, 5, 1), date(2019, 8, 3)),
     Home(status="LP", kind="A", type="T2", surface=38, occupants=3, rent=640), 74),
    ("Petit", date(1998, 9, 12), 1280, CAEN, (date(2024, 1, 20),),
     Home(status="CP", kind="M", type="T4", surface=80, occupants=5), 16),
    ("Girard", date(1962, 1, 30), 1140, "", (),
     Home(status="HLM", kind="A", type="T4", surface=82, occupants=1, rent=455), 39),
)  # fmt: skip
DWELLINGS = (("T3", "61"), ("T2", "44"), ("T4", "78"), ("T3", "66"))


@dataclass
class Sitting:
    """`items`: the dwellings on the agenda, in order."""

    session: Session
    items: list[AgendaItem]

    def ballots(self) -> list[Ballot]:
        """What is recorded, whoever asks."""
        with acting(SYSTEM):
            return list(Ballot.objects.order_by("item__position", "seat"))

    def path(self, number: int) -> str:
        """The page of a dwelling by its place on the agenda, from 1."""
        return f"/commission/logements/{self.items[number - 1].pk}/"

    def candidates(self, number: int) -> list[int]:
        """Keys of the candidates of a dwelling, in the order shown."""
        with acting(SYSTEM):
            return list(self.items[number - 1].candidates.order_by("position").values_list("pk", flat=True))


def form_of(stage: Stage, name: str, born: date, wage: int, works: str, children: tuple[date, ...], home: Home) -> Form:
    adult = Adult(
        last_name=name, first_names="Dominique", civility="2", birth_date=born, nationality="1", family_status="C",
        work=Work(contract="CDI" if works else "RET", workplace=works), tax={"2024": wage * 11, "2025": wage * 11},
        resources={"SAL" if works else "RET": wage},
    )  # fmt: skip
    dependants = tuple(Dependant(first_names="Lou", last_name=name, birth_date=day, sex="F") for day in children)
    return stage.build.form(
        applicant=adult, dependants=dependants, home=home,
        wish=Wish(types=("T2", "T3", "T4"), communes=(CAEN,), max_rent=700),
    )  # fmt: skip


def sit(stage: Stage, *, dwellings: int) -> Sitting:
    """Publish the next usual session with that many dwellings, and move to just after its opening."""
    usual = setting("commission_window", on=clock.today(), territory="14")
    window = calendar.next_window(usual, after=clock.now())
    secretary, desk = character("nadia.secretaire"), character("sophie.bailleur")
    offers = [_offer(stage, *DWELLINGS[n % len(DWELLINGS)]) for n in range(dwellings)]
    with acting(SYSTEM):
        commission = Commission.objects.get(landlord=secretary.organisation_id)
    session = play(
        secretary, commissions.create_session, commission_id=commission.pk, opens_at=window.opens_at,
        closes_at=window.closes_at,
    )  # fmt: skip
    for offer in offers:
        play(desk, applications.make_shortlist, offer_id=offer.pk)
        with acting(SYSTEM):
            sent = list(
                Application.objects.filter(offer=offer, state="sent").order_by("pk").values_list("pk", flat=True)
            )
        for pk in sent:
            play(desk, applications.admit, application_id=pk, why="Originaux vus au rendez-vous.")
        play(secretary, commissions.add_to_agenda, session_id=session.pk, offer_id=offer.pk, application_ids=sent)
    play(secretary, commissions.publish, session_id=session.pk)
    stage.jump("après l’ouverture")
    with acting(SYSTEM):
        return Sitting(session, list(AgendaItem.objects.filter(session=session).order_by("position")))


def _offer(stage: Stage, type_: str, surface: str) -> Offer:
    offer = stage.offer(type=type_, surface=surface)
    with acting(SYSTEM):
        for *who, months in HOUSEHOLDS:
            first = calendar.add_months(clock.today(), -months)
            demand = stage.build.demand(stage.build.person(), form=form_of(stage, *who), first_registered_on=first)
            rescore(demand)
            stage.build.application(demand, offer)
    return offer
