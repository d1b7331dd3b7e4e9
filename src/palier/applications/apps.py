from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "palier.applications"
    label = "applications"
    verbose_name = "Candidatures"

    def ready(self) -> None:
        from palier.applications import nights
        from palier.applications.freeing import release_others, tell_paused, tell_resumed
        from palier.applications.placing import follow
        from palier.cotation.standings import followers
        from palier.demands.nights import later_steps
        from palier.homes.actions import after_end, after_pause, after_resume

        followers.append(follow)
        later_steps.extend(step for step in (nights.STEP,) if step not in later_steps)
        after_end.append(lambda actor, offer, reason: release_others(actor=actor, offer=offer, reason=reason))
        after_pause.append(tell_paused)
        after_resume.append(tell_resumed)
