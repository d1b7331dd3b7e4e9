from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "palier.observatory"
    label = "observatory"
    verbose_name = "Observatoire"

    def ready(self) -> None:
        from palier.allocations.actions import after_lease
        from palier.observatory.actions import keep

        if keep not in after_lease:
            after_lease.append(keep)
