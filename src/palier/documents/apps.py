from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "palier.documents"
    label = "documents"
    verbose_name = "Pièces"

    def ready(self) -> None:
        # Employers come before demands in the house: an attestation finds its dossier's history through this.
        from palier.demands.actions import after_life
        from palier.demands.likenesses import move_dossier
        from palier.demands.nights import later_steps
        from palier.demands.sheltering import after_shelter
        from palier.documents import lapsing
        from palier.documents.actions import follow_life, move_to, put_back
        from palier.documents.actions.opening import forget_names
        from palier.documents.links import thread_of
        from palier.documents.nights import STEPS
        from palier.employers import actions as employers

        if thread_of not in employers.threads:
            employers.threads.append(thread_of)
        after_life.append(follow_life)
        move_dossier.append(("documents", move_to, put_back))
        after_shelter.append(forget_names)
        later_steps.extend(step for step in (lapsing.STEP, *STEPS) if step not in later_steps)
