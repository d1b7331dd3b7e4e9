"""The desk and the register: what was refused at its question, mended and sent again; honest when nobody is there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from palier.accounts.roles import Role
from palier.demands.form import Dependant
from palier.documents.models import Reading
from palier.exchanges import sending
from palier.exchanges.models import Operation
from tests.exchanges.test_queue import CHILD, registered


@pytest.fixture
def client(desk, client_for):
    return client_for(desk)


def read(client, name, *args, **query):
    return client.get(reverse(f"desk:{name}", args=args), query).content.decode()


def test_nothing_yet_and_no_register_are_said_plainly(client):
    shown = read(client, "exchanges")
    assert "Rien n’est transmis pour l’instant" in shown and "Aucun envoi encore" in shown
    report = read(client, "exchange_quality")
    assert "aucune réponse encore" in report and "rien n’attend" in report


def test_what_waits_is_shown_as_waiting(client, build, desk):
    registered(build, desk)
    assert "Rien à corriger" in read(client, "exchanges")
    assert "Part au prochain envoi." in read(client, "exchanges", voir="en-cours")


def test_refused_mended_at_its_question_and_accepted(client, build, desk, to_register, register):
    demand = registered(build, desk, dependants=(CHILD,))
    sending.send_due(to_register)
    pk = Operation.objects.get().pk
    assert "1\xa0envoi est à corriger" in client.get(reverse("desk:home")).content.decode()
    assert reverse("desk:exchange", args=[pk]) in read(client, "exchanges")
    mend = reverse("desk:exchange_mend", args=[pk, "menage"])
    shown = read(client, "exchange", pk)
    assert f"{mend}#id_child_0_birth_date" in shown and "CTRL_DEM_0010" in shown
    page = client.get(mend).content.decode()
    assert 'href="#id_child_0_birth_date"' in page and "CTRL_DEM_0010" in page
    answers = {
        "version": demand.revision, "child_0_first_names": "Noa", "child_0_last_name": "Essai", "child_0_sex": "F",
        "child_0_link": "E", "family_status": "C",
    }  # fmt: skip
    wrong = client.post(mend, {**answers, "motif-ground": "present", "child_0_birth_date": "2999-01-01"})
    assert wrong.status_code == 422 and "2999-01-01" in wrong.content.decode()
    done = client.post(mend, {**answers, "motif-ground": "present", "child_0_birth_date": "2018-03-02"})
    assert done.status_code == 302
    assert sending.send_due(to_register) == {"accepted": 1}
    assert "Numéro au registre" in read(client, "exchange", pk)
    assert "CTRL_DEM_0010" in read(client, "exchange_quality")
    assert Reading.objects.filter(demand=demand, what="envoi au registre national").count() >= 1


def test_another_demand_meanwhile_is_told_and_nothing_typed_is_lost(client, build, desk, to_register, register):
    registered(build, desk, dependants=(CHILD,))
    sending.send_due(to_register)
    mend = reverse("desk:exchange_mend", args=[Operation.objects.get().pk, "logement"])
    late = client.post(mend, {"version": "0", "motif-ground": "present", "status": "CP", "surface": "33"})
    assert late.status_code == 422
    assert "modifiée ailleurs" in late.content.decode() and 'value="33"' in late.content.decode()


def test_resend_button_without_mending(client, build, desk, to_register, register):
    register.tell("refuse", detail="CTRL_DEM_0033")
    registered(build, desk)
    sending.send_due(to_register)
    pk = Operation.objects.get().pk
    assert "Aucune question du formulaire" in read(client, "exchange", pk)
    for _ in range(2):
        assert client.post(reverse("desk:exchange_resend", args=[pk])).status_code == 302
    assert sending.send_due(to_register) == {"accepted": 1}


@pytest.mark.parametrize("fault", ["half", "nothing", "html", "crash"])
def test_the_page_says_what_is_going_on(client, build, desk, to_register, register, fault):
    registered(build, desk)
    register.tell(fault)
    sending.send_due(to_register)
    shown = read(client, "exchanges", voir="en-cours")
    assert "Nouvel essai le" in shown and "rien ne sera doublé" in shown


def test_a_sender_that_died_leaves_its_file_in_sight_and_the_next_one_finishes(
    client, build, desk, to_register, register
):
    class Dying:
        def submit(self, *words):
            to_register.submit(*words)
            raise SystemExit

    registered(build, desk)
    with pytest.raises(SystemExit):
        sending.send_due(Dying())
    assert "réponse attendue" in read(client, "exchanges", voir="en-cours")
    assert sending.send_due(to_register) == {"accepted": 1}
    assert len(register.held()) == 1


def test_other_departments_and_other_roles_see_nothing(client_for, build, desk, to_register, register):
    registered(build, desk, dependants=(Dependant(first_names="Noa"),))
    sending.send_due(to_register)
    pk = Operation.objects.get().pk
    far = client_for(build.actor(Role.DESK, build.organisation("desk", departments=["61"])))
    assert "Aucun envoi encore" in read(far, "exchanges")
    for name, args in (("exchange", [pk]), ("exchange_mend", [pk, "menage"])):
        assert far.get(reverse(f"desk:{name}", args=args)).status_code == 404
    assert far.post(reverse("desk:exchange_resend", args=[pk])).status_code == 404
    landlord = client_for(build.actor(Role.LANDLORD, build.organisation()))
    assert landlord.get(reverse("desk:exchanges")).status_code == 404
