from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "palier.reservations"
    label = "reservations"
    verbose_name = "Réservations"

    def ready(self) -> None:
        from palier.homes.actions import after_end
        from palier.reservations.actions import cancel

        if cancel not in after_end:
            after_end.append(cancel)
