"""What ended offers teach: kept once, without identity, and told only where enough homes compare."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.common.isolation import SYSTEM, acting
from palier.homes.models import Offer
from palier.law import odds
from palier.observatory import learning
from palier.observatory.models import Comparable, PastAllocation, PastOffer
from palier.observatory.outlooks import Home, outlooks
from palier.territories.models import Commune
from tests.builders import CAEN, LISIEUX
from tests.conftest import NOW

TODAY = NOW.date()


def past(
    count: int = 1, *, commune: str = CAEN, outcomes: tuple[bool, ...] = (False,), rest: int = 90, **fields
) -> None:
    PastOffer.objects.bulk_create(
        PastOffer(
            **{
                "ended_on": TODAY - timedelta(days=30), "commune_id": commune, "type": "T3", "reserved": False,
                "stood": [1], "left": [rest], "proposed": outcomes, **fields,
            }
        )
        for _ in range(count)
    )  # fmt: skip


@pytest.fixture
def system(db):
    with acting(SYSTEM):
        yield


@pytest.fixture
def home(build):
    caen = Commune.objects.get(code=CAEN)
    return Home(caen.epci_id, "14", "T3")


def outlook(build, home, position=1, **fields):
    offer = build.offer(published_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=13), **fields)
    return outlooks([(offer, home)], {offer.pk: position})[offer.pk]


def test_an_ended_offer_is_kept_once_without_identity(build, system):
    offer = build.offer(published_at=NOW - timedelta(days=10), closes_at=NOW)
    for position, days, state in ((1, 10, "leased"), (3, 5, "not_selected"), (2, 4, "withdrawn")):
        build.application(
            build.demand(), offer, told={"position": position}, applied_at=NOW - timedelta(days=days), state=state,
            live_slot=None, draw=f"{position:016x}",
        )  # fmt: skip
    assert learning.keep_past_offers() == 0
    Offer.objects.filter(pk=offer.pk).update(state="let")
    assert [learning.keep_past_offers() for _ in range(2)] == [1, 0]
    kept = PastOffer.objects.get()
    assert (kept.stood, kept.left, kept.proposed) == ([1, 3], [100, 50], [False, False])
    assert (kept.commune_id, kept.type, kept.reserved) == (CAEN, "T3", False)


def test_an_offer_with_a_live_application_has_not_ended(build, system):
    offer = build.offer(state="let")
    build.application(build.demand(), offer, told={"position": 1})
    assert learning.keep_past_offers() == 0
    Application.objects.update(state="released", live_slot=None)
    assert learning.keep_past_offers() == 1


def test_only_the_calculation_reads_past_offers(build, system):
    past()
    for role in (Role.AUTHORITY, Role.LANDLORD, Role.SUPPORT, Role.DESK):
        with acting(build.actor(role).scope):
            assert not PastOffer.objects.exists()


def test_a_line_for_each_application(system):
    with pytest.raises(IntegrityError), transaction.atomic():
        past(stood=[1, 2])


def test_the_database_counts_by_the_cells_of_the_law(system):
    cases = [(place, left, (place + left) % 7 == 0) for place in range(1, 60) for left in range(0, 101, 3)]
    stood, left, proposed = (list(column) for column in zip(*cases, strict=True))
    past(stood=stood, left=left, outcomes=proposed)
    learning.compare(TODAY)
    told = {odds.Cell(*line[:2]): odds.Tally(*line[5:]) for line in Comparable.objects.get(place="14", size="").odds}
    assert told == odds.count((p, share / 100, came) for p, share, came in cases)


def test_the_narrowest_homes_that_suffice(build, home, system):
    past(20, outcomes=(True,))
    past(20, commune=LISIEUX)
    learning.compare(TODAY)
    seen = outlook(build, home)
    assert (seen.odds.applications, seen.odds.proposed) == (40, 20)
    assert seen.homes == "T3 du département"
    past(10)
    learning.compare(TODAY)
    seen = outlook(build, home)
    assert (seen.odds.applications, seen.odds.proposed) == (30, 20)
    assert seen.homes == "T3 de l’intercommunalité"


def test_too_few_say_nothing(build, home, system):
    past(29)
    PastAllocation.objects.bulk_create(
        PastAllocation(signed_on=TODAY, commune_id=CAEN, type="T3", financing="PLUS", wait_days=d, people=2) for d in range(29)
    )  # fmt: skip
    learning.compare(TODAY)
    seen = outlook(build, home)
    assert (seen.odds, seen.wait) == (None, None)


def test_reserved_homes_compare_with_reserved_ones(build, home, system):
    past(40, reserved=True, outcomes=(True,))
    learning.compare(TODAY)
    assert outlook(build, home).odds is None
    holder = build.actor(Role.RESERVATION_HOLDER).organisation
    assert outlook(build, home, contingent="action_logement", holder=holder).odds.proposed == 40


def test_old_years_are_forgotten(build, home, system):
    past(40, ended_on=TODAY - timedelta(days=3 * 366))
    learning.compare(TODAY)
    assert outlook(build, home).odds is None


def test_the_wait_of_those_who_got_such_a_home(build, home, system):
    PastAllocation.objects.bulk_create(
        PastAllocation(signed_on=TODAY, commune_id=CAEN, type="T3", financing="PLUS", wait_days=d * 10, people=2) for d in range(101)
    )  # fmt: skip
    learning.compare(TODAY)
    wait = outlook(build, home).wait
    assert (wait.median, wait.ninth_decile, wait.leases) == (500, 900, 101)


def test_what_was_told_is_kept_with_the_application(build, client_for):
    actor = build.actor(Role.APPLICANT)
    demand = build.demand(actor.person)
    offer = build.offer(published_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=13))
    with acting(SYSTEM):
        past(60, outcomes=(True,))
        past(60)
        learning.compare(TODAY)
    client = client_for(actor)
    shown = client.get(f"/mon-espace/offres/{offer.pk}/postuler/").content.decode()
    assert "Environ 5 chances sur 10" in shown
    assert "60 candidatures comparables sur 120" in shown
    assert "Environ 5 chances sur 10" in client.get("/mon-espace/offres/").content.decode()
    client.post(f"/mon-espace/offres/{offer.pk}/postuler/", {"once": "1"})
    with acting(SYSTEM):
        assert Application.objects.get(demand=demand).told["chance"] == 0.5


def test_the_list_asks_once_however_many_offers(build, client_for, django_assert_max_num_queries):
    actor = build.actor(Role.APPLICANT)
    build.demand(actor.person)
    for _ in range(6):
        build.offer()
    client = client_for(actor)
    client.get("/mon-espace/offres/")
    with connection.execute_wrapper(counter := _Counter()):
        client.get("/mon-espace/offres/")
    assert counter.of("observatory_comparable") == 1


class _Counter:
    def __init__(self):
        self.asked = []

    def __call__(self, execute, sql, params, many, context):
        self.asked.append(sql)
        return execute(sql, params, many, context)

    def of(self, table: str) -> int:
        return sum(table in sql for sql in self.asked)


def test_the_public_page_tells_the_method_and_the_figures(client, system):
    assert "Pas encore assez" in client.get("/chances/").content.decode()
    past(60, outcomes=(True,), rest=50)
    learning.compare(TODAY)
    html = client.get("/chances/").content.decode()
    assert "À la 1ʳᵉ place" in html
    assert ">60<" in html
