"""`./palier parameters check`: the figures of the law, their age and what is still to verify;
`next-ceilings --former-index 144.51 --index 145.77 --from 2026-01-01`: next year's ceilings, ready to append."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.management.base import BaseCommand, CommandError

from palier.common import clock
from palier.law.parameters import NoParameter, parameter_set, subjects
from palier.law.revaluation import as_version, next_ceilings

# Figures that an order changes every year; the others last until a text changes them.
YEARLY = ("aid", "ceilings", "rent_reduction")


class Command(BaseCommand):
    help = (
        "Chiffres de la loi : check dit depuis quand chacun vaut et ce qui reste à vérifier ; next-ceilings "
        "--former-index IRL --index IRL --from AAAA-01-01 calcule les plafonds de l’année suivante."
    )

    def add_arguments(self, parser):
        parser.add_argument("act", choices=["check", "next-ceilings"])
        parser.add_argument("--on", type=date.fromisoformat, default=None, metavar="AAAA-MM-JJ")
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, default=None, metavar="AAAA-01-01")
        parser.add_argument("--former-index", type=_index, default=None, metavar="IRL")
        parser.add_argument("--index", type=_index, default=None, metavar="IRL")

    def handle(self, *args, **options):
        if options["act"] == "check":
            self._check(options["on"] or clock.today())
        else:
            self._next(options)

    def _check(self, on):
        old = []
        for name in subjects():
            try:
                held = parameter_set(name, on=on)
            except NoParameter as error:
                raise CommandError(str(error)) from error
            verify = f" ; à vérifier : {', '.join(held.verify)}" if held.verify else ""
            self.stdout.write(f"{name} : en vigueur depuis le {held.valid_from}{verify}")
            old += [name] if name in YEARLY and held.valid_from < date(on.year, 1, 1) else []
        if old:
            raise CommandError(f"Sans chiffres de {on.year} : {', '.join(old)}. Voir docs/operating/yearly-figures.md.")

    def _next(self, options):
        former, index, start = options["former_index"], options["index"], options["valid_from"]
        if former is None or index is None or start is None:
            raise CommandError("Indiquez --former-index, --index (IRL du troisième trimestre) et --from AAAA-01-01.")
        held = parameter_set("ceilings", on=start.replace(year=start.year - 1))
        values = next_ceilings(held, former_index=former, index=index)
        source = f"Calculé des plafonds du {held.valid_from} par l’IRL ({former} puis {index})"
        self.stdout.write(as_version(values, valid_from=start, source=source))


def _index(text):
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise CommandError(f"« {text} » n’est pas un indice : écrivez par exemple 145,77.") from error
    if not 50 < value < 500:
        raise CommandError(f"« {text} » n’est pas un indice de référence des loyers.")
    return value
