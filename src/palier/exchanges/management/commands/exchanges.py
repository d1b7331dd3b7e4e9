"""`./palier exchanges import-demand FILE.xml`: a demand in the national register's own format.

`./palier exchanges take-over FILE --mapping M.toml`: the stock of an older tool.
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from palier.exchanges.actions import import_demand
from palier.exchanges.sne.safety import DocumentRefused
from palier.exchanges.takeover.command import take_over


class Command(BaseCommand):
    help = (
        "Échanges : import-demand FICHIER.xml reprend une demande au format du registre national ; "
        "take-over FICHIER --mapping MODELE reprend le stock d’un ancien outil."
    )

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["import-demand", "take-over"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", default="", help="modèle TOML, ou nom d’un modèle livré avec Palier")
        parser.add_argument("--dry-run", action="store_true", help="essai : le rapport, rien d’autre n’est écrit")
        parser.add_argument("--resume", action="store_true", help="poursuivre une reprise interrompue")
        parser.add_argument("--report", type=Path, help="où écrire le rapport ligne à ligne (CSV)")

    def handle(self, *args, **options):
        if options["act"] == "take-over":
            self._take_over(options)
        else:
            self._import_demand(options)

    def _take_over(self, options):
        answer = take_over(
            options["file"],
            mapping=options["mapping"],
            dry_run=options["dry_run"],
            resume=options["resume"],
            to=options["report"],
            say=lambda words: print(words, file=sys.stderr, flush=True),
        )
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if answer["result"] not in ("rehearsed", "done"):
            sys.exit(1)

    def _import_demand(self, options):
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
