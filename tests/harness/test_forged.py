"""An address made up: somebody else's object, one that never was, text in place of a number. All answer 404."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse

from palier.accounts.roles import OrganisationKind, Role
from palier.commissions.models import Candidate
from palier.homes.models import Offer
from palier.spaces.matrix import LEFT_OUT, _named, matrix
from tests.builders import KIND_OF_ROLE
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
    wrong = []
    for role, client in town.clients().items():
        for name, path in ADDRESSES.items():
            if role == "visitor" and RIGHTS[name][role] != "x":
                continue
            # Whoever may not open the address meets the same wall whatever the number: one is enough.
            for number in UNKNOWN if RIGHTS[name][role] == "x" else UNKNOWN[1:2]:
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
        "dossiers": [town.sent.pk, town.demand.pk], "pieces": [town.piece.pk], "situations": [town.recognition.pk],
        "attestations": [town.job.pk], "offres": list(Offer.objects.values_list("pk", flat=True)),
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
        for number in others(town).get(word, [town.demand.pk, town.application.pk, town.session.pk]):
            for method in ("get", "post"):
                answer = getattr(client, method)(path.format(number), form() if method == "post" else {})
                if answer.status_code not in (404, 405):
                    wrong.append((str(role), name, number, method, answer.status_code))
