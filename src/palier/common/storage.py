"""Static files, their addresses worked out once: a page names some twenty of them."""

from __future__ import annotations

from functools import lru_cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """The manifest does not change while a process lives, so an address does not either."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.url = lru_cache(maxsize=1024)(super().url)
