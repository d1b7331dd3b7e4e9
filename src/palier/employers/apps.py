from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "palier.employers"
    label = "employers"
    verbose_name = "Employeurs"
