"""Work outside requests: what each part of the app declares."""

from palier.exchanges.takeover import tasks as takeover

__all__ = ["takeover"]
