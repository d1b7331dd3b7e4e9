"""Write the table of rights that the tests compare with the site."""

import csv
import sys

from django.core.management.base import BaseCommand

from palier.spaces.matrix import ROLES, matrix


class Command(BaseCommand):
    help = "Imprime la table des droits : chaque rôle sur chaque adresse nommée (CSV)."

    def handle(self, *args, **options):
        writer = csv.DictWriter(sys.stdout, ["url", *ROLES], lineterminator="\n")
        writer.writeheader()
        for url, row in matrix().items():
            writer.writerow({"url": url, **row})
