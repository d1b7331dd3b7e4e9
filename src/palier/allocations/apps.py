from django.apps import AppConfig


class AllocationsConfig(AppConfig):
    name = "palier.allocations"
    label = "allocations"
    verbose_name = "Attributions"
