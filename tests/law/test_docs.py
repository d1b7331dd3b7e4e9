"""Every page of `docs/algorithms` runs: its worked examples are the tests of what it says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from palier.law.facts import FACTS

PAGES = Path(__file__).parents[2] / "docs" / "algorithms"
WITH_EXAMPLE = sorted(p for p in PAGES.glob("*.md") if p.name != "README.md")


@pytest.mark.parametrize("page", WITH_EXAMPLE, ids=lambda page: page.stem)
def test_worked_example(page: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert blocks, "a page without a worked example"
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), _names(), page.name, str(page), 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)
    assert len(test.examples) >= 4


def test_the_contents_name_every_page() -> None:
    named = re.findall(r"\]\(([\w-]+)\.md\)", (PAGES / "README.md").read_text("utf-8"))
    assert sorted(named) == sorted(page.stem for page in WITH_EXAMPLE)


def test_the_grid_page_lists_every_fact() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (\S+) \|", (PAGES / "cotation.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [(fact.name, fact.kind) for fact in FACTS.values()]


def _names() -> dict[str, object]:
    from decimal import Decimal

    return {"Decimal": Decimal}
