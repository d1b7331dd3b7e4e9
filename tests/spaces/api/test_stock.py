"""The stock by API: many rows, one result each; nothing of another landlord's."""

from __future__ import annotations

import time

from palier.common.models import Event
from palier.homes.models import Dwelling
from tests.spaces.api.conftest import Landlord, row


def outcomes(answer) -> list[str]:
    return [r["outcome"] for r in answer["results"]]


def test_dwellings_are_added_corrected_and_left_alone(landlord):
    first = landlord.api.post("/dwellings", {"rows": [row("A-1"), row("A-2")]})
    again = landlord.api.post("/dwellings", {"rows": [row("A-1"), row("A-2", surface=64.04), row("A-3")]})
    assert (first[0], outcomes(first[1])) == (200, ["created", "created"])
    assert (again[0], outcomes(again[1])) == (200, ["unchanged", "updated", "created"])
    held = Dwelling.objects.filter(landlord=landlord.body).order_by("reference").values_list("reference", "surface")
    assert [(r, str(s)) for r, s in held] == [("A-1", "62.5"), ("A-2", "64.0"), ("A-3", "62.5")]
    assert sorted(Event.objects.filter(verb__startswith="dwellings.").values_list("verb", flat=True)) == [
        "dwellings.add", "dwellings.add", "dwellings.add", "dwellings.correct",
    ]  # fmt: skip
    assert Event.objects.get(verb="dwellings.correct").data == {"changed": {"surface": ["62.5", "64.0"]}}


def test_a_wrong_row_is_told_and_holds_none_back(landlord):
    wrong = row("A-2", surface=3, colour="red", postcode="1400")
    del wrong["type"]
    rows = [row("A-1"), wrong, row("A-1"), row("A-3", commune="99999"), row("A-4", address="x\x00y")]
    status, answer = landlord.api.post("/dwellings", {"rows": rows})
    assert (status, outcomes(answer)) == (200, ["created", "refused", "refused", "refused", "refused"])
    told = [{e["field"]: e["message"] for e in r["errors"]} for r in answer["results"]]
    assert told == [
        {},
        {
            "postcode": "Ce texte n’a pas la forme attendue.", "type": "Ce champ est obligatoire.",
            "surface": "Au moins 9.", "colour": "Ce champ n’existe pas.",
        },
        {"reference": "Cette référence est déjà plus haut dans le même envoi."},
        {"commune": "Nous ne connaissons pas cette commune dans le territoire."},
        {"address": "Ce texte contient des caractères qui ne sont pas permis ici."},
    ]  # fmt: skip
    assert Dwelling.objects.filter(landlord=landlord.body).count() == 1


def test_a_landlord_reads_its_own_stock_alone(landlord, build):
    other = Landlord(build)
    theirs = build.dwelling(other.body)
    landlord.api.post("/dwellings", {"rows": [row("A-1", latitude=49.18, longitude=-0.37)]})
    mine = Dwelling.objects.get(landlord=landlord.body)
    status, page = landlord.api.get("/dwellings")
    assert (status, [d["key"] for d in page["items"]], page["next"]) == (200, [mine.pk], None)
    assert landlord.api.get(f"/dwellings/{mine.pk}")[1]["surface"] == 62.5
    assert landlord.api.get(f"/dwellings/{theirs.pk}") == (404, {
        "status": 404, "code": "not_found", "detail": "Rien à cette adresse pour ce jeton.", "field": None, "errors": [],
    })  # fmt: skip


def test_pages_follow_by_cursor_while_rows_change(landlord, build):
    made = [build.dwelling(landlord.body).pk for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        _, page = landlord.api.get("/dwellings", limit=2, cursor=cursor)
        seen += [d["key"] for d in page["items"]]
        cursor = page["next"]
        Dwelling.objects.filter(pk=made[-1]).update(reference=f"Z-{len(seen)}")
        build.dwelling(landlord.body) if len(seen) == 2 else None
    assert seen[:5] == made and len(seen) == 6


def test_the_same_place_is_the_same_cursor_a_second_later(landlord, build):
    build.dwelling(landlord.body), build.dwelling(landlord.body)
    first = landlord.api.get("/dwellings", limit=1)[1]["next"]
    time.sleep(1.1)
    assert landlord.api.get("/dwellings", limit=1)[1]["next"] == first


def test_a_cursor_of_another_list_is_refused(landlord, build):
    build.dwelling(landlord.body), build.dwelling(landlord.body)
    cursor = landlord.api.get("/dwellings", limit=1)[1]["next"]
    for path, text in (("/offers", cursor), ("/dwellings", cursor + "x"), ("/changes", "x")):
        status, answer = landlord.api.get(path, cursor=text)
        assert (status, answer["code"], answer["field"]) == (409, "cursor.unknown", None)
