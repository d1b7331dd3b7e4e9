from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "palier.demands"
    label = "demands"
    verbose_name = "Demandes"

    def ready(self) -> None:
        from palier.demands import actions, likenesses

        actions.after_change.append(likenesses.follow_change)
        actions.after_life.append(likenesses.follow_life)
