"""The shell launcher, and the pins it installs."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from palier.config import cli
from palier.config.environment import ROOT


def launch(*words: str, folder: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / "palier"), *words], env={**os.environ, **environ}, capture_output=True, text=True, cwd="/"
    )


def test_help_lists_the_commands_from_anywhere():
    done = launch("help")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", cli.HELP)


def test_an_unknown_command_is_refused():
    done = launch("no_such_command")
    assert done.returncode == 1
    assert "Unknown command: 'no_such_command'" in done.stderr


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_pin_has_its_hash_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][^\n]*", text, re.M)
    assert len(pins) > 40
    assert [pin for pin in pins if not re.match(r"[a-z0-9._-]+==[^ ]+( ; .+)? \\$", pin)] == []
    assert text.count("==") >= len(pins)
    assert re.findall("://", text) == []
    without = [block for block in re.split(r"\n(?=\w)", text) if "--hash=sha256:" not in block]
    assert without == []


def test_the_site_runs_on_what_the_tests_ran_on():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9._-]+==[^ ]+", (ROOT / name).read_text(encoding="utf-8"), re.M))

    assert pins("requirements.txt") - pins("requirements-test.txt") == set()


def copy_of_launcher(folder: Path) -> Path:
    """A checkout with the launcher alone and no library to install."""
    shutil.copy(ROOT / "palier", folder / "palier")
    (folder / "requirements.txt").write_text("")
    package = folder / "src" / "palier"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("import sys; print(sys.prefix, *sys.argv[1:])")
    return folder


def test_the_environment_is_made_once_and_again_when_moved(tmp_path: Path):
    (tmp_path / "a").mkdir()
    folder = copy_of_launcher(tmp_path / "a")
    first = launch("hello", "there", folder=folder)
    assert (first.returncode, first.stdout) == (0, f"{folder}/.palier/venv hello there\n")
    second = launch("hello", folder=folder)
    assert (second.stdout, second.stderr) == (f"{folder}/.palier/venv hello\n", "")
    moved = folder.rename(tmp_path / "b c")
    third = launch("hello", folder=moved)
    assert (third.returncode, third.stdout) == (0, f"{moved}/.palier/venv hello\n")


def test_an_interrupted_installation_is_done_again(tmp_path: Path):
    folder = copy_of_launcher(tmp_path)
    launch("hello", folder=folder)
    (folder / ".palier" / "venv" / "requirements.txt").unlink()
    again = launch("hello", folder=folder)
    assert (again.returncode, again.stderr) == (
        0,
        "Installation des bibliothèques (requirements.txt), une minute au plus…\n",
    )


def test_an_old_python_is_told_what_is_needed(tmp_path: Path):
    folder = copy_of_launcher(tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "readlink", "mkdir", "cat", "cmp", "id"):
        (tools / name).symlink_to(shutil.which(name))
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(old.stat().st_mode | stat.S_IXUSR)
    done = launch("demo", folder=folder, PATH=str(tools))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Palier : il faut Python 3.11 ou plus récent.")


def test_missing_chromium_says_what_to_install(tmp_path: Path):
    code = "from palier.config.cli import need_chromium; need_chromium(lambda text: None)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Les tests ont besoin du navigateur Chromium, absent de cette machine.\n"
        "Sous Debian ou Ubuntu : apt-get install chromium ; puis relancez ./palier test\n"
    )
