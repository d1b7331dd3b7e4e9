"""`./palier commissions verify SÉANCE… | --all`: are signed sessions what they were? Exit code 0 when all agree, else 1."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from palier.commissions import verifying
from palier.commissions.models import Session
from palier.common import clock
from palier.common.isolation import SYSTEM, acting


class Command(BaseCommand):
    help = "Commissions : verify SÉANCE… ou --all recompte les votes des séances signées et suit la chaîne des sceaux."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["verify"])
        parser.add_argument(
            "sessions", nargs="*", metavar="séance", help="le numéro d’une séance, par exemple 2026-001"
        )
        parser.add_argument("--all", action="store_true", help="toutes les séances signées")

    def handle(self, *args, **options):
        clock.follow_demo_shift()
        if bool(options["sessions"]) == options["all"]:
            raise CommandError("Donnez le numéro d’une séance, ou --all pour toutes.")
        with acting(SYSTEM, read_only=not transaction.get_connection().in_atomic_block):
            reports = [verifying.verify(one) for one in self._sessions(options)]
            loose = verifying.chain() if options["all"] else []
        for report in reports:
            self.stdout.write("\n".join(verifying.words(report)))
        for line in loose:
            self.stdout.write(line)
        sound = all(report.sound for report in reports) and not loose
        if options["all"]:
            count = sum(report.sound for report in reports)
            self.stdout.write(f"{count} séance(s) conforme(s) sur {len(reports)}.")
        if not sound:
            raise SystemExit(1)

    def _sessions(self, options):
        every = Session.objects.select_related("commission__landlord").order_by("signed_at", "pk")
        if options["all"]:
            return list(every.filter(state="signed"))
        found = []
        for number in options["sessions"]:
            named = list(every.filter(number=number, state="signed"))
            if not named:
                raise CommandError(f"Aucune séance signée ne porte le numéro {number}.")
            found.extend(named)
        return found
