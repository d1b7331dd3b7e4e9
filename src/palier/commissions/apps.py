from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "palier.commissions"
    label = "commissions"
    verbose_name = "Commissions"
