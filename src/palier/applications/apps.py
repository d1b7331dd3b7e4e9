from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "palier.applications"
    label = "applications"
    verbose_name = "Candidatures"
