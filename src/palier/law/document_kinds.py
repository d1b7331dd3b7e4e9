"""Kinds of documents of a demand: the closed list of the order of 22 December 2020 (CCH R441-2-4-1)."""

from __future__ import annotations

from dataclasses import dataclass

_ORDER = "Arrêté du 22 décembre 2020, CCH R441-2-4-1"


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of document. `help`: what exactly to send. `verify`: its wording is to be compared with the order."""

    code: str
    label: str
    help: str
    legal_basis: str = _ORDER
    verify: bool = False


_KINDS = (
    DocumentKind("identity", "Pièce d’identité ou titre de séjour", "Carte d’identité ou passeport, recto et "
        "verso ; hors Union européenne, titre de séjour en cours de validité."),
    DocumentKind("birth", "Livret de famille ou acte de naissance", "Pour chaque enfant mineur : la page du "
        "livret de famille ou l’acte de naissance."),
    DocumentKind("guardianship", "Jugement de tutelle ou de curatelle", "Le jugement, si une personne est protégée."),
    DocumentKind("tax_notice", "Avis d’impôt", "L’avis d’impôt de l’année dernière, sur les revenus de l’année "
        "d’avant, toutes les pages."),
    DocumentKind("recent_tax_notice", "Dernier avis d’impôt", "L’avis de cette année, si vos revenus ont "
        "baissé.", verify=True),
    DocumentKind("payslips", "Bulletins de salaire", "Les trois derniers bulletins de salaire."),
    DocumentKind("activity", "Justificatif d’activité non salariée", "Dernier bilan, ou attestation du comptable."),
    DocumentKind("pension", "Notification de pension ou de retraite", "Le dernier titre de pension ou relevé."),
    DocumentKind("unemployment", "Avis de paiement de France Travail", "Le dernier avis de paiement."),
    DocumentKind("benefits", "Attestation de la CAF ou de la MSA", "L’attestation de paiement du mois dernier."),
    DocumentKind("alimony", "Pension alimentaire", "Le jugement, ou le justificatif des versements."),
    DocumentKind("grant", "Avis de bourse étudiante", "La notification de l’année en cours."),
    DocumentKind("work", "Contrat de travail ou attestation de l’employeur", "L’attestation de l’employeur ou "
        "le contrat."),
    DocumentKind("student", "Carte d’étudiant", "La carte d’étudiant ou le certificat de scolarité."),
    DocumentKind("family", "Justificatif de situation familiale", "Livret de famille, PACS, jugement de "
        "divorce ou ordonnance du juge, selon votre cas.", verify=True),
    DocumentKind("custody", "Décision sur la garde des enfants", "Le jugement, ou l’accord entre les parents."),
    DocumentKind("pregnancy", "Certificat de grossesse", "Le certificat médical de grossesse."),
    DocumentKind("lease", "Bail et quittance de loyer", "Le bail, et la dernière quittance ou l’attestation du "
        "bailleur."),
    DocumentKind("host", "Attestation de la personne qui vous héberge", "La lettre de la personne qui vous héberge."),
    DocumentKind("structure", "Attestation de la structure", "L’attestation de la structure, du centre ou de "
        "la résidence."),
    DocumentKind("hotel", "Facture d’hôtel", "Le reçu ou la facture de l’hôtel."),
    DocumentKind("address", "Domiciliation ou attestation d’un travailleur social", "La domiciliation, ou la "
        "lettre d’un travailleur social ou d’une association."),
    DocumentKind("owner", "Acte de propriété et prêt", "L’acte de propriété et le tableau d’amortissement."),
    DocumentKind("employer_housing", "Justificatif du logement de fonction ou prêté", "La lettre de "
        "l’employeur ou de la personne qui vous loge."),
    DocumentKind("demolition", "Notification de démolition", "Le courrier du bailleur."),
    DocumentKind("unfit_home", "Constat de l’état du logement", "Rapport d’un service public ou d’une "
        "association, arrêté, jugement, photos."),
    DocumentKind("notice", "Congé ou vente du logement", "Le congé reçu, ou le jugement qui met fin au bail."),
    DocumentKind("eviction", "Pièce de la procédure d’expulsion", "Commandement de payer, assignation, "
        "jugement ou ordre de quitter les lieux."),
    DocumentKind("violence", "Plainte ou ordonnance de protection", "Le récépissé de plainte ou l’ordonnance du juge."),
    DocumentKind("disability", "Carte mobilité inclusion ou décision de la MDPH", "La carte ou la décision."),
    DocumentKind("health", "Certificat médical", "Un certificat disant qu’un changement de logement est utile, "
        "sans diagnostic."),
    DocumentKind("separation", "Justificatif de séparation", "Ordonnance ou requête du juge, ou convention."),
    DocumentKind("reunification", "Dépôt du regroupement familial", "L’attestation de dépôt de la préfecture."),
    DocumentKind("childminder", "Agrément d’assistant maternel ou familial", "L’agrément du département."),
    DocumentKind("neighbourhood", "Plainte ou main courante", "Le récépissé."),
    DocumentKind("job_place", "Attestation de mutation ou du lieu de travail", "L’attestation de l’employeur."),
    DocumentKind("owner_trouble", "Difficultés du propriétaire", "Courriers de la banque ou plan de sauvegarde "
        "de la copropriété."),
    DocumentKind("dalo", "Décision de la commission de médiation", "La décision qui vous reconnaît "
        "prioritaire.", "CCH L441-2-3"),
    DocumentKind("bank", "Relevé d’identité bancaire", "Un RIB : seulement pour signer le bail.", "À la signature du "
        "bail, hors liste de la demande"),
    DocumentKind("other", "Autre pièce de la liste", "Une pièce que le service vous a demandée."),
)  # fmt: skip
DOCUMENTS: dict[str, DocumentKind] = {kind.code: kind for kind in _KINDS}
# What to send once the former one lapsed; a kind that never lapses has no words here.
RENEWALS: dict[str, str] = {
    "identity": "la nouvelle pièce d’identité ou le nouveau titre de séjour",
    "guardianship": "le jugement qui prolonge la mesure",
    "tax_notice": "le nouvel avis d’impôt",
    "recent_tax_notice": "le nouvel avis d’impôt",
    "payslips": "les trois derniers bulletins de salaire",
    "activity": "le dernier bilan, ou une nouvelle attestation du comptable",
    "pension": "le dernier relevé de pension",
    "unemployment": "le dernier avis de paiement",
    "benefits": "une nouvelle attestation de paiement",
    "grant": "la notification de la nouvelle année",
    "work": "le nouveau contrat ou une nouvelle attestation de l’employeur",
    "student": "la carte ou le certificat de la nouvelle année",
    "pregnancy": "un nouveau certificat, ou l’acte de naissance si l’enfant est né",
    "lease": "la dernière quittance de loyer",
    "host": "une nouvelle lettre de la personne qui vous héberge",
    "structure": "une nouvelle attestation de la structure",
    "hotel": "la dernière facture",
    "address": "la nouvelle domiciliation ou une nouvelle lettre",
    "employer_housing": "une nouvelle lettre de l’employeur ou de la personne qui vous loge",
    "disability": "la nouvelle carte ou la nouvelle décision",
    "childminder": "le renouvellement de l’agrément",
}
# How the date that a kind needs is asked for; the others say « Date du document » and « Date de fin ».
DATE_LABELS: dict[str, str] = {
    "identity": "Date de fin de validité",
    "tax_notice": "Date d’établissement de l’avis",
    "recent_tax_notice": "Date d’établissement de l’avis",
    "payslips": "Date du dernier bulletin",
    "lease": "Date de la dernière quittance",
    "activity": "Date de fin de l’exercice",
    "work": "Fin du contrat, s’il en a une",
}
CHOICES: tuple[tuple[str, str], ...] = tuple((kind.code, kind.label) for kind in _KINDS)
# What each kind proves: a section of the form (`household.SECTIONS`).
SECTION: dict[str, str] = {
    "identity": "identity",
    **dict.fromkeys(("birth", "guardianship", "family", "custody", "pregnancy"), "household"),
    **dict.fromkeys(
        ("tax_notice", "recent_tax_notice", "payslips", "activity", "pension", "unemployment", "benefits", "alimony",
         "grant"),
        "income",
    ),
    **dict.fromkeys(("work", "student"), "work"),
    **dict.fromkeys(("lease", "host", "structure", "hotel", "address", "owner", "employer_housing"), "home"),
    **dict.fromkeys(
        (
            "demolition", "unfit_home", "notice", "eviction", "violence", "disability", "health", "separation",
            "reunification", "childminder", "neighbourhood", "job_place", "owner_trouble", "dalo",
        ),
        "motives",
    ),
}  # fmt: skip
