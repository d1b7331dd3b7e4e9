"""Components: French words and numbers, markup that carries its meaning, forms linked to their errors."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from palier.common.components import SampleForm, gallery_context
from palier.common.templatetags import palier_words as words

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.mark.parametrize(
    ("filtered", "expected"),
    [
        (words.euros(1234.5), "1 234,50 €"),
        (words.euros(512), "512 €"),
        (words.euros("512.49", 0), "512 €"),
        (words.euros(-5), "−5 €"),
        (words.euros(None), "—"),
        (words.euros("abc"), "—"),
        (words.number(42000), "42 000"),
        (words.percent(0.312), "31 %"),
        (words.percent("0.3125", 1), "31,3 %"),
        (words.percentage(31.2, 1), "31,2 %"),
        (words.surface(64.5), "64,5 m²"),
        (words.file_size(482_133), "482 ko"),
        (words.file_size(1_204_133), "1,2 Mo"),
        (words.counted(0, "candidat"), "0 candidat"),
        (words.counted(2, "candidat"), "2 candidats"),
        (words.counted(2, "travail,travaux"), "2 travaux"),
        (words.ordinal(1), "1er"),
        (words.ordinal(1, "f"), "1re"),
        (words.ordinal(3), "3e"),
        (words.day(date(2026, 12, 1)), "1er décembre 2026"),
        (words.weekday(date(2026, 11, 23)), "lundi 23 novembre 2026"),
        (words.moment(NOW), "23 novembre 2026 à 10:00"),
        (words.days_long(12), "12 jours"),
        (words.days_long(721), "23 mois"),
        (words.months_long(27), "2 ans et 3 mois"),
        (words.yes_no(None), "—"),
    ],
)
def test_words(filtered, expected):
    assert re.sub("[\u00a0\u202f]", " ", filtered) == expected


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=20), "à l’instant"),
        (timedelta(hours=3), "il y a 3 h"),
        (timedelta(days=12), "il y a 12 jours"),
        (-timedelta(days=3, minutes=1), "dans 3 jours"),
    ],
)
def test_since(ago, expected):
    assert words.since(NOW - ago).replace("\u00a0", " ") == expected


def test_deadline_says_how_long_and_until_when():
    html = render('{% deadline until action="répondre" %}', until=date(2026, 12, 3))
    assert text(html).replace("\u00a0", " ") == (
        "Il vous reste 10 jours pour répondre, jusqu’au 3 décembre 2026 à 23:59 ."
    )


def test_a_status_is_never_colour_alone():
    html = render('{% tag "Refusée" tone="danger" %}')
    assert ("#danger" in html, text(html)) == (True, "Refusée")


def test_table_cells_repeat_their_column_for_small_screens():
    html = render(
        '{% table caption="Candidats" columns="Rang|Dossier" %}<tr><td>1</td><th scope="row">A</th></tr>{% endtable %}'
    )
    assert re.findall(r'role="(\w+)" data-label="(\w+)"', html) == [("cell", "Rang"), ("rowheader", "Dossier")]


def test_table_escapes_what_it_is_given():
    html = render(
        "{% table caption=c columns='A' %}<tr><td>{{ c }}</td></tr>{% endtable %}", c="<script>alert(1)</script>"
    )
    assert "<script>" not in html


def test_map_and_chart_data_cannot_close_their_script():
    point = {"lat": 49.1, "lng": -0.3, "label": "</script><b>"}
    html = render("{% map points %}", points=[point])
    assert "</script><b>" not in html


def test_each_error_links_to_a_field_that_exists_and_names_it():
    form = SampleForm({"situation": "single", "email": "x@"}, auto_id="f_%s")
    html = render("{% error_summary form %}{% fields form %}", form=form)
    targets = re.findall(r'href="#([^"]+)"', html.split("</div>")[0])
    ids = set(re.findall(r'\sid="([^"]+)"', html))
    assert len(targets) == len(form.errors)
    assert [target for target in targets if target not in ids] == []
    described = {one for value in re.findall(r'aria-describedby="([^"]+)"', html) for one in value.split()}
    assert described - ids == set()


def test_choices_are_a_fieldset_with_its_legend():
    html = render("{% field form.situation %}", form=SampleForm())
    assert re.search(r"<fieldset[^>]*>\s*<legend>Votre situation</legend>", html)


def test_no_error_no_summary():
    assert render("{% error_summary form %}", form=SampleForm()).strip() == ""


def test_pagination_keeps_the_query(rf):
    page = gallery_context("2")["page_obj"]
    html = render("{% pagination page %}", page=page, request=rf.get("/?lieu=Caen&page=2"))
    assert 'href="?lieu=Caen&amp;page=3"' in html


def test_ids_are_the_same_at_each_rendering():
    figures = gallery_context()
    source = "{% map towns %}{% chart waits %}{% progress 1 2 'Pièces' %}"
    assert render(source, **figures) == render(source, **figures)


def test_gallery_has_no_twin_ids():
    html = render('{% include "components/gallery_forms.html" %}', **gallery_context())
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
