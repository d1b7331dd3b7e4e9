from django.apps import AppConfig


class HomesConfig(AppConfig):
    name = "palier.homes"
    label = "homes"
    verbose_name = "Logements"
