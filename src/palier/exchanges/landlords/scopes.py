"""What a landlord's system may be allowed to do, and which changes it may be told of."""

from __future__ import annotations

SCOPES = {
    "stock:read": "Lire le parc",
    "stock:write": "Ajouter et corriger des logements",
    "offers:read": "Lire les offres",
    "offers:write": "Déclarer des logements vides, publier et retirer des offres",
    "availability:write": "Dire si un logement est disponible, loué ou retiré",
    "candidates:read": "Lire les dossiers transmis (données personnelles)",
    "instruction:write": "Dire un dossier recevable ou non recevable",
    "decisions:read": "Lire les décisions de la commission",
    "leases:read": "Lire les baux enregistrés",
    "leases:write": "Enregistrer un bail signé (radie la demande)",
}
# kind of change → the scope without which a system is not told of it.
KINDS = {
    "dwelling": "stock:read",
    "offer": "offers:read",
    "candidate": "candidates:read",
    "decision": "decisions:read",
    "lease": "leases:read",
}
KIND_LABELS = {
    "dwelling": "Logement", "offer": "Offre", "candidate": "Dossier", "decision": "Décision", "lease": "Bail",
    "test": "Essai",
}  # fmt: skip
# Where each kind is read; a decision is that of a candidate, and bears its key.
PATHS = {
    "dwelling": "dwellings", "offer": "offers", "candidate": "candidates", "decision": "decisions", "lease": "leases",
}  # fmt: skip


def kinds_of(scopes: list[str]) -> list[str]:
    """The changes that these scopes let a system be told of."""
    return [kind for kind, scope in KINDS.items() if scope in scopes]
