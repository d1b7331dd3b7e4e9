from django.apps import AppConfig


class CotationConfig(AppConfig):
    name = "palier.cotation"
    label = "cotation"
    verbose_name = "Cotation"

    def ready(self) -> None:
        from palier.cotation import actions, refresh
        from palier.demands.actions import after_change, after_life
        from palier.demands.nights import later_steps
        from palier.documents.actions import after_recognition
        from palier.employers.actions import after_answer

        after_change.append(actions.rescore)
        after_life.append(actions.follow_life)
        after_recognition.append(actions.rescore)
        after_answer.append(actions.rescore_person)
        later_steps.extend(step for step in refresh.STEPS if step not in later_steps)
