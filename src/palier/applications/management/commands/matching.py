"""`./palier matching shortlist OFFER [--first 5]`: the first candidates that the whole register holds for an offer, as JSON."""

import json

from django.core.management.base import BaseCommand, CommandError

from palier.applications.offers import describe, facts
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation.matching import first_of_register
from palier.homes.models import Offer
from palier.law.ranking import RULE


class Command(BaseCommand):
    help = "Rapprochement : shortlist OFFRE [--first 5] imprime les premières demandes du registre auxquelles ce logement convient."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["shortlist"])
        parser.add_argument("offer", type=int)
        parser.add_argument("--first", type=int, default=5)

    def handle(self, *args, **options):
        clock.follow_demo_shift()
        with acting(SYSTEM):
            offer = Offer.objects.select_related("dwelling__commune").filter(pk=options["offer"]).first()
            if offer is None:
                raise CommandError(f"Aucune offre ne porte le numéro {options['offer']}.")
            found = first_of_register(facts(offer), offer.draw_seed, options["first"])
        told = {
            "offer": offer.pk,
            "dwelling": describe(offer),
            "rule": RULE,
            "seed": offer.draw_seed,
            "candidates": [
                {
                    "position": s.position,
                    "demand": s.demand_id,
                    "points": float(s.points),
                    "registered_on": s.registered_on.isoformat(),
                }
                for s in found
            ],
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
