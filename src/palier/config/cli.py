"""The commands of `./palier`. Any word that is not one of them is a management command of that name."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from palier.config.environment import ENV, ROOT, documentation
from palier.config.processes import say

HELP = """\
./palier demo [--size desk|department|region] [--port 8000] [--data DOSSIER] [--check]
        le territoire de démonstration, prêt à visiter dans un navigateur
./palier test [OPTIONS DE PYTEST]
        toutes les vérifications et tous les tests
./palier serve, ./palier worker
        les pages et les tâches de fond, en production (réglages : docs/operating/settings.md)
./palier sne-stand-in [--port 8443] [--fault NOM] [--tell NOM] …
        un registre national d’essai, qui parle le vrai protocole (docs/operating/sne.md)
./palier manage COMMANDE, ou ./palier COMMANDE
        une commande d’administration (migrate, load_geography, exchanges…)
./palier bench NOM
        une mesure de vitesse du dossier bench/
./palier matching verify REÇU [--promise EMPREINTE] [--published EMPREINTE]
        vérifie le reçu d’une liste de candidats, sans base de données (docs/algorithms/receipts.md)
./palier matching shortlist OFFRE… [--first 5]
        les premières demandes du registre auxquelles ces logements conviennent (docs/algorithms/refresh.md)
./palier commissions verify SÉANCE… | --all
        recompte les votes des séances signées, et suit la chaîne de leurs sceaux (docs/algorithms/ballots.md)
./palier dev-db [NOM] [--stop]
        une base de développement qui reste ouverte ; imprime les variables à exporter
./palier settings-doc
        écrit docs/operating/settings.md
"""
# Browsers that the tests may drive. The first has no window, hence takes a third of the time and is preferred.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHECKS = (
    ("Style", "ruff", "check", "--quiet", "."),
    ("Types des règles de droit", "mypy", "--no-error-summary"),
    ("Couches", "lint-imports", "--no-logo"),
)
SIZES = {"desk": "2 000", "department": "30 000", "region": "800 000"}


def main(words: list[str]) -> int:
    """Run one command; returns its exit code."""
    own = {
        "demo": demo,
        "test": test,
        "serve": serve,
        "worker": worker,
        "bench": bench,
        "dev-db": dev_db,
        "matching": matching,
        "sne-stand-in": sne_stand_in,
        "settings-doc": settings_doc,
    }
    command, rest = (words[0], words[1:]) if words else ("help", [])
    if command in ("help", "--help", "-h"):
        print(HELP, end="")
        return 0
    try:
        return own[command](rest) if command in own else manage(rest if command == "manage" else words)
    except KeyboardInterrupt:
        say("\nInterrompu.")
        return 130


def demo(words: list[str]) -> int:
    """Everything from a fresh machine to the open site, until Ctrl-C."""
    from palier.config.running import Installation, Steps

    parser = argparse.ArgumentParser(prog="palier demo")
    parser.add_argument("--size", choices=SIZES, default="department", help="2 000, 30 000 ou 800 000 demandes")
    parser.add_argument("--port", type=int, default=ENV.port)
    parser.add_argument("--data", type=Path, default=ENV.data, help="dossier des données")
    parser.add_argument("--check", action="store_true", help="construire, dérouler la chaîne, imprimer un bilan JSON")
    options = parser.parse_args(words)
    settings = {"PALIER_DEMO": "1", "PALIER_PORT": str(options.port)}
    if not os.environ.get("PALIER_BASE_URL"):
        settings["PALIER_BASE_URL"] = f"http://127.0.0.1:{options.port}"
    step = Steps()
    with Installation(options.data.resolve(), settings, step) as place:
        if not options.check:
            place.claim("site", options.port)
        step("Mise à jour du schéma et du cloisonnement…")
        place.must(["migrate", "-v0"])
        step("Communes et réglages…")
        place.must(["load_geography"])
        step(f"Territoire de démonstration ({SIZES[options.size]} demandes)…")
        place.must(["build_demo", "--size", options.size])
        if options.check:
            step("La chaîne, du dépôt de la demande à la signature du bail…")
            return place.run(["demo_check"], result=True)
        place.collect_static()
        step("Démarrage du site et des tâches de fond…")
        place.start_register()
        place.start_worker()
        place.place_live()
        place.start_web(options.port)
        place.start_live()
        place.wait_until_open(options.port)
        step("Prêt.")
        _announce(f"http://127.0.0.1:{options.port}/")
        place.watch()
        step("Arrêt…")
    step("Tout est arrêté ; rien n’est perdu.")
    return 0


def _announce(address: str) -> None:
    lines = [f"Palier est ouvert : {address}", f"Choisir un rôle   : {address}demo/", "Ctrl-C arrête tout."]
    width = max(map(len, lines)) + 4
    rows = [f"│  {line:<{width - 2}}│" for line in lines]
    say("\n".join(["", f"┌{'─' * width}┐", *rows, f"└{'─' * width}┘", ""]))


def serve(words: list[str]) -> int:
    """The pages, in production."""
    from palier.config.running import Installation, Steps

    argparse.ArgumentParser(prog="palier serve", description="Réglages : docs/operating/settings.md").parse_args(words)
    step = Steps()
    with Installation(ENV.data, {}, step) as place:
        place.claim("web", ENV.port)
        if place.run(["migrate", "--check", "-v0"]):
            raise SystemExit("Le schéma n’est pas à jour : lancez d’abord ./palier migrate")
        place.collect_static()
        place.place_live(ENV.live_port)
        place.start_web(ENV.port)
        place.start_live()
        place.wait_until_open(ENV.port)
        step(f"Pages servies sur {ENV.listen}:{ENV.port}, pour {ENV.base_url}")
        place.watch()
    return 0


def worker(words: list[str]) -> int:
    """The background tasks, in production."""
    from palier.config.running import Installation, Steps

    argparse.ArgumentParser(prog="palier worker", description="Réglages : docs/operating/settings.md").parse_args(words)
    step = Steps()
    with Installation(ENV.data, {}, step) as place:
        place.claim("worker")
        place.start_worker()
        step("Tâches de fond démarrées")
        place.watch()
    return 0


def manage(words: list[str]) -> int:
    """A management command; on the demo's embedded server when no database is set."""
    if os.environ.get("PALIER_WEB_DATABASE_URL"):
        from django.core.management import execute_from_command_line

        execute_from_command_line(["palier", *words])
        return 0
    from palier.config.running import Installation, Steps

    settings = {} if os.environ.get("DATABASE_URL") else {"PALIER_DEMO": os.environ.get("PALIER_DEMO", "1")}
    with Installation(ENV.data, settings, Steps(quiet=True)) as place:
        return place.run(words, result=True)


def bench(words: list[str]) -> int:
    """One benchmark of `bench/`, on the demo's territory."""
    from palier.config.running import Installation, Steps

    known = sorted(path.stem for path in (ROOT / "bench").glob("*.py"))
    if not words or words[0] not in known:
        raise SystemExit(f"./palier bench NOM, parmi : {', '.join(known)}")
    with Installation(ENV.data, {"PALIER_DEMO": "1"}, Steps()) as place:
        return place.call([sys.executable, str(ROOT / "bench" / f"{words[0]}.py"), *words[1:]], result=True)


def matching(words: list[str]) -> int:
    """`verify` needs nothing but the receipt; the other acts are the management command's."""
    if words[:1] != ["verify"]:
        return manage(["matching", *words])
    from palier.law import receipts

    parser = argparse.ArgumentParser(prog="palier matching verify")
    parser.add_argument("receipt", type=Path, metavar="REÇU", help="le fichier JSON téléchargé")
    parser.add_argument("--promise", default="", metavar="EMPREINTE", help="celle notée sur la page de l’offre")
    parser.add_argument("--published", default="", metavar="EMPREINTE", help="celle du reçu, notée auprès de la liste")
    options = parser.parse_args(words[1:])
    try:
        receipt = receipts.read(options.receipt.read_text("utf-8", errors="replace"))
    except OSError as error:
        raise SystemExit(f"{options.receipt} : {error.strerror}.") from None
    except receipts.Unreadable as error:
        raise SystemExit(str(error)) from None
    checks = receipts.verify(receipt, promised=options.promise, published=options.published)
    print("\n".join(receipts.words(receipt, checks)))
    return 0 if all(check.ok for check in checks) else 1


def test(words: list[str]) -> int:
    """Checks of the code, then every test, with a real PostgreSQL and a real browser."""
    from palier.config.running import Steps, TestBed

    step = Steps()
    need_chromium(step)
    failed = [] if words else [command for name, *command in CHECKS if not _check(step, name, command)]
    step("Base de test…")
    # Asked by name, tests run one after the other: their order and their output are then easier to follow.
    together = 0 if words else os.cpu_count() or 1
    with TestBed(step, copies=together) as bed:
        step("Tests…")
        side_by_side = ["-n", str(together), "--dist", "loadfile"] if together else []
        code = bed.call([sys.executable, "-m", "pytest", *side_by_side, *words], result=True)
    for command in failed:
        say(f"« {' '.join(command)} » a échoué ; son message est au-dessus des tests.")
    return code or int(bool(failed))


def _check(step: Callable[[str], None], name: str, command: list[str]) -> bool:
    step(f"{name}…")
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run([str(program), *command[1:]], cwd=ROOT, stdout=sys.stderr).returncode == 0


def dev_db(words: list[str]) -> int:
    """A database for development, on the tests' server, which then keeps running."""
    from palier.config.running import Steps, TestBed

    parser = argparse.ArgumentParser(prog="palier dev-db")
    parser.add_argument("name", nargs="?", default="palier_dev")
    parser.add_argument("--stop", action="store_true", help="arrêter le serveur")
    options = parser.parse_args(words)
    if options.stop:
        TestBed.stop()
        return 0
    with TestBed(Steps(quiet=True), name=options.name, stays=True) as bed:
        for name, value in sorted(bed.settings.items()):
            print(f"export {name}='{value}'")
    return 0


def sne_stand_in(words: list[str]) -> int:
    """A national register on this machine, to try the exchanges with."""
    from palier.exchanges.stand_in.command import main

    return main(words, ENV.data / "sne")


def settings_doc(words: list[str]) -> int:
    """Write the page of settings."""
    path = ROOT / "docs" / "operating" / "settings.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(documentation(), encoding="utf-8")
    print(path.relative_to(ROOT))
    return 0


def need_chromium(step: Callable[[str], None]) -> None:
    """Some tests drive a real browser: install Debian's where possible, else say what is missing."""
    if shutil.which(BROWSERS[0]):
        return
    there, said = any(map(shutil.which, BROWSERS)), ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        step("Installation de Chromium (paquet de la distribution)…")
        said = _apt("install", BROWSERS[0]) and _apt("update") + _apt("install", BROWSERS[0])
        if not there and not shutil.which(BROWSERS[0]):
            said += _apt("install", "chromium")
    if not any(map(shutil.which, BROWSERS)):
        if said:
            say(said)
        raise SystemExit(
            "Les tests ont besoin du navigateur Chromium, absent de cette machine.\n"
            "Sous Debian ou Ubuntu : apt-get install chromium ; puis relancez ./palier test"
        )


def _apt(act: str, *packages: str) -> str:
    """What Debian's installer had to say, "" when all went well; it removes nothing and is not waited for in vain."""
    options = ["-y", "--no-install-recommends", "--no-remove"] if packages else []
    patience = ["-o", "Acquire::http::Timeout=10", "-o", "Acquire::Retries=0", "-o", "DPkg::Lock::Timeout=30"]
    try:
        done = subprocess.run(
            ["apt-get", "-qq", *patience, act, *options, *packages], capture_output=True, text=True, timeout=180,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"apt-get {act} ne répond pas.\n"
    return done.stdout + done.stderr if done.returncode else ""
