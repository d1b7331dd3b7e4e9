"""Live streams only (server-sent events), served by uvicorn; every page is served by `wsgi.py`."""

import os

import django
from psycopg import conninfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.config.settings")
django.setup()

from palier.common.streaming import Streams  # noqa: E402
from palier.config.environment import ENV  # noqa: E402
from palier.spaces.live import door  # noqa: E402

_database = ENV.database(ENV.database_role)
_pages = {f"http://{host}:{ENV.port}" for host in ENV.hosts}
application = Streams(
    door,
    address=conninfo.make_conninfo(
        host=_database["host"], port=_database["port"], user=_database["user"],
        password=_database["password"], dbname=_database["name"],
    ),
    origins=frozenset({ENV.base_url} if ENV.https else {ENV.base_url, *_pages}),
    hosts=frozenset(ENV.hosts),
)  # fmt: skip
