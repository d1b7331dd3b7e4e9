"""`./palier cotation explain --grid FILE.toml --demand FILE.xml|FILE.json [--on DATE]`: a score and its reasons, as JSON."""

import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.explaining import Unreadable, explain
from palier.exchanges.sne.safety import DocumentRefused
from palier.law.grid import GridError

MOST = 50 * 1024 * 1024


class Command(BaseCommand):
    help = "Cotation : explain --grid GRILLE.toml --demand DEMANDE.xml|MENAGE.json [--on AAAA-MM-JJ] imprime les points et leurs raisons."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["explain"])
        parser.add_argument("--grid", type=Path, required=True)
        parser.add_argument("--demand", type=Path, required=True)
        parser.add_argument("--on", type=_day, default=None, metavar="AAAA-MM-JJ")

    def handle(self, *args, **options):
        with acting(SYSTEM):
            try:
                grid = options["grid"].read_text(encoding="utf-8")
                with options["demand"].open("rb") as file:
                    content = file.read(MOST + 1)
                answer = explain(grid, content, options["on"] or clock.today())
            except OSError as error:
                raise CommandError(f"{error.filename} : {error.strerror}.") from error
            except UnicodeDecodeError as error:
                raise CommandError(f"{options['grid']} n’est pas un texte en UTF-8.") from error
            except (GridError, DocumentRefused, Unreadable) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas un jour : écrivez par exemple 2026-03-31.") from error
