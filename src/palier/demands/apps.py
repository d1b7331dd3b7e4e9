from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "palier.demands"
    label = "demands"
    verbose_name = "Demandes"
