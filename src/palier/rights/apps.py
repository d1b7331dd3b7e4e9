from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "palier.rights"
    label = "rights"
    verbose_name = "Droits des personnes"
