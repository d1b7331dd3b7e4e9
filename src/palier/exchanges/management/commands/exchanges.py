"""`./palier exchanges import-demand FILE.xml`: a demand in the national register's own format; `send` and `read`: the
exchange with the register, at once; `take-over FILE --mapping M.toml`: the stock of an older tool."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges import incoming, register, sending
from palier.exchanges.actions import import_demand
from palier.exchanges.sne.errors import ExchangeError
from palier.exchanges.sne.safety import DocumentRefused
from palier.exchanges.takeover.command import take_over


class Command(BaseCommand):
    help = (
        "Échanges : import-demand FICHIER.xml reprend une demande au format du registre national ; take-over FICHIER "
        "--mapping MODELE reprend le stock d’un ancien outil ; send envoie ce qui attend au registre ; read lui demande "
        "les radiations et les reconnaissances."
    )

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["import-demand", "take-over", "send", "read"])
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--mapping", default="", help="modèle TOML, ou nom d’un modèle livré avec Palier")
        parser.add_argument("--dry-run", action="store_true", help="essai : le rapport, rien d’autre n’est écrit")
        parser.add_argument("--resume", action="store_true", help="poursuivre une reprise interrompue")
        parser.add_argument("--report", type=Path, help="où écrire le rapport ligne à ligne (CSV)")

    def handle(self, *args, **options):
        if options["act"] in ("import-demand", "take-over"):
            if options["file"] is None:
                raise CommandError("Indiquez le fichier à reprendre.")
            return self._take_over(options) if options["act"] == "take-over" else self._import(options["file"])
        try:
            client = register.client()
        except ExchangeError as error:
            raise CommandError(error.message) from error
        if client is None:
            raise CommandError("Aucun registre n’est réglé (PALIER_SNE_URL) : rien n’est envoyé ni lu.")
        with acting(SYSTEM):
            clock.follow_demo_shift()
        done = sending.send_due(client) if options["act"] == "send" else incoming.read_news(client)
        self.stdout.write(json.dumps(done, ensure_ascii=False))

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

    def _import(self, path):
        try:
            with path.open("rb") as file:
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
