"""`./palier matching shortlist OFFER… [--first 5]`: the first candidates that the register holds for offers, a JSON line each."""

import json

from django.core.management.base import BaseCommand, CommandError

from palier.applications.offers import describe, facts
from palier.applications.receipts import drawn
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.matching import firsts_of_register
from palier.homes.models import Offer
from palier.law.ranking import RULE


class Command(BaseCommand):
    help = "Rapprochement : shortlist OFFRE… [--first 5] imprime les premières demandes du registre auxquelles chaque logement convient."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["shortlist"])
        parser.add_argument("offers", type=int, nargs="+", metavar="offre")
        parser.add_argument("--first", type=int, default=5)

    def handle(self, *args, **options):
        clock.follow_demo_shift()
        with acting(SYSTEM):
            held = Offer.objects.select_related("dwelling__commune").in_bulk(options["offers"])
            for key in options["offers"]:
                if key not in held:
                    raise CommandError(f"Aucune offre ne porte le numéro {key}.")
            offers = [held[key] for key in dict.fromkeys(options["offers"])]
            found = firsts_of_register([(facts(o), drawn(o)) for o in offers], options["first"])
        for offer, stands in zip(offers, found, strict=True):
            told = {
                "offer": offer.pk,
                "dwelling": describe(offer),
                "rule": RULE,
                "candidates": [
                    {
                        "position": s.position,
                        "demand": s.demand_id,
                        "points": float(s.points),
                        "registered_on": s.registered_on.isoformat(),
                    }
                    for s in stands
                ],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
