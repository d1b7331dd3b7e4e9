"""Each process that tests side by side has its own database: told before anything reads the settings."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from palier.config.postgres import copy_of

if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
    for variable in ("DATABASE_URL", "PALIER_WEB_DATABASE_URL"):
        address = urlsplit(os.environ[variable])
        name = copy_of(address.path.removeprefix("/"), int(worker.removeprefix("gw")))
        os.environ[variable] = address._replace(path=f"/{name}").geturl()
