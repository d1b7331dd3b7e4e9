from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "palier.commissions"
    label = "commissions"
    verbose_name = "Commissions"

    def ready(self) -> None:
        from palier.commissions.actions import leave_agendas
        from palier.homes.actions import after_end

        after_end.append(leave_agendas)
