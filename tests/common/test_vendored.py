"""Files we did not write are exactly those their authors published."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

COMMON = Path(__file__).parents[2] / "src" / "palier" / "common"
STATIC = COMMON / "static"
PACKAGES = json.loads((COMMON / "vendor.json").read_text(encoding="utf-8"))
INLINE = re.compile(
    r"<style|\sstyle=|\son(?:click|change|input|load|error|submit|key\w+|mouse\w+)=|<script(?![^>]*\ssrc=)[^>]*>"
)
FILES = [entry for package in PACKAGES for entry in package["files"]]


def sha384(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_file_is_the_one_declared(entry):
    content = (STATIC / entry["file"]).read_bytes()
    assert sha384(content) == entry["sha384"]
    if "removed_end" in entry:
        # Only the pointer to a source map that we do not ship was cut off: with it, the published file is back.
        assert sha384(content + entry["removed_end"].encode()) == entry["sha384_before"]


def test_every_vendored_file_is_declared():
    found = {str(path.relative_to(STATIC)) for path in (STATIC / "vendor").rglob("*") if path.is_file()}
    assert found == {entry["file"] for entry in FILES if entry["file"].startswith("vendor/")}


def test_every_package_has_an_open_licence():
    open_licences = {"MIT", "0BSD", "BSD-2-Clause", "Apache-2.0", "OFL-1.1"}
    assert {package["package"]: package["licence"] in open_licences for package in PACKAGES} == {
        package["package"]: True for package in PACKAGES
    }


def test_htmx_is_the_exact_version_the_pages_are_written_for():
    versions = {package["package"]: package["version"] for package in PACKAGES}
    assert (versions["htmx.org"], versions["bootstrap"]) == ("2.0.11", "5.3.9")


def test_nothing_is_fetched_from_another_site():
    """Our own templates, styles and scripts name no outside address (the sprite's namespace is not one)."""
    ours = [
        path
        for folder in ("templates", "static/palier")
        for path in (COMMON / folder).rglob("*")
        if path.suffix in {".html", ".css", ".js", ".svg"}
    ]
    outside = {
        str(path.relative_to(COMMON)): found
        for path in ours
        if (found := re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[\w.-]+\.\w{2,}/?[^\s\"']*", path.read_text()))
    }
    assert outside == {}


def test_pages_hold_no_inline_script_or_style():
    """The Content Security Policy would refuse them; mails are exempt, their readers know nothing else."""
    bad = {}
    for path in (COMMON / "templates").rglob("*.html"):
        if path.parent.name == "email":
            continue
        found = INLINE.findall(path.read_text(encoding="utf-8"))
        if found:
            bad[path.name] = found
    assert bad == {}
