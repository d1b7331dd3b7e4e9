"""Live streams only (server-sent events); every page is served by `wsgi.py`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.config.settings")
application = get_asgi_application()
