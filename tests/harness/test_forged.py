"""An address made up: somebody else's object, one that never was, text in place of a number. All answer 404."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse

from palier.accounts.models import Membership
from palier.accounts.roles import OrganisationKind, Role
from palier.commissions.models import Candidate, Seat, StandIn
from palier.common import clock
from palier.demo.underway import specimen
from palier.homes.models import Offer
from palier.spaces.matrix import LEFT_OUT, _named, matrix
from tests.builders import KIND_OF_ROLE
from tests.conftest import NOW
from tests.harness.conftest import Town, client_for, form
from tests.harness.test_twice import MACHINERY, database

UNKNOWN = (0, 999_999_999, 2**31, 2**63, 2**80)
# Offers are public: any that is published may be read.
PUBLIC = {"public:offer"}


def with_number() -> dict[str, str]:
    """Named addresses that take one number → the address with a hole."""
    found = {}
    for name, _ in _named(get_resolver()):
        if name.startswith(LEFT_OUT):
            continue
        for arguments in ([7], [7, 1]):
            try:
                found[name] = re.sub(r"/7/", "/{}/", reverse(name, args=arguments), count=1)
            except Exception:
                continue
    return {name: path for name, path in found.items() if "{}" in path}


ADDRESSES = with_number()
RIGHTS = matrix()


def test_the_list_is_not_empty():
    assert len(ADDRESSES) > 50


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_object_that_never_was(town, method):
    wrong, walls = [], set()
    for role, client in town.clients().items():
        for name, path in ADDRESSES.items():
            opens = RIGHTS[name][role] == "x"
            if not opens and (role == "visitor" or name in walls):
                continue
            # Whoever may not open the address meets the same wall whatever the role and the number: one is enough.
            walls |= set() if opens else {name}
            for number in UNKNOWN if opens else UNKNOWN[1:2]:
                with transaction.atomic():
                    status = getattr(client, method)(
                        path.format(number), form() if method == "post" else {}
                    ).status_code
                    transaction.set_rollback(True)
                if status not in (404, 405):
                    wrong.append((role, name, number, status))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("text", ["abc", "-1", "1e3", "1%27", "%F0%9F%98%80"])
def test_text_in_place_of_a_number(town, text):
    client = town.client("amina.benali")
    wrong = [n for n, path in ADDRESSES.items() if client.get(path.format(text)).status_code not in (404, 405)]
    assert wrong == []


def others(town: Town) -> dict[str, list[int]]:
    """Objects that the stranger below has nothing to do with, by the word that its addresses begin with."""
    proposal = [p.pk for p in town.allocated.proposals.all()]
    return {
        "candidatures": [town.application.pk, town.sent.pk], "propositions": proposal, "attributions": proposal,
        "dossiers": [town.sent.pk, town.demand.pk], "pieces": [town.piece.pk], "situations": [town.recognition.pk], "registre": [town.operation.pk],
        "attestations": [town.job.pk], "offres": list(Offer.objects.values_list("pk", flat=True)),
        "envois": [town.upload.pk], "agents": [Membership.objects.get(person__email="marc.employeur@exemple.fr").pk],
        "reglement": [town.session.commission_id], "membres": [town.session.commission_id],
        "remplacement": list(Seat.objects.values_list("pk", flat=True)),
        "sieges": list(Seat.objects.values_list("pk", flat=True)),
        "suppleances": list(StandIn.objects.values_list("pk", flat=True)),
        "logements": [town.item.pk, town.reserved.pk, town.dwelling.pk], "seances": [town.session.pk],
        "decisions": list(Candidate.objects.values_list("pk", flat=True)),
    }  # fmt: skip


def test_an_object_of_others(town):
    """Someone of every role, at another organisation of another department, gets 404 and writes nothing."""
    build, wrong, before = town.build, [], database()
    for role, kind in KIND_OF_ROLE.items():
        body = build.organisation(OrganisationKind(kind), departments=["61"])
        stranger = client_for(build.actor(role, body))
        check(stranger, role, town, wrong)
    check(client_for(build.actor(Role.APPLICANT)), Role.APPLICANT, town, wrong)
    assert not wrong, "\n".join(map(str, wrong))
    after = database()
    changed = {t for t in before if before[t] != after[t]} - MACHINERY
    # The strangers themselves.
    assert changed <= {"accounts_person", "accounts_membership", "accounts_organisation", "account_emailaddress"}


# What an agent may open whoever the object belongs to: administrators' bodies are no person's.
OPEN_TO_ROLE = {"staff:organisation", "applicant:apply"}


def check(client, role: str, town: Town, wrong: list) -> None:
    for name, path in ADDRESSES.items():
        if name in PUBLIC | OPEN_TO_ROLE:
            continue
        word = path.split("{}")[0].rstrip("/").rsplit("/", 1)[-1]
        numbers = others(town).get(word, [town.demand.pk, town.application.pk, town.session.pk])
        # Whoever may not open the address meets one wall, whatever the object and the method.
        opens = RIGHTS[name][role] == "x"
        for number in numbers if opens else numbers[:1]:
            for method in ("get", "post") if opens else ("post",):
                answer = getattr(client, method)(path.format(number), form() if method == "post" else {})
                if answer.status_code not in (404, 405):
                    wrong.append((str(role), name, number, method, answer.status_code))


def forged(town: Town) -> dict[str, tuple[str, str, dict, int]]:
    """Values that a page never offered: who sends them, where, what, and the honest answer."""
    foreign = town.application.pk
    return {
        "somebody else's application on an agenda": (
            "nadia.secretaire", f"/bailleur/offres/{town.instructed.pk}/ordre-du-jour/",
            {"session": town.session.pk, "applications": [foreign]}, 422,
        ),
        "a session that is not in preparation": (
            "nadia.secretaire", f"/bailleur/offres/{town.instructed.pk}/ordre-du-jour/",
            {"session": 999_999, "applications": [a.pk for a in town.instructed.applications.filter(state="admissible")]},
            422,
        ),
        "a candidate of another dwelling in a ballot": (
            "ines.membre", f"/commission/logements/{town.item.pk}/classer/", {f"rank_{foreign}": 1}, 422,
        ),
        "a document about nobody of the household": (
            "amina.benali", "/mon-espace/pieces/envoyer/", {"kind": "identity", "about": "999", "file": specimen("X")}, 422,
        ),
        "a kind of document that nobody may ask for": (
            "amina.benali", "/mon-espace/pieces/envoyer/", {"kind": "blood", "about": "applicant", "file": specimen("X")}, 422,
        ),
        "an emergency of one's own invention": (
            "amina.benali", "/mon-espace/pieces/urgence/", {"situation": "royalty"}, 422,
        ),
        "a holder that is no reservation holder": (
            "sophie.bailleur", f"/bailleur/logements/{town.dwelling.pk}/offre/",
            {"available_on": "2027-01-04", "rent": "400", "charges": "60", "contingent": "authority",
             "holder_id": town.landlord.pk}, 422,
        ),
        "a ground that the law does not know": (
            "sophie.bailleur", f"/bailleur/dossiers/{town.sent.pk}/non-recevable/", {"codes": ["ugly"], "reason": "Non"}, 422,
        ),
        "a territory that is no territory": (
            "alain.admin", "/equipe/reglages/files_sent/",
            {"territory": "99", "value": "6", "valid_from": "2027-01-01", "source": "Essai"}, 422,
        ),
    }  # fmt: skip


NAMES = (
    "somebody else's application on an agenda", "a session that is not in preparation",
    "a candidate of another dwelling in a ballot", "a document about nobody of the household",
    "a kind of document that nobody may ask for", "an emergency of one's own invention",
    "a holder that is no reservation holder", "a ground that the law does not know", "a territory that is no territory",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_the_page_never_offered(town, name):
    key, path, data, status = forged(town)[name]
    client = town.client(key)
    before = database()
    with clock.frozen_at(town.session.opens_at if key == "ines.membre" else NOW):
        answer = client.post(path, form(**data))
    after = database()
    changed = {t for t in before if before[t] != after[t]} - {"documents_reading"}
    assert (answer.status_code, changed) == (status, set())


def test_a_role_of_somebody_else_cannot_be_taken(town):
    theirs = Membership.objects.get(person__email="alain.admin@exemple.fr")
    client = town.client("sophie.bailleur")
    client.post("/espace/role/", form(membership=theirs.pk))
    assert client.get("/equipe/organisations/").status_code == 404
    assert client.get("/bailleur/").status_code == 200
