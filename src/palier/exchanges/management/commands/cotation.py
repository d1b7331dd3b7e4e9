"""`./palier cotation explain --grid FILE.toml --demand FILE.xml|FILE.json [--on DATE]`: a score and its reasons, as JSON;
`replay NUMBER --on DATE`: the scores of a demand on a past day, with the grid and the facts of that day."""

import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.explaining import Unreadable, explain, replay
from palier.exchanges.sne.safety import DocumentRefused
from palier.law.grid import GridError

MOST = 50 * 1024 * 1024


class Command(BaseCommand):
    help = "Cotation : explain --grid GRILLE.toml --demand DEMANDE.xml|MENAGE.json [--on AAAA-MM-JJ] imprime les points et leurs raisons ; replay NUMERO --on AAAA-MM-JJ, ceux d’un jour passé."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["explain", "replay"])
        parser.add_argument("number", nargs="?", default="")
        parser.add_argument("--grid", type=Path)
        parser.add_argument("--demand", type=Path)
        parser.add_argument("--on", type=_day, default=None, metavar="AAAA-MM-JJ")

    def handle(self, *args, **options):
        with acting(SYSTEM):
            clock.follow_demo_shift()
            day = options["on"] or clock.today()
            try:
                answer = self._replay(options, day) if options["act"] == "replay" else self._explain(options, day)
            except OSError as error:
                raise CommandError(f"{error.filename} : {error.strerror}.") from error
            except UnicodeDecodeError as error:
                raise CommandError(f"{options['grid']} n’est pas un texte en UTF-8.") from error
            except (GridError, DocumentRefused, Unreadable) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))

    def _replay(self, options, day):
        if not options["number"]:
            raise CommandError("Indiquez le numéro unique de la demande.")
        return replay(options["number"], day)

    def _explain(self, options, day):
        if options["grid"] is None or options["demand"] is None:
            raise CommandError("Indiquez --grid GRILLE.toml et --demand DEMANDE.xml ou MENAGE.json.")
        grid = options["grid"].read_text(encoding="utf-8")
        with options["demand"].open("rb") as file:
            return explain(grid, file.read(MOST + 1), day)


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas un jour : écrivez par exemple 2026-03-31.") from error
