"""`./palier exchanges import-demand FILE.xml`: a demand in the national register's own format."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from palier.exchanges.actions import import_demand
from palier.exchanges.sne.safety import DocumentRefused


class Command(BaseCommand):
    help = "Échanges : import-demand FICHIER.xml reprend une demande au format du registre national."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["import-demand"])
        parser.add_argument("file", type=Path)

    def handle(self, *args, **options):
        try:
            with options["file"].open("rb") as file:
                # One byte more than the bound is enough to refuse; a huge file is never read whole.
                answer = import_demand(file.read(50 * 1024 * 1024 + 1))
        except DocumentRefused as refusal:
            answer = {
                "number": "",
                "result": "refused",
                "anomalies": [{"code": refusal.code, "path": "", "message": str(refusal), "severity": "blocking"}],
            }
        except OSError as error:
            answer = {
                "number": "",
                "result": "refused",
                "anomalies": [
                    {
                        "code": "file.unreadable",
                        "path": "",
                        "message": f"Fichier illisible : {error.strerror}.",
                        "severity": "blocking",
                    }
                ],
            }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if answer["result"] == "refused":
            sys.exit(1)
