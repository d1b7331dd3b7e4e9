"""What is to be sent: queued with the change itself, sent in order, answered once, mended and sent again."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.demands import actions as demands
from palier.demands import likenesses, separating
from palier.demands.acting import Ground
from palier.demands.form import Adult, Dependant
from palier.demands.models import Demand, Likeness
from palier.exchanges import queries, queue, sending
from palier.exchanges.models import Anomaly, Operation, RegisterNumber
from palier.exchanges.sne.document import parse
from palier.law import numbers
from tests.conftest import NOW


def registered(build, desk, **form) -> Demand:
    with acting(desk.scope):
        return demands.register(actor=desk, form=build.form(**form), department="14", person=None)


def changed(desk, demand, **fields) -> Demand:
    form = demands.Form.from_json(demand.form)
    with acting(desk.scope):
        return demands.change(
            actor=desk,
            demand_id=demand.pk,
            form=dataclasses.replace(form, **fields),
            revision=demand.revision,
            sections=["x"],
            ground=Ground("present"),
        )


def story(demand) -> list[tuple[str, str]]:
    return list(Operation.objects.filter(demand=demand).order_by("pk").values_list("kind", "state"))


CHILD = Dependant(first_names="Noa", last_name="Essai", sex="F")


def test_each_step_of_its_life_leaves_its_file_in_the_same_transaction(build, desk):
    demand = registered(build, desk)
    changed(desk, demand, motives=("09",))
    with acting(desk.scope):
        demands.renew(actor=desk, demand_id=demand.pk)
        demands.remove(actor=desk, demand_id=demand.pk, ground="RADABA")
    found = Operation.objects.filter(demand=demand).order_by("pk").values_list("kind", "revision", "ground")
    assert list(found) == [("CRE", 1, ""), ("MOD", 2, ""), ("REN", 2, ""), ("RAD", 2, "RADABA")]


def test_a_change_that_is_refused_queues_nothing(build, desk):
    demand = registered(build, desk)
    with pytest.raises(Refused):
        changed(desk, demand, motives=())
    assert story(demand) == [("CRE", "waiting")]


def test_what_came_from_the_register_is_not_sent_back(world):
    from palier.exchanges.actions import import_demand
    from tests.exchanges.test_import import sample

    import_demand(sample("full.xml"))
    assert Operation.objects.count() == 0


def test_the_whole_life_is_told_in_order_under_the_number_that_the_register_gave(build, desk, to_register, register):
    demand = registered(build, desk)
    changed(desk, demand, motives=("09",))
    with acting(desk.scope):
        demands.renew(actor=desk, demand_id=demand.pk)
        demands.remove(actor=desk, demand_id=demand.pk, ground="RADABA")
    assert sending.send_due(to_register) == {"accepted": 4}
    given = RegisterNumber.objects.get(demand=demand).number
    assert [(kind, outcome) for _, _, kind, outcome in register.calls()] == [
        (kind, given) for kind in ("CRE", "MOD", "REN", "RAD")
    ]
    assert register.held() == [(given, "RADABA")]
    assert numbers.parse(given).registrar == "DG001"
    assert sending.send_due(to_register) == {}


def test_the_file_holds_the_whole_form(build, desk):
    demand = registered(build, desk)
    letter = sending.letter_of(Operation.objects.select_related("demand").get(demand=demand))
    read = parse(letter.content)
    assert (read.demand.file_type, read.demand.number, read.demand.desk) == ("CRE", "", "DG001")
    assert read.demand.codes_named("motifDemande") == ("13",)
    from palier.exchanges.reading import form_of

    ours = build.form()
    assert form_of(read.demand) == dataclasses.replace(
        ours, wish=dataclasses.replace(ours.wish, max_rent=None)
    )  # what the document has no field for


def test_a_refusal_is_kept_at_its_field_mended_by_the_change_and_sent_again(build, desk, to_register, register):
    demand = registered(build, desk, dependants=(CHILD,))
    changed(desk, demand, motives=("09",))
    assert sending.send_due(to_register) == {"refused": 1}
    assert story(demand) == [("CRE", "refused"), ("MOD", "waiting")]
    refused = Operation.objects.get(kind="CRE")
    (anomaly,) = queries.anomalies(refused)
    assert (anomaly.code, anomaly.path) == ("CTRL_DEM_0010", "personneACharge[1]/dateNaissance")
    assert queries.behind(refused) == 1
    demand.refresh_from_db()
    changed(desk, demand, dependants=(dataclasses.replace(CHILD, birth_date=NOW.date().replace(year=2018)),))
    assert story(demand) == [("CRE", "waiting"), ("MOD", "waiting")]
    assert set(Operation.objects.values_list("revision", flat=True)) == {3}
    assert sending.send_due(to_register) == {"accepted": 2}
    assert (Anomaly.objects.count(), len(register.held())) == (1, 1)
    report = queries.quality(desk)
    assert (report.answered, report.first_try, [(c, n) for c, _, n in report.codes]) == (2, 0.5, [("CTRL_DEM_0010", 1)])


def test_what_palier_itself_sees_wrong_is_not_sent(build, desk, to_register, register):
    demand = registered(build, desk)
    Demand.objects.filter(pk=demand.pk).update(
        first_registered_on=NOW.date() + timedelta(days=3), expires_on=NOW.date() + timedelta(days=400)
    )
    assert sending.send_due(to_register) == {"refused": 1}
    assert [a.code for a in Anomaly.objects.all()] == ["date.future"]
    assert register.calls() == []


def test_resending_twice_is_once_and_another_department_cannot(build, desk, to_register, register):
    register.tell("refuse", detail="CTRL_DEM_0033")
    demand = registered(build, desk)
    sending.send_due(to_register)
    pk = Operation.objects.get().pk
    far = build.actor(Role.DESK, build.organisation("desk", departments=["61"]))
    with acting(far.scope), pytest.raises(Operation.DoesNotExist):
        queue.resend(actor=far, operation_id=pk)
    for _ in range(2):
        with acting(desk.scope):
            queue.resend(actor=desk, operation_id=pk)
    assert story(demand) == [("CRE", "waiting")]
    assert sending.send_due(to_register) == {"accepted": 1}


LOST = ("half", "nothing", "twice", "nonsense", "html", "empty", "cid")


@pytest.mark.parametrize("fault", LOST)
def test_an_answer_that_is_lost_doubles_no_creation(build, desk, to_register, register, fault):
    """The register took it; nothing tells us. The next try finds it among the duplicates and adopts its number."""
    demand = registered(build, desk)
    register.tell(fault)
    assert sending.send_due(to_register) == {"waiting": 1}
    operation = Operation.objects.get()
    assert (operation.doubtful, operation.attempts, operation.due_at > NOW) == (True, 1, True)
    assert sending.send_due(to_register) == {}
    with clock.frozen_at(NOW + timedelta(minutes=2)):
        assert sending.send_due(to_register) == {"accepted": 1}
    assert [n for n, _ in register.held()] == [RegisterNumber.objects.get(demand=demand).number]


@pytest.mark.parametrize("fault", ["deaf", "fault", "crash"])
def test_what_the_register_did_not_take_is_sent_again(build, desk, to_register, register, fault):
    registered(build, desk)
    register.tell(fault)
    assert sending.send_due(to_register) == {"waiting": 1}
    with clock.frozen_at(NOW + timedelta(minutes=2)):
        assert sending.send_due(to_register) == {"accepted": 1}
    assert len(register.held()) == 1


def test_another_demand_of_the_same_person_is_not_taken_for_the_lost_one(build, desk, to_register, register):
    """The household is in the register already, through another desk: its number is not adopted."""
    registered(build, desk)
    other = build.actor(Role.DESK, build.organisation("desk", register_desk="DG009"))
    register.tell("nothing")
    sending.send_due(to_register)
    held = {n for n, _ in register.held()}
    second = registered(build, other)
    register.tell("deaf")
    with clock.frozen_at(NOW + timedelta(seconds=1)):
        sending.send_due(to_register)
    with clock.frozen_at(NOW + timedelta(minutes=10)):
        assert sending.send_due(to_register) == {"accepted": 2}
    assert len(register.held()) == 2
    assert RegisterNumber.objects.get(demand=second).number not in held


def test_a_register_that_stays_silent_is_left_in_peace_then_given_up(build, desk, to_register, register, monkeypatch):
    for n in range(5):
        registered(build, desk, applicant=dataclasses.replace(build.form().applicant, first_names=f"Camille{n}"))
    register.tell("crash", times=-1)
    assert sending.send_due(to_register) == {"waiting": 3}
    monkeypatch.setattr(sending, "ATTEMPTS", 2)
    with clock.frozen_at(NOW + timedelta(minutes=2)):
        assert sending.send_due(to_register, most=3)["given_up"] >= 1
    register.tell("crash", times=0)
    given_up = Operation.objects.filter(state="given_up").first()
    with acting(desk.scope):
        assert queue.resend(actor=desk, operation_id=given_up.pk).attempts == 0


@given(st.integers(1, 40), st.integers(0, 2**32))
def test_the_delay_grows_from_a_minute_to_six_hours_give_or_take_a_quarter(attempts, seed):
    waited = sending.delay(attempts, Random(seed))
    usual = min(timedelta(minutes=2 ** (attempts - 1)), timedelta(hours=6))
    assert usual * 0.75 <= waited <= usual * 1.25


def test_an_erased_household_leaves_only_counts(build, desk, to_register, register):
    demand = registered(build, desk, dependants=(CHILD,))
    sending.send_due(to_register)
    with acting(desk.scope):
        queue.follow("erase", [demand], desk)
    assert (Operation.objects.count(), Anomaly.objects.count(), RegisterNumber.objects.count()) == (0, 0, 0)


def test_a_reactivation_is_a_removal_without_a_ground(build, desk, to_register, register):
    from palier.demands import living

    demand = registered(build, desk)
    with acting(desk.scope):
        demands.remove(actor=desk, demand_id=demand.pk, ground="RADABA")
    Demand.objects.filter(pk=demand.pk).update(removal_ground="RADREN")
    with acting(desk.scope):
        living.reactivate(actor=desk, demand_id=demand.pk)
    assert [(o.kind, o.what) for o in Operation.objects.order_by("pk")] == [
        ("CRE", "création de la demande"), ("RAD", "radiation"), ("RAD", "réactivation"),
    ]  # fmt: skip
    assert sending.send_due(to_register) == {"accepted": 3}
    assert [ground for _, ground in register.held()] == [""]


def test_a_merger_deletes_one_file_and_a_separation_creates_another(build, desk):
    one, two = registered(build, desk), registered(build, desk)
    likeness = Likeness.objects.get()
    with acting(desk.scope):
        likenesses.merge(actor=desk, likeness_id=likeness.pk, keep=one.pk, ground=Ground("present"))
    assert [kind for kind, _ in story(one)] == ["CRE", "MOD"]
    assert list(Operation.objects.filter(demand=two).order_by("pk").values_list("kind", "ground")) == [
        ("CRE", ""),
        ("SUP", ""),
    ]
    with acting(desk.scope):
        likenesses.undo(actor=desk, likeness_id=likeness.pk, why="Deux personnes")
    assert [kind for kind, _ in story(two)] == ["CRE", "SUP", "RAD"]
    partner = Adult(last_name="Roux", first_names="Ana", birth_date=NOW.date().replace(year=1990), link="M")
    couple = registered(build, desk, coapplicant=partner)
    with acting(desk.scope):
        new = separating.separate(actor=desk, demand_id=couple.pk, leaving=[], ground=Ground("present"))
    assert ([kind for kind, _ in story(couple)], [kind for kind, _ in story(new)]) == (["CRE", "MOD"], ["CRS"])
