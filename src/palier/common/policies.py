"""Row security of the shared tables."""

from palier.common.bulk import RENEW_STATISTICS
from palier.common.isolation import PERSON, Policy

SQL_FUNCTIONS = {"palier_renew_statistics": RENEW_STATISTICS}

ROW_POLICIES = {
    # Anyone who acts may append; reading a thread is opened by the app that owns the dossier.
    "common_event": {
        "append": Policy("true", command="INSERT"),
    },
    # Mail bodies are personal: written by anyone, read only by the worker (and the demo's mailbox page).
    "common_message": {"write": Policy("true", command="INSERT")},
    "common_receipt": {
        "own": Policy(f"person IS NOT DISTINCT FROM {PERSON}"),
    },
}
OPEN_TABLES = {
    "common_clockshift": "one number, demo mode only",
    "common_cache": "rate limits, keyed by hashes",
    "django_session": "random keys; the content is signed and names a person's key only",
    "django_migrations": "schema",
    "django_content_type": "schema",
    "auth_group": "unused names of groups",
    "auth_permission": "schema",
    "auth_group_permissions": "schema",
    "procrastinate_jobs": "task names and keys of rows, never their content",
    "procrastinate_events": "states of tasks",
    "procrastinate_periodic_defers": "timestamps of tasks",
    "procrastinate_workers": "heartbeats of workers",
}
