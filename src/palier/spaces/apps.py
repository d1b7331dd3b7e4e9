from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "palier.spaces"
    label = "spaces"
    verbose_name = "Espaces"
