from django.apps import AppConfig


class AllocationsConfig(AppConfig):
    name = "palier.allocations"
    label = "allocations"
    verbose_name = "Attributions"

    def ready(self) -> None:
        from palier.allocations import actions
        from palier.allocations.queries import lease_against, refusals
        from palier.commissions.actions import after_signature
        from palier.cotation.queries import refusal_sources
        from palier.demands.actions import after_life, before_removal
        from palier.documents.actions.telling import after_recognition
        from palier.homes.actions import after_end, opposing

        after_signature.append(actions.start)
        after_end.append(actions.cancel_for)
        opposing.append(lease_against)
        refusal_sources.append(refusals)
        before_removal.append(actions.hold_places)
        after_life.append(actions.follow_life)
        after_recognition.append(actions.meet_conditions)
