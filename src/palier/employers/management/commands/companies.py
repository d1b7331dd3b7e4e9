"""`./palier companies`: the open register of companies read into the installation (docs/operating/companies.md)."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from palier.employers import actions, register
from palier.territories.models import Department


class Command(BaseCommand):
    help = "Lit les fichiers ouverts du répertoire des entreprises (sans danger à répéter)."

    def add_arguments(self, parser):
        parser.add_argument("--units", type=Path, required=True, help="StockUniteLegale_utf8.csv")
        parser.add_argument("--establishments", type=Path, required=True, help="StockEtablissement_utf8.csv")
        parser.add_argument("--successions", type=Path, help="StockEtablissementLiensSuccession_utf8.csv")
        parser.add_argument("--on", type=date.fromisoformat, required=True, help="jour du répertoire, 2026-11-01")
        parser.add_argument(
            "--everywhere", action="store_true", help="tout le pays, et pas les seuls départements actifs"
        )

    def handle(self, *args, **options):
        active = Department.objects.filter(active=True).order_by("code").values_list("code", flat=True)
        departments = () if options["everywhere"] else tuple(active)
        try:
            wanted = register.sirens(options["establishments"], departments)
            known = register.units(options["units"], wanted)
            told = actions.load_companies(
                establishments=register.establishments(options["establishments"], known, departments),
                successions=register.successions(options["successions"]) if options["successions"] else {},
                seen_on=options["on"],
            )
        except (register.WrongFile, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{told['read']} établissements lus, {told['new']} nouveaux, {told['changed']} changés d’état"
        )
