from django.core.management.base import BaseCommand

from palier.territories import actions


class Command(BaseCommand):
    help = "Charge les communes, EPCI, départements et réglages livrés avec Palier (sans danger à répéter)."

    def add_arguments(self, parser):
        parser.add_argument("--departments", default="14,61", help="départements actifs, séparés par des virgules")

    def handle(self, *args, **options):
        communes = actions.load_geography(active=frozenset(options["departments"].split(",")))
        settings = actions.load_settings()
        self.stdout.write(f"{communes} communes, {settings} réglages")
