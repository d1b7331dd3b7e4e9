"""Sound answers for each step of the demand, and how to read a page of the form as a person does."""

from __future__ import annotations

from typing import Any

from lxml import html

SOUND: dict[str, dict[str, Any]] = {
    "identite": {
        "civility": "2", "last_name": "Benali", "first_names": "Amina", "birth_name": "", "birth_date": "1990-05-04",
        "nationality": "1", "phone": "06 39 98 00 01", "line": "1 rue de l’Essai", "postcode": "14000", "town": "Caen",
    },
    "menage": {
        "family_status": "C", "child_0_first_names": "Noé", "child_0_birth_date": "2018-03-02", "child_0_link": "E",
        "expected": "", "expected_on": "",
    },
    "ressources": {"contract": "CDI", "profession": "Vendeuse", "res_SAL": "1450", "tax_2024": "14900", "tax_2025": "15200"},
    "logement": {"status": "LP", "type": "T1", "surface": "24", "occupants": "2", "rent": "540", "entered_on": "2020-09-01"},
    "handicap": {},
    "souhaits": {
        "motive": "13", "types": ["T2", "T3"], "kind": "I", "max_rent": "650", "place_1": "Caen", "place_2": "Lisieux",
    },
}  # fmt: skip


def url(key: str) -> str:
    return f"/mon-espace/demande/etape/{key}/"


def fill(client, *keys: str, **changes: dict[str, Any]) -> None:
    """Send sound steps, all of them or those named; each must be taken."""
    for key in keys or SOUND:
        answer = client.post(url(key), {**SOUND[key], **changes.get(key, {})})
        assert answer.status_code == 302, errors(answer)


def register(client) -> Any:
    return client.post("/mon-espace/demande/recapitulatif/", {"declare": "on"})


def tree(response: Any) -> html.HtmlElement:
    return html.document_fromstring(response.content.decode())


def errors(response: Any) -> dict[str, str]:
    """Field → the words beside it; what stands beside no field is under ``."""
    page = tree(response)
    beside = {
        one.get("id").removeprefix("id_").removesuffix("_error"): _words(one).removeprefix("Erreur : ")
        for one in page.xpath("//p[@class='field-error']")
    }
    alone = [_words(one) for one in page.xpath("//div[@id='error-summary']//li[not(a)]")]
    return beside | ({"": " ".join(alone)} if alone else {})


def told(response: Any) -> list[str]:
    """Titles and words of the boxes of the page's own content, messages apart."""
    boxes = tree(response).xpath(
        "//div[starts-with(@class, 'callout ')][not(ancestor-or-self::*[contains(@class, 'message')])]"
    )
    return [_words(one) for one in boxes]


def messages(response: Any) -> list[str]:
    """What is said once, after something was done."""
    return [_words(one) for one in tree(response).xpath("//*[@id='messages']//*[contains(@class, 'callout-words')]")]


def values(response: Any) -> dict[str, Any]:
    """What the page's form would send if nothing were touched."""
    form = next(
        form for form in tree(response).forms if form.get("method") == "post" and "data-autosave" in form.attrib
    )
    held: dict[str, Any] = {}
    for field in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        name, kind = field.name, field.get("type")
        if field.xpath("ancestor::template") or kind in ("checkbox", "radio") and "checked" not in field.attrib:
            continue
        value = field.get("value", "on" if kind == "checkbox" else "") if field.tag == "input" else field.value or ""
        many = kind == "checkbox" and len(form.xpath(f".//input[@name='{name}']")) > 1
        held[name] = [*held.get(name, []), value] if many else value
    return held


def _words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
