"""Draw every workflow under docs/states/ (a stale drawing fails the tests)."""

from pathlib import Path

from django.core.management.base import BaseCommand

from palier.common.workflow import REGISTRY, drawing


class Command(BaseCommand):
    help = "Dessine les états de chaque objet dans docs/states/."

    def handle(self, *args, **options):
        folder = Path(__file__).resolve().parents[5] / "docs" / "states"
        folder.mkdir(parents=True, exist_ok=True)
        for name, workflow in sorted(REGISTRY.items()):
            (folder / f"{name}.md").write_text(drawing(workflow), encoding="utf-8")
            self.stdout.write(f"docs/states/{name}.md")
