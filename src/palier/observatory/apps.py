from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "palier.observatory"
    label = "observatory"
    verbose_name = "Observatoire"

    def ready(self) -> None:
        from palier.allocations.actions import after_lease
        from palier.commissions.actions import after_signature
        from palier.observatory.actions import keep
        from palier.observatory.keeping import keep_housed, keep_session

        if keep not in after_lease:
            after_lease += [keep, keep_housed]
            after_signature.append(keep_session)
