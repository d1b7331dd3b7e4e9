"""What later apps do, in the same transaction, when an offer ends, stops taking applications or takes them again."""

from __future__ import annotations

from collections.abc import Callable

from palier.accounts.actor import Actor
from palier.homes.models import Offer

# Called with an offer that ended and the reason; each returns how many candidates it freed.
after_end: list[Callable[[Actor, Offer, str], int]] = []
# Called with an offer that its landlord did not confirm in time, and with one confirmed again.
after_pause: list[Callable[[Offer], None]] = []
after_resume: list[Callable[[Offer], None]] = []
