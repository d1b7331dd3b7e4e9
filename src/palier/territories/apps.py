from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "palier.territories"
    label = "territories"
    verbose_name = "Territoires"
