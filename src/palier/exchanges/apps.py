from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    name = "palier.exchanges"
    label = "exchanges"
    verbose_name = "Échanges"

    def ready(self) -> None:
        from palier.demands.actions import after_life
        from palier.exchanges.queue import follow

        if follow not in after_life:
            after_life.append(follow)
