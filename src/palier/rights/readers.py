"""Who reads what of a demand: one table, shown to the household and proved against the database, cell by cell.

Source: CCH R441-2-6 (names go to the bodies that register, let, reserve or examine; others get statistics), R441-2-5,
GDPR article 14 (recipients). The walls themselves are each app's `policies.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from palier.accounts.roles import Role

# key → (words, table, path to its demand)
SUBJECTS: dict[str, tuple[str, str, str]] = {
    "form": ("Votre demande", "demands.Demand", "pk"),
    "pieces": ("Vos pièces", "documents.Piece", "demand"),
    "points": ("Vos points", "cotation.Score", "demand"),
    "applications": ("Vos candidatures", "applications.Application", "demand"),
    "history": ("Votre historique", "common.Event", "thread"),
    "shelter": ("Votre adresse protégée", "demands.Shelter", "demand"),
    "archive": ("Vos archives", "rights.Archive", "person__demands"),
}
_FILE = frozenset({"form", "pieces", "points", "applications", "history"})


@dataclass(frozen=True, slots=True)
class Reader:
    """`which`: the demands it reads, in words; empty for who reads none. `what`: keys of `SUBJECTS`; nothing else of a demand exists for it."""

    role: str
    who: str
    which: str
    what: frozenset[str]


READERS: tuple[Reader, ...] = (
    Reader(Role.APPLICANT, "Vous", "votre demande", frozenset(SUBJECTS)),
    Reader(Role.DESK, "Les guichets d’enregistrement", "les demandes de leur département", _FILE),
    Reader(Role.LANDLORD, "Les bailleurs", "les demandes de leur département ; vos candidatures à leurs logements", _FILE),
    Reader(Role.SECRETARY, "Le secrétariat de la commission d’un bailleur",
           "les demandes de leur département ; vos candidatures à leurs logements", _FILE),
    Reader(Role.RESERVATION_HOLDER, "Un réservataire (État, Action Logement, collectivité)",
           "seulement si vous êtes candidat à un logement qu’il réserve", _FILE),
    Reader(Role.MEMBER, "Les membres d’une commission",
           "seulement les demandes inscrites à leur ordre du jour publié", _FILE),
    Reader(Role.SUPPORT, "L’assistance de Palier", "les demandes des départements qu’elle aide", _FILE),
    Reader(Role.EMPLOYER, "votre employeur, qui confirme seulement votre emploi si vous l’acceptez", "", frozenset()),
    Reader(Role.AUTHORITY, "une collectivité qui n’enregistre pas de demandes, qui reçoit des statistiques", "",
           frozenset()),
    Reader(Role.ADMINISTRATOR, "l’exploitant du site", "", frozenset()),
    Reader(Role.VISITOR, "un visiteur", "", frozenset()),
)  # fmt: skip
