"""The same act sent twice at the same instant, on real commits: done once, and both have its answer."""

from __future__ import annotations

from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords.once import KeyTaken, once
from palier.homes.models import Dwelling
from palier.homes.stock import put_dwellings
from tests.builders import CAEN, Builder
from tests.spaces.api.conftest import Landlord
from tests.threads import one_then_the_other, together

FLAT = {
    "rpls_id": "", "address": "1 rue des Essais", "postcode": "14000", "commune_id": CAEN, "kind": "flat", "type": "T3",
    "surface": 60, "floor": 1, "lift": False, "step_free": False, "adapted": False, "energy_class": "", "financing": "PLUS",
    "qpv": False, "built": None, "parking": False, "latitude": None, "longitude": None,
}  # fmt: skip


def sender(landlord: Landlord, body: bytes = b"{}"):
    def send():
        def act():
            (made,) = put_dwellings(actor=landlord.agent, rows=[{"reference": "A-1", **FLAT}])
            return list(made)

        with acting(landlord.agent.scope):
            return once(landlord.row, key="clef-0001", method="POST", path="/x", body=body, act=act)

    return send


def test_a_twin_waits_and_has_the_same_answer(committed):
    with acting(SYSTEM):
        landlord = Landlord(Builder())
    first, second = one_then_the_other(landlord.agent.scope, sender(landlord), sender(landlord))
    assert first == second and first[0] == "created"
    with acting(SYSTEM):
        assert Dwelling.objects.count() == 1


def test_another_body_at_the_same_instant_is_refused(committed):
    with acting(SYSTEM):
        landlord = Landlord(Builder())
    answers = together(sender(landlord), sender(landlord, b"[]"))
    assert sorted(type(answer).__name__ for answer in answers) == [KeyTaken.__name__, "list"]
    with acting(SYSTEM):
        assert Dwelling.objects.count() == 1
