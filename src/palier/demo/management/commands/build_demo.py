from django.core.management.base import BaseCommand

from palier.demo.build import build
from palier.demo.scales import SCALES


class Command(BaseCommand):
    help = "Construit le territoire de démonstration ; reprend là où une construction interrompue s’est arrêtée."

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=list(SCALES), default="department")

    def handle(self, *args, **options):
        build(options["size"], self.stderr.write)
