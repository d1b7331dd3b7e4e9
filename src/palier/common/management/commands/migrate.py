"""`migrate`, then the declared row security and grants, so that no schema is ever left without its walls."""

from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate

from palier.common.isolation import apply_row_security
from palier.config.environment import ENV


class Command(DjangoMigrate):
    def handle(self, *args, **options):
        super().handle(*args, **options)
        call_command("createcachetable", verbosity=0)
        if not options.get("app_label") and not options.get("plan") and not options.get("check_unapplied"):
            apply_row_security(ENV.database("web")["user"])
