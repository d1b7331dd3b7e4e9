from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    name = "palier.exchanges"
    label = "exchanges"
    verbose_name = "Échanges"
