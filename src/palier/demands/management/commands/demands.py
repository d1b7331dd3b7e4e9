"""`./palier demands nightly [--on 2026-11-24]`: what falls due by itself, as the worker does each night."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from palier.common.errors import Refused
from palier.demands import nights


class Command(BaseCommand):
    help = "Vie des demandes : nightly envoie les avis, radie au terme des avertissements, efface les données d’il y a un an."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["nightly"])
        parser.add_argument("--on", type=date.fromisoformat, help="le jour à traiter, AAAA-MM-JJ (aujourd’hui sinon)")

    def handle(self, *args, **options):
        try:
            done = nights.run(on=options["on"], say=self.stderr.write)
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(json.dumps(done))
