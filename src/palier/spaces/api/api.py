"""The API itself: its description, its errors, its operations."""

from __future__ import annotations

from ninja import NinjaAPI

from palier.spaces.api import feed, instruction, leases, offers, problems, stock
from palier.spaces.api.door import Token

api = NinjaAPI(
    title="Palier pour les systèmes des bailleurs",
    version="1",
    description=(
        "Parc, logements vides, offres, disponibilité, dossiers transmis, décisions, baux. Chaque lot répond ligne par "
        "ligne ; chaque écriture porte un en-tête Idempotency-Key ; le journal /changes se lit par curseur."
    ),
    urls_namespace="api",
    docs_url=None,
    auth=Token(),
    openapi_extra={"info": {"license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}}},
)
problems.install(api)
for part in (feed, stock, offers, instruction, leases):
    api.add_router("", part.router)
