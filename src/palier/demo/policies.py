"""Demo mode only: invented people. The mailbox is open to whoever tries the demo."""

OPEN_TABLES = {
    "demo_mail": "demo mode only, invented addresses",
    "demo_buildstep": "names of build steps",
}
