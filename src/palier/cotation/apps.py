from django.apps import AppConfig


class CotationConfig(AppConfig):
    name = "palier.cotation"
    label = "cotation"
    verbose_name = "Cotation"
