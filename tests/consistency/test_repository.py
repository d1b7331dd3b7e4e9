"""Rules of the house that a machine can hold."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template

from palier.common import workflow
from palier.common.ledger import declared_verbs, words_for

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "palier"
TEMPLATES = sorted(p for p in SOURCE.rglob("templates/**/*.html"))


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_compiles(path):
    name = str(path).split("/templates/", 1)[1]
    get_template(name)


@pytest.mark.parametrize("path", [p for p in TEMPLATES if "/email" not in str(p)], ids=relative)
def test_no_inline_code_and_every_post_is_protected(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text) == []
    assert re.findall(r"\son[a-z]+=|\sstyle=", text) == []
    for form in re.findall(r"<form\b(?:(?!</form>).)*?method=\"post\".*?</form>", text, re.S):
        assert "csrf_token" in form
        assert "{% once %}" in form or "/demo/" in str(path), form[:120]


def test_drawings_of_states_are_fresh():
    stale = []
    for name, flow in workflow.REGISTRY.items():
        path = ROOT / "docs" / "states" / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != workflow.drawing(flow):
            stale.append(name)
    assert stale == [], "run ./palier draw_states"


def test_no_drawing_of_a_workflow_that_is_gone():
    drawn = {p.stem for p in (ROOT / "docs" / "states").glob("*.md")}
    assert drawn == set(workflow.REGISTRY)


def test_every_event_has_words_for_agents_or_households():
    assert [v for v in declared_verbs() if not (words_for(v, "agent") or words_for(v, "applicant"))] == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_lock_files_name_no_address():
    for path in tracked("requirements*.txt", "package-lock.json"):
        assert "://" not in path.read_text(encoding="utf-8"), path


def test_sources_name_no_registry_host():
    hosts = re.compile(r"pypi\.(?:org)|python" + r"hosted\.org|registry\.npm" + r"js|deb\.deb" + r"ian\.org")
    for path in tracked("*.py", "*.md", "*.toml", "*.txt", "palier", ".ci/run", "*.json"):
        if path != Path(__file__):
            assert not hosts.search(path.read_text(encoding="utf-8", errors="ignore")), path


def test_no_file_is_too_long():
    long = {
        relative(p): n
        for p in SOURCE.rglob("*.py")
        if "migrations" not in p.parts and (n := len(p.read_text().splitlines())) > 450
    }
    assert long == {}


def test_imports_follow_the_house():
    done = subprocess.run(["lint-imports"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
