"""Names: of situations, of reasons for refusing a document, and of the proof each situation needs."""

from __future__ import annotations

from palier.accounts.roles import OrganisationKind
from palier.documents.policies import CONFIDENTIAL, PROOF
from palier.law import codes, documents

# The situations an applicant may signal as an emergency (mission A15), in the law's words.
SITUATIONS = dict(codes.EMERGENCIES)
# What proves it, in the words of the household.
PROOFS = {
    "violence": "récépissé de dépôt de plainte, ordonnance de protection ou attestation d’une association",
    "disability": "décision de la MDPH ou carte mobilité inclusion",
    "homeless": "attestation d’hébergement, de domiciliation ou d’un travailleur social",
    "eviction": "jugement, commandement de quitter les lieux ou congé",
    "unfit": "arrêté, rapport du service d’hygiène ou signalement de la CAF",
    "dalo": "décision favorable de la commission de médiation",
}
# Who may say so (CCH L441-1: the State's services; desks for what a plain document shows).
_STATE = frozenset({OrganisationKind.STATE})
_STATE_OR_DESK = frozenset({OrganisationKind.STATE, OrganisationKind.DESK})
AUTHORISED = {
    "violence": _STATE,
    "dalo": _STATE,
    "disability": _STATE_OR_DESK,
    "homeless": _STATE_OR_DESK,
    "eviction": _STATE_OR_DESK,
    "unfit": _STATE_OR_DESK,
}
REFUSALS = {
    "unreadable": "La pièce est illisible, floue ou coupée",
    "incomplete": "Il manque des pages",
    "expired": "La pièce n’est plus valable",
    "too_old": "La pièce est trop ancienne",
    "wrong_kind": "Ce n’est pas la pièce demandée",
    "wrong_person": "La pièce est au nom d’une autre personne",
    "inconsistent": "La pièce ne correspond pas à ce qui est déclaré",
    "other": "Autre raison, précisée ci-dessous",
}
# Given by the system only.
VIRUS = "virus"
ALL_REFUSALS = {**REFUSALS, VIRUS: "Le contrôle antivirus a trouvé un programme dangereux dans ce fichier"}


# Who answers, as the household reads it.
SERVICES = {
    _STATE: "Le service de l’État chargé des priorités vous répondra.",
    _STATE_OR_DESK: "Un guichet ou le service de l’État chargé des priorités vous répondra.",
}


def proof_kind(situation: str) -> str:
    """The kind of the document that proves a situation."""
    return PROOF + situation


def situation_of(kind: str) -> str:
    """The situation a kind of document proves, or an empty text."""
    return kind.removeprefix(PROOF) if kind.startswith(PROOF) else ""


def accepted_kinds() -> frozenset[str]:
    """Every kind of document that may be given: the limitative list, and the proofs of an emergency."""
    return frozenset(documents.DOCUMENTS) | {proof_kind(code) for code in SITUATIONS}


def kind_label(kind: str) -> str:
    """The document's name for the screen."""
    situation = situation_of(kind)
    if situation:
        return f"Justificatif : {SITUATIONS[situation]}"
    return codes.label("document", kind)


def discreet(situation: str) -> str:
    """How mails and histories name a situation: a confidential one is never spelled out, since a phone
    or a mailbox may be read by the very person one flees from."""
    return "situation confidentielle" if situation in CONFIDENTIAL else SITUATIONS[situation]


def refusal_words(code: str, text: str) -> str:
    """Why a document was refused, as one sentence for the household."""
    if code == "other":
        return text
    return f"{ALL_REFUSALS[code]} ({text})" if text else ALL_REFUSALS[code]
