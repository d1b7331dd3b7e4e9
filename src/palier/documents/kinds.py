"""Names: of situations, of reasons for refusing a document, and of the proof each situation needs."""

from __future__ import annotations

from pathlib import PurePath

from palier.accounts.roles import OrganisationKind
from palier.law import codes, discretion, documents
from palier.law.parameters import versions

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
# The document of the limitative list that proves each (the order of 22 December 2020).
PROOF_KINDS = {
    "violence": "violence",
    "disability": "disability",
    "homeless": "address",
    "eviction": "eviction",
    "unfit": "unfit_home",
    "dalo": "dalo",
}
# Which section of the form a document proves (`law.household.SECTIONS`).
SECTION_OF_KIND = {
    **dict.fromkeys(("identity", "guardianship"), "identity"),
    **dict.fromkeys(("birth", "family", "custody", "pregnancy", "separation"), "household"),
    **dict.fromkeys(("work", "student", "activity"), "work"),
    **dict.fromkeys(
        ("tax_notice", "recent_tax_notice", "payslips", "pension", "unemployment", "benefits", "alimony", "grant"),
        "income",
    ),
    **dict.fromkeys(("lease", "host", "structure", "hotel", "address", "owner", "employer_housing"), "home"),
    **dict.fromkeys(
        ("demolition", "unfit_home", "notice", "eviction", "violence", "disability", "health", "reunification",
         "childminder", "neighbourhood", "job_place", "owner_trouble", "dalo"),
        "motives",
    ),
}  # fmt: skip
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
# The documents that usually show where one lives or works (dated: `law/parameters/discretion.toml`). The database's wall
# is built from it at each migration: from every version, since a paper of the past stays in the file.
ADDRESS_KINDS = frozenset(kind for held in versions("discretion") for kind in held.values["address_kinds"])
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
# What to do about each, in the mail that tells it; the agent's own words do for the last.
ADVICE = {
    "unreadable": "Posez la pièce à plat, dans la lumière, et prenez la photo de près : les quatre coins et tout le texte"
    " doivent se voir.",
    "incomplete": "Envoyez toutes les pages, recto et verso, dans un seul fichier ou dans plusieurs.",
    "expired": "Envoyez la pièce en cours de validité. Si elle est en renouvellement, envoyez le récépissé.",
    "too_old": "Demandez une pièce récente à l’organisme qui l’a faite, ou téléchargez-la dans votre espace chez lui.",
    "wrong_kind": "Envoyez la pièce décrite ici, et elle seule.",
    "wrong_person": "Envoyez la pièce au nom de la personne indiquée sur votre liste.",
    "inconsistent": "Corrigez votre demande si votre situation a changé ; sinon, envoyez une pièce qui lui correspond.",
}
# Given by the system only.
VIRUS = "virus"
ALL_REFUSALS = {**REFUSALS, VIRUS: "Le contrôle antivirus a trouvé un programme dangereux dans ce fichier"}


# Who answers, as the household reads it.
SERVICES = {
    _STATE: "Le service de l’État chargé des priorités vous répondra.",
    _STATE_OR_DESK: "Un guichet ou le service de l’État chargé des priorités vous répondra.",
}


def accepted_kinds() -> frozenset[str]:
    """Every kind of document that may be given: the limitative list, nothing else."""
    return frozenset(documents.DOCUMENTS)


def kind_label(kind: str) -> str:
    """The document's name for the screen."""
    return codes.label("document", kind)


def discreet_kind(kind: str) -> str:
    """How mails and histories name a document: one word for all that prove why one asks, so that none is given away.
    A phone or a mailbox may be read by the very person one flees from."""
    return "justificatif de situation" if SECTION_OF_KIND.get(kind) == "motives" else kind_label(kind)


def plain_name(kind: str, name: str) -> str:
    """A file's name that says its kind and nothing of its owner's own words."""
    return discreet_kind(kind) + PurePath(name).suffix


# The mark of an event that the household and the State's service read, and nobody else.
RESERVED: dict[str, object] = {"reserved": True}


def told_of_kind(kind: str) -> dict[str, object]:
    """What the ledger keeps of a document: its discreet name, and whether agents may know that it exists."""
    return {"kind": discreet_kind(kind)} | (RESERVED if kind in discretion.SENSITIVE_KINDS else {})


def refusal_words(code: str, text: str) -> str:
    """Why a document was refused, as one sentence for the household."""
    if code == "other":
        return text
    return f"{ALL_REFUSALS[code]} – {text}" if text else ALL_REFUSALS[code]
