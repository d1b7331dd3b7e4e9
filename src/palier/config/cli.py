"""The commands: demo, test, serve, worker, bench; any other word is a management command of that name."""

from __future__ import annotations

import argparse
import os
import runpy
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SIZES = ("desk", "department", "region")


def main(words: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if words is None else words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.config.settings")
    command, rest = (words[0], words[1:]) if words else ("help", [])
    own = {"demo": demo, "test": test, "serve": serve, "worker": worker, "bench": bench, "help": usage, "--help": usage}
    if command in own:
        return own[command](rest)
    return manage(rest if command == "manage" else words)


def usage(words: list[str]) -> int:
    print(
        "./palier demo [--size desk|department|region] [--port 8000] [--data DIR] [--check]\n"
        "./palier test [options de pytest]\n"
        "./palier serve | worker        production, réglages dans docs/operating/settings.md\n"
        "./palier bench pages\n"
        "./palier manage COMMANDE       commandes d’administration (migrate, load_geography, draw_states…)\n"
        "./palier exchanges import-demand FICHIER.xml"
    )
    return 0


def say(text: str) -> None:
    """Progress goes to the error stream: the standard output is for results."""
    print(text, file=sys.stderr, flush=True)


class Steps:
    """Progress lines with the seconds gone by."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self, text: str) -> None:
        say(f"[{time.monotonic() - self.began:5.1f} s] {text}")


def demo(words: list[str]) -> int:
    """Everything a fresh machine needs, then the site until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="palier demo")
    parser.add_argument("--size", choices=SIZES, default="department")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=ROOT / ".palier" / "data")
    parser.add_argument("--check", action="store_true", help="construire, dérouler la chaîne, imprimer un bilan JSON")
    options = parser.parse_args(words)
    step = Steps()
    data = options.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PALIER_DEMO="1", PALIER_DATA=str(data), PALIER_PORT=str(options.port),
        PALIER_BASE_URL=f"http://127.0.0.1:{options.port}",
    )  # fmt: skip
    from palier.config.processes import Group

    group = Group(data, {})
    group.end_leftovers()
    if not options.check:
        _need_port(options.port)
    cluster = _database(data, step)
    try:
        _build(options.size, step)
        if options.check:
            return _child(["demo_check"])
        group.environ = dict(os.environ)
        _run_site(group, options.port, step)
        return group.watch()
    finally:
        if cluster is not None:
            from palier.config import postgres

            postgres.stop(cluster)
        say("Arrêté.")


def _database(data: Path, step: Steps):
    """Start the embedded server, or adopt the operator's; sets the two addresses for what follows."""
    from palier.config import postgres

    given = os.environ.get("DATABASE_URL", "")
    if given:
        step("Base de données fournie (DATABASE_URL)")
        os.environ.update(postgres.adopt(given, data))
        return None
    cluster = postgres.start(data)
    os.environ.update(postgres.prepare(cluster))
    step("PostgreSQL embarqué prêt")
    return cluster


def _build(size: str, step: Steps) -> None:
    _must(["migrate", "-v0"], role="owner")
    step("Schéma à jour, cloisonnement appliqué")
    _must(["load_geography"])
    step("Communes et réglages chargés")
    _must(["build_demo", "--size", size])
    step("Territoire de démonstration prêt")
    _must(["collectstatic", "--noinput", "-v0"])


def _must(words: list[str], role: str = "web") -> None:
    code = _child(words, role)
    if code:
        raise SystemExit(f"« {words[0]} » a échoué (code {code}).")


def _child(words: list[str], role: str = "web") -> int:
    environ = {**os.environ, "PALIER_DATABASE_ROLE": role, "PALIER_POOL": "0"}
    return subprocess.run([sys.executable, "-m", "palier", "manage", *words], env=environ).returncode


def _web_command(listen: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", listen, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers",
        "palier.config.wsgi:application",
    ]  # fmt: skip


def _run_site(group, port: int, step: Steps) -> None:
    group.start("web", _web_command("127.0.0.1", port, 2))
    group.start("worker", [sys.executable, "-m", "palier", "manage", "procrastinate", "worker", "--concurrency", "2"])
    address = f"http://127.0.0.1:{port}/"
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            break
        except OSError:
            time.sleep(0.2)
    else:
        group.stop()
        raise SystemExit(f"Le site ne répond pas. Voir {group.logs / 'web.log'}.")
    step("Site et tâches de fond démarrés")
    say(f"\n  Palier est ouvert : {address}\n  Essayer un rôle  : {address}demo/\n  Ctrl-C arrête tout, rien n’est perdu.\n")


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SystemExit(f"Le port {port} est déjà pris : essayez ./palier demo --port {port + 1}") from error


def serve(words: list[str]) -> int:
    """The pages, in production: settings from the environment, the proxy in front does TLS."""
    from palier.config.environment import ENV

    _must(["collectstatic", "--noinput", "-v0"])
    os.execv(sys.executable, _web_command(ENV.listen, ENV.port, ENV.workers))
    return 0


def worker(words: list[str]) -> int:
    """The tasks in the background, in production."""
    return manage(["procrastinate", "worker", *words])


def manage(words: list[str]) -> int:
    """A management command. Without any database setting, the demo's own embedded server is used."""
    os.environ.setdefault("PALIER_POOL", "0")
    cluster = None
    if not os.environ.get("PALIER_WEB_DATABASE_URL"):
        cluster = _own_database()
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["palier", *words])
    finally:
        if cluster is not None and cluster.started:
            from palier.config import postgres

            postgres.stop(cluster)
    return 0


def _own_database():
    """The demo's embedded server, started for this command if it is not running."""
    from palier.config import postgres

    data = Path(os.environ.get("PALIER_DATA", ROOT / ".palier" / "data"))
    if os.environ.get("DATABASE_URL"):
        os.environ.update(postgres.adopt(os.environ["DATABASE_URL"], data))
        os.environ.setdefault("PALIER_SECRET_KEY", "")
        return None
    os.environ.setdefault("PALIER_DEMO", "1")
    data.mkdir(parents=True, exist_ok=True)
    cluster = postgres.start(data)
    os.environ.update(postgres.prepare(cluster))
    return cluster


def bench(words: list[str]) -> int:
    """A benchmark of `bench/`, on the demo's territory."""
    known = sorted(p.stem for p in (ROOT / "bench").glob("*.py"))
    if not words or words[0] not in known:
        raise SystemExit(f"./palier bench NOM, parmi : {', '.join(known)}")
    cluster = None
    if not os.environ.get("PALIER_WEB_DATABASE_URL"):
        cluster = _own_database()
    sys.argv = [words[0], *words[1:]]
    try:
        runpy.run_path(str(ROOT / "bench" / f"{words[0]}.py"), run_name="__main__")
    finally:
        if cluster is not None and cluster.started:
            from palier.config import postgres

            postgres.stop(cluster)
    return 0


def test(words: list[str]) -> int:
    """Checks of the code, then every test, with a real PostgreSQL and a real browser."""
    step = Steps()
    _need_chromium(step)
    from palier.config import postgres

    os.environ.update(PALIER_DEMO="1", PALIER_POOL="0", PALIER_DATA=str(ROOT / ".palier" / "test"))
    (ROOT / ".palier" / "test").mkdir(parents=True, exist_ok=True)
    cluster = postgres.start(ROOT / ".palier" / "test", durable=False)
    name = os.environ.get("PALIER_TEST_DB", "palier_test")
    try:
        postgres.drop_database(cluster, name)
        os.environ.update(postgres.prepare(cluster, name))
        _must(["migrate", "-v0"], role="owner")
        _must(["load_geography"])
        step("Base de test prête")
        if not words:
            if subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT).returncode:
                return 1
        return subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT).returncode
    finally:
        if cluster.started:
            postgres.stop(cluster)


def _need_chromium(step: Steps) -> None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if any(shutil.which(name) for name in names):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        step("Installation de Chromium (paquet Debian)…")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet)
        if shutil.which("chromium"):
            return
    raise SystemExit(
        "Les tests ont besoin de Chromium, et il n’a pas pu être installé.\n"
        "Sous Debian ou Ubuntu : apt-get install chromium, puis relancez ./palier test"
    )
