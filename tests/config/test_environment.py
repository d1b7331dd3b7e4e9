from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from palier.config.environment import ROOT, BadSetting, Environment, Smtp, documentation

KEY = "k" * 50
ADDRESS = "postgresql://palier_owner:p%40ss@db.example:6543/palier"


def read(**source: str) -> Environment:
    return Environment.read({"PALIER_DATA": "/nowhere", **source})


def test_defaults():
    env = Environment.read({})
    assert (env.database_role, env.demo, env.debug, env.pool, env.https) == ("web", False, False, False, False)
    assert (env.port, env.workers, env.threads, env.tasks) == (8000, 2, 4, 2)
    assert env.hosts == ("127.0.0.1", "localhost")
    assert env.data == ROOT / ".palier" / "data"
    assert env.smtp == Smtp("127.0.0.1", 25, "", "", tls=False, ssl=False)


def test_an_empty_variable_counts_as_absent():
    assert read(PALIER_PORT="", PALIER_HOSTS=" ") == read()


def test_production_values():
    env = read(
        PALIER_BASE_URL="https://logement.exemple.fr/",
        PALIER_HOSTS="interne.exemple.fr, 10.0.0.1",
        PALIER_SECRET_KEY=KEY,
        EMAIL_URL="smtp+tls://envoi:a%2Fb@mail.exemple.fr",
        PALIER_CLAMAV="unix:///run/clamav/clamd.ctl",
        PALIER_DEMO="non",
        PALIER_POOL="1",
    )
    assert env.base_url == "https://logement.exemple.fr"
    assert env.https is True
    assert env.hosts == ("interne.exemple.fr", "10.0.0.1", "logement.exemple.fr")
    assert env.smtp == Smtp("mail.exemple.fr", 587, "envoi", "a/b", tls=True, ssl=False)
    assert (env.secret_key, env.demo, env.pool) == (KEY, False, True)
    assert env.clamav == "unix:///run/clamav/clamd.ctl"


def test_database_addresses():
    env = read(DATABASE_URL=ADDRESS, PALIER_WEB_DATABASE_URL="postgresql://web:x@/palier?host=/run/pg&port=5433")
    assert env.database("owner") == {
        "host": "db.example", "port": "6543", "user": "palier_owner", "password": "p@ss", "name": "palier",
    }  # fmt: skip
    assert env.database("web") == {
        "host": "/run/pg", "port": "5433", "user": "web", "password": "x", "name": "palier",
    }  # fmt: skip


@pytest.mark.parametrize(("role", "name"), [("web", "PALIER_WEB_DATABASE_URL"), ("owner", "DATABASE_URL")])
def test_an_absent_database_is_named(role, name):
    with pytest.raises(BadSetting, match=rf"^Réglage {name} absent"):
        read().database(role)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://a:b@c/d"),
        ("DATABASE_URL", "postgresql://host-only"),
        ("DATABASE_URL", "postgresql://u:p@h/db?unknown=1"),
        ("DATABASE_URL", "palier.sqlite3"),
        ("PALIER_DATABASE_ROLE", "postgres"),
        ("PALIER_POOL", "peut-être"),
        ("PALIER_SECRET_KEY", "short"),
        ("PALIER_PORT", "80a"),
        ("PALIER_PORT", "0"),
        ("PALIER_PORT", "65536"),
        ("PALIER_PORT", "²"),
        ("PALIER_WORKERS", "0"),
        ("PALIER_WORKERS", "-1"),
        ("PALIER_BASE_URL", "palier.example"),
        ("PALIER_BASE_URL", "https://exemple.fr/palier"),
        ("EMAIL_URL", "mail.exemple.fr:25"),
        ("PALIER_CLAMAV", "localhost:3310"),
        ("PALIER_CLAMAV", "tcp://localhost"),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_its_variable(name, value):
    with pytest.raises(BadSetting, match=rf"^Réglage {name} : attendu "):
        read(**{name: value})


def test_a_refusal_repeats_no_secret():
    with pytest.raises(BadSetting) as refused:
        read(DATABASE_URL="postgresql://owner:hunter2@")
    assert "hunter2" not in str(refused.value)


def test_secrets_are_not_printed():
    env = read(DATABASE_URL=ADDRESS, PALIER_SECRET_KEY=KEY, EMAIL_URL="smtp://u:hunter2@h")
    assert re.findall(r"p@ss|kkk|hunter2", repr(env)) == []


def test_the_drawn_key_is_read_from_the_data_folder(tmp_path: Path):
    (tmp_path / "secret-key").write_text(KEY + "\n", encoding="ascii")
    assert Environment.read({"PALIER_DATA": str(tmp_path)}).secret_key == KEY
    assert Environment.read({"PALIER_DATA": str(tmp_path), "PALIER_SECRET_KEY": "z" * 60}).secret_key == "z" * 60


def test_values_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().port = 1


def test_the_page_of_settings_is_fresh():
    assert (ROOT / "docs" / "operating" / "settings.md").read_text(encoding="utf-8") == documentation()


def test_every_variable_read_anywhere_is_documented():
    documented = set(re.findall(r"^\| `(\w+)`", documentation(), re.M))
    internal = {"PALIER_SUPERVISED", "PALIER_PYTHON"}
    used = set()
    for path in [ROOT / "palier", *(ROOT / "src").rglob("*.py")]:
        used |= set(re.findall(r"\bPALIER_[A-Z][A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert used - documented == internal


def test_a_process_stops_at_once_on_a_bad_setting():
    environ = {**os.environ, "PALIER_PORT": "http"}
    done = subprocess.run([sys.executable, "-m", "palier", "help"], env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Réglage PALIER_PORT : attendu un numéro de port, de 1 à 65535.\n"
