from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "palier.spaces"
    label = "spaces"
    verbose_name = "Espaces"

    def ready(self) -> None:
        from palier.accounts.middleware import doors
        from palier.spaces.api.door import PREFIX, who

        doors[PREFIX] = who
