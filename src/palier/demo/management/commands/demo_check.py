"""Run the whole chain through the actions on the built territory, and print one JSON summary."""

import json
import sys

from django.core.management.base import BaseCommand

from palier.demo.check import run


class Command(BaseCommand):
    help = "Déroule la chaîne entière par les actions ; imprime un bilan JSON, sort en erreur si une étape échoue."

    def handle(self, *args, **options):
        summary = run()
        self.stdout.write(json.dumps(summary, ensure_ascii=False))
        if not summary["ok"]:
            sys.exit(1)
