from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "palier.observatory"
    label = "observatory"
    verbose_name = "Observatoire"
