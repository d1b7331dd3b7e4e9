"""Systems of the demonstration's landlords, with tokens that are written in the documentation. Demo mode only."""

from __future__ import annotations

from palier.accounts.models import Organisation
from palier.common import clock
from palier.exchanges.landlords import changes
from palier.exchanges.landlords.models import LandlordSystem
from palier.exchanges.landlords.scopes import SCOPES
from palier.exchanges.landlords.tokens import hashed

# Of the landlord of Sophie Lecerf, and of that of Karim Haddad: what one does the other must not see.
TOKENS = {"landlord": "palier-demo-token", "landlord2": "palier-demo-token-2"}


def connect(landlord: Organisation, token: str) -> LandlordSystem:
    """A system of every scope whose token is known; twice is once."""
    made, _ = LandlordSystem.objects.get_or_create(
        landlord=landlord, name="Bac à sable", revoked_at=None,
        defaults={"scopes": sorted(SCOPES), "made_at": clock.now(), "token_hash": hashed(token), "token_end": token[-4:],
                  "token_at": clock.now(), "pushed": changes.last_position()},
    )  # fmt: skip
    return made
