"""Single allocations may single somebody out in a small commune: only the calculation reads them."""

ROW_POLICIES: dict = {"observatory_pastallocation": {}, "observatory_pastoffer": {}}
OPEN_TABLES = {
    "observatory_communeindicator": "counts by commune; small numbers are hidden when shown",
    "observatory_comparable": "chances and waits of many past offers together; shown above a least number only",
}
