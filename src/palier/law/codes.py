"""Code lists of the national register (SNE interface 02.01) and of Palier, with their French labels.

Each list is a tuple of `(code, label)` pairs that a form can use as it stands; `label(list, code)`
reads one. Lists marked Palier's own have no national code: `exchanges` maps them.
"""

from __future__ import annotations

from palier.law.document_kinds import CHOICES as DOCUMENTS

Choices = tuple[tuple[str, str], ...]

FILE_TYPES: Choices = (
    ("CRE", "Création"), ("CRS", "Création après séparation"), ("MOD", "Modification"), ("RAD", "Radiation"),
    ("REN", "Renouvellement"), ("SUP", "Suppression"), ("DIS", "Diffusion"), ("RET", "Retour"), ("COP", "Copie "
        "numérique"),
)  # fmt: skip
CIVILITIES: Choices = (("1", "Monsieur"), ("2", "Madame"))
NATIONALITIES: Choices = (("1", "Française"), ("2", "Union européenne"), ("3", "Hors Union européenne"))
FAMILY_STATUSES: Choices = (
    ("C", "Célibataire"), ("M", "Marié(e)"), ("P", "Pacsé(e)"), ("U", "En concubinage"),
    ("S", "Séparé(e)"), ("D", "Divorcé(e)"), ("V", "Veuf ou veuve"),
)  # fmt: skip
APPLICANT_LINKS: Choices = (
    ("M", "Conjoint(e) marié(e)"), ("P", "Partenaire de PACS"), ("C", "Concubin(e)"), ("L", "Colocataire"),
)  # fmt: skip
SEXES: Choices = (("F", "Féminin"), ("M", "Masculin"))
KINSHIPS: Choices = (("E", "Enfant"), ("P", "Parent"), ("A", "Autre"))
CUSTODIES: Choices = (("G", "Garde alternée"), ("D", "Droit de visite et d’hébergement"))
CONTRACTS: Choices = (
    ("CDI", "CDI ou fonctionnaire"), ("CDD", "CDD, stage ou intérim"),
    ("ART", "Artisan, commerçant ou profession libérale"), ("CHO", "Au chômage"), ("APP", "En apprentissage"),
    ("ETU", "Étudiant(e)"), ("RET", "Retraité(e)"), ("AUT", "Autre situation"),
)  # fmt: skip
RESOURCES: Choices = (
    ("SAL", "Salaire ou revenu d’activité"), ("RET", "Retraite"), ("CHO", "Allocation chômage"),
    ("PAR", "Pension alimentaire reçue"), ("PINV", "Pension d’invalidité"), ("AF", "Allocations familiales"),
    ("AAH", "Allocation adulte handicapé (AAH)"), ("AEEH", "Allocation d’éducation de l’enfant handicapé (AEEH)"),
    ("AJPP", "Allocation journalière de présence parentale (AJPP)"), ("RSA", "Revenu de solidarité active (RSA)"),
    ("AMV", "Minimum vieillesse (ASPA)"), ("PAJE", "Prestation d’accueil du jeune enfant (PAJE)"),
    ("BE", "Bourse étudiante"), ("AUT", "Autre ressource (hors APL ou AL)"),
)  # fmt: skip
PAID: Choices = (("PAV", "Pension alimentaire versée"),)
HOME_KINDS: Choices = (("A", "Appartement"), ("M", "Maison"))
WISHED_KINDS: Choices = (("A", "Appartement"), ("M", "Maison"), ("I", "Sans préférence"))
HOME_TYPES: Choices = (
    ("C", "Chambre"), ("T1", "T1 (une pièce)"), ("T2", "T2 (deux pièces)"), ("T3", "T3 (trois pièces)"),
    ("T4", "T4 (quatre pièces)"), ("T5", "T5 (cinq pièces)"), ("T6P", "T6 et plus"),
)  # fmt: skip
HOME_STATUSES: Choices = (
    ("HLM", "Locataire HLM"), ("LP", "Locataire dans le parc privé"),
    ("RS", "En résidence sociale, foyer ou pension de famille"), ("RHVS", "En résidence hôtelière à vocation sociale"),
    ("RE", "En résidence étudiante"), ("SLHT", "Sous-locataire ou hébergé à titre temporaire"),
    ("SH", "En structure d’hébergement"), ("CDEFCM", "En centre de l’enfance ou maternel"),
    ("CPE", "Chez vos parents ou vos enfants"), ("CP", "Chez un particulier"), ("LTG", "Logé à titre gratuit"),
    ("FONC", "En logement de fonction"), ("POCC", "Propriétaire occupant"), ("CAMCAR", "En camping ou caravaning"),
    ("HOT", "À l’hôtel"), ("SD", "Sans abri"), ("SQUAT", "Dans un squat"),
)  # fmt: skip
MOTIVES: Choices = (
    ("01", "Sans logement propre, hébergé ou logé temporairement"), ("02", "Logement qui va être démoli"),
    ("03", "Logement non décent, insalubre ou dangereux"), ("04", "Logement repris ou mis en vente par le "
        "propriétaire"),
    ("05", "Procédure d’expulsion"), ("06", "Violences familiales"), ("07", "Handicap"), ("08", "Raisons de santé"),
    ("09", "Logement trop cher"), ("10", "Logement trop grand"), ("11", "Divorce ou séparation"),
    ("12", "Décohabitation (quitter le logement familial)"), ("13", "Logement trop petit"),
    ("14", "Futur mariage, PACS ou concubinage"), ("15", "Regroupement familial"),
    ("16", "Assistant(e) maternel(le) ou familial(e)"), ("17", "Problèmes d’environnement ou de voisinage"),
    ("18", "Mutation professionnelle"), ("19", "Rapprochement du lieu de travail"),
    ("20", "Rapprochement des équipements et services"), ("21", "Rapprochement de la famille"),
    ("22", "Propriétaire ou accédant en difficulté"), ("23", "Autre motif"),
)  # fmt: skip
# Palier's own: newer forms tell apart what the register holds as one motive, 03.
MOTIVE_DETAILS: Choices = (
    ("indecent", "Non décent : un équipement ou une surface manque"), ("unhealthy", "Insalubre ou dangereux"),
    ("unfit", "Local qui n’est pas fait pour l’habitation"),
)  # fmt: skip
REMOVAL_GROUNDS: Choices = (
    ("RADATT", "Logement attribué et bail signé"), ("RADABA", "Abandon de la demande"), ("RADIRR", "Demande "
        "irrecevable"),
    ("RADCON", "Sans réponse à un courrier"), ("RADREN", "Demande non renouvelée"),
)  # fmt: skip
REJECTION_GROUNDS: Choices = (
    ("IRRSEJ", "Droit au séjour non établi"), ("IRRRES", "Ressources au-dessus du plafond"),
)  # fmt: skip
HOLDERS: Choices = (
    ("COLTER", "Collectivités territoriales"), ("COLACT", "Employeurs, Action Logement"),
    ("PPRIOR", "Préfet, publics prioritaires"), ("PFONCT", "Préfet, agents de l’État"), ("AUTRES", "Autres "
        "réservataires"),
    ("AUCUN", "Sans réservataire"),
)  # fmt: skip
DALO_STATUSES: Choices = (
    ("NON", "Pas de reconnaissance"), ("ACTIF", "Reconnu prioritaire"), ("CADUC", "Reconnaissance caduque"),
    ("ACTREL", "Reconnu, relogé"),
)  # fmt: skip
AGREEMENTS: Choices = (
    ("ACD", "Accord collectif départemental"), ("ACI", "Accord collectif intercommunal"), ("AUCUN", "Aucun"),
    ("NONDOC", "Non renseigné"),
)  # fmt: skip
PRIORITY_AREAS: Choices = (
    ("ZUSOUI", "En quartier prioritaire"),
    ("ZUSNON", "Hors quartier prioritaire"),
    ("ZUSNSP", "Ne sait pas"),
)
YES_NO: Choices = (("OUI", "Oui"), ("NON", "Non"), ("NONDOC", "Non renseigné"))
DISABILITY_COURSES: Choices = (("STA", "Stable"), ("EVO", "Évolutif"))
DISABILITY_STAIRS: Choices = (
    ("1", "Aucune marche"), ("2", "Une à trois marches"), ("3", "Un étage"), ("4", "Plus d’un étage"),
)  # fmt: skip
DISABILITY_MOTOR: Choices = (("MS", "Membres supérieurs"), ("MI", "Membres inférieurs"))
DISABILITY_SENSORY: Choices = (("DA", "Audition"), ("DV", "Vue"))
DISABILITY_AIDS: Choices = (
    ("1", "Aucune aide technique"), ("2", "Canne"), ("3", "Déambulateur"), ("4", "Fauteuil roulant manuel"),
    ("5", "Fauteuil roulant électrique"), ("6", "Lève-personne"), ("7", "Lit médicalisé"),
)  # fmt: skip
DISABILITY_NEEDS: Choices = (
    ("1", "Baignoire adaptée"), ("2", "WC avec espace de transfert"), ("3", "Douche de plain-pied"), ("4", "Ascenseur"),
    ("5", "Chambre pour un aidant"), ("6", "Place de parking large"),
)  # fmt: skip
DWELLING_TYPES: Choices = (*((f"T{n}", f"T{n}") for n in range(1, 9)), ("T9P", "T9 et plus"))

# Palier's own: situations that a grid, a contingent or the law may take into account (CCH L441-1, L441-2-3).
# The first six are those that an applicant may signal as an emergency.
SITUATIONS: Choices = (
    ("violence", "Violences au sein du couple, menaces de mariage forcé"),
    ("disability", "Handicap nécessitant un logement adapté"),
    ("homeless", "Sans abri ou sans logement propre"),
    ("eviction", "Menace d’expulsion sans relogement"),
    ("unfit", "Logement indigne, non décent ou dangereux"),
    ("dalo", "Reconnu prioritaire au titre du DALO"),
    ("pdalhpd", "Public du plan départemental pour le logement des personnes défavorisées (PDALHPD)"),
    ("sheltered", "Hébergé en structure ou en logement de transition"),
    ("therapeutic_flat", "Sortie d’un appartement de coordination thérapeutique"),
    ("difficulty", "Mal logé, avec des difficultés particulières de ressources ou de vie"),
    ("back_to_work", "Reprise d’activité après un chômage de longue durée"),
    ("sexual_assault", "Victime de viol ou d’agression sexuelle au domicile ou à ses abords"),
    ("leaving_prostitution", "Parcours de sortie de la prostitution"),
    ("trafficking", "Victime de traite ou de proxénétisme"),
    ("overcrowded_minor", "Enfant mineur dans un logement suroccupé ou non décent"),
    ("leaving_care", "Jeune majeur sortant de l’aide sociale à l’enfance"),
    ("rehousing", "Relogement lié à une démolition ou à une rénovation urbaine"),
    ("collective_agreement", "Accord collectif départemental ou intercommunal"),
    ("essential_worker", "Travailleur des services essentiels du territoire"),
)  # fmt: skip
EMERGENCIES: Choices = SITUATIONS[:6]
# Those of CCH L441-1 and L441-2-3: they open the State's priority contingent once recognised.
PRIORITY_SITUATIONS = frozenset(code for code, _ in SITUATIONS) - {
    "essential_worker",
    "collective_agreement",
    "rehousing",
}

# Known to named services only: lists, members and other agents read a neutral wording instead.
SENSITIVE_SITUATIONS = frozenset({"violence", "sexual_assault", "leaving_prostitution", "trafficking"})
SENSITIVE_MOTIVES = frozenset({"06"})

# Palier's own: the five decisions of CCH R441-3 (a to e).
DECISIONS: Choices = (
    ("allocation", "Attribution"), ("ranked", "Attribution par classement"),
    ("conditional", "Attribution sous condition suspensive"), ("non_allocation", "Non-attribution"),
    ("rejection", "Rejet pour irrecevabilité"),
)  # fmt: skip
# Palier's own: grounds of a non-allocation or a rejection, as the household reads them (CCH L441-2-2).
NON_ALLOCATION_REASONS: Choices = (
    ("income_over_ceiling", "Vos ressources dépassent le plafond de ce logement"),
    ("effort_too_high", "Le loyer serait trop lourd pour vos ressources"),
    ("too_small", "Le logement est trop petit pour votre ménage"),
    ("too_large", "Le logement est trop grand pour votre ménage"),
    ("not_accessible", "Le logement n’est pas adapté à votre handicap ou à celui d’un proche"),
    ("adapted_for_others", "Ce logement adapté est attribué à un ménage qui a besoin de ses équipements"),
    ("file_incomplete", "Une pièce nécessaire manque au dossier"),
    ("file_inconsistent", "Les pièces ne correspondent pas à la demande"),
    ("contingent", "Ce logement est réservé à un public dont vous ne relevez pas"),
    ("place", "La situation du logement ne convient pas à votre travail ou à vos besoins"),
    ("priority", "Un ménage plus prioritaire a été retenu"),
    ("housing_fit", "Votre logement actuel correspond à vos besoins"),
    ("residence", "Le droit au séjour en France n’est pas établi"),
    ("unreachable", "Vous n’avez pas pu être joint pour compléter le dossier"),
    ("withdrawn", "Vous avez renoncé à ce logement"),
)  # fmt: skip
# Grounds on which a commission may reject a demand for good, with the register's sub-ground.
REJECTION_REASONS = {"residence": "IRRSEJ", "income_over_ceiling": "IRRRES"}
# What a household can do after each ground.
ADVICE = {
    "income_over_ceiling": "Regardez les logements PLUS, PLS ou intermédiaires ; signalez une baisse récente "
    "de revenus.",
    "effort_too_high": "Cherchez un loyer plus bas ou faites vérifier vos droits à l’APL.",
    "too_small": "Ajoutez à vos souhaits un type plus grand.",
    "too_large": "Ajoutez à vos souhaits un type plus petit.",
    "not_accessible": "Précisez vos besoins d’accessibilité dans votre demande.",
    "adapted_for_others": "Votre demande reste active pour les autres logements.",
    "file_incomplete": "Déposez la pièce manquante : elle servira à toutes vos candidatures.",
    "file_inconsistent": "Mettez votre demande à jour ou remplacez la pièce.",
    "contingent": "Votre demande reste active pour les autres logements.",
    "place": "Revoyez les communes souhaitées dans votre demande.",
    "priority": "Votre demande reste active ; votre ancienneté continue de compter.",
    "housing_fit": "Précisez vos motifs dans votre demande si votre situation a changé.",
    "residence": "Déposez un titre de séjour en cours de validité.",
    "unreachable": "Vérifiez votre téléphone et votre adresse électronique.",
    "withdrawn": "Votre demande reste active.",
}
# Palier's own: why a household declines an offer.
DECLINE_REASONS: Choices = (
    ("rent", "Loyer ou charges trop élevés"), ("size", "Taille ou disposition du logement"),
    ("place", "Quartier ou éloignement"), ("access", "Étage ou accessibilité"), ("condition", "État du logement"),
    ("elsewhere", "Déjà relogé"), ("other", "Autre raison"),
)  # fmt: skip
FINANCINGS: Choices = (
    ("PLAI", "PLAI (loyer très social)"), ("PLUS", "PLUS (loyer social)"), ("PLS", "PLS (loyer social supérieur)"),
    ("LLI", "Logement intermédiaire (LLI)"),
)  # fmt: skip
CONTINGENTS: Choices = (
    ("none", "Non réservé"), ("state_priority", "État, publics prioritaires"), ("state_agents", "État, agents publics"),
    ("action_logement", "Action Logement"), ("authority", "Collectivité"), ("other", "Autre réservataire"),
)  # fmt: skip
PROOFS: Choices = (("declared", "Déclaré"), ("document", "Vérifié sur pièce"), ("authority", "Reconnu par un service"))

LISTS: dict[str, Choices] = {
    "file_type": FILE_TYPES, "civility": CIVILITIES, "nationality": NATIONALITIES, "family_status": FAMILY_STATUSES,
    "applicant_link": APPLICANT_LINKS, "sex": SEXES, "kinship": KINSHIPS, "custody": CUSTODIES, "contract": CONTRACTS,
    "resource": RESOURCES, "paid": PAID, "home_kind": HOME_KINDS, "wished_kind": WISHED_KINDS, "home_type": HOME_TYPES,
    "home_status": HOME_STATUSES, "motive": MOTIVES, "motive_detail": MOTIVE_DETAILS, "removal": REMOVAL_GROUNDS, "rejection": REJECTION_GROUNDS,
    "holder": HOLDERS, "dalo": DALO_STATUSES, "agreement": AGREEMENTS, "priority_area": PRIORITY_AREAS,
    "yes_no": YES_NO,
    "disability_course": DISABILITY_COURSES, "disability_stairs": DISABILITY_STAIRS,
    "disability_motor": DISABILITY_MOTOR,
    "disability_sensory": DISABILITY_SENSORY, "disability_aid": DISABILITY_AIDS, "disability_need": DISABILITY_NEEDS,
    "dwelling_type": DWELLING_TYPES, "situation": SITUATIONS, "emergency": EMERGENCIES, "decision": DECISIONS,
    "non_allocation": NON_ALLOCATION_REASONS, "decline": DECLINE_REASONS, "financing": FINANCINGS,
    "contingent": CONTINGENTS, "proof": PROOFS, "document": DOCUMENTS,
}  # fmt: skip
_LABELS = {name: dict(choices) for name, choices in LISTS.items()}


def label(name: str, code: str) -> str:
    """The French label of a code, or the code when the list lacks it. Raises KeyError on an unknown list."""
    return _LABELS[name].get(code, code)


def known(name: str, code: str) -> bool:
    """Whether the list holds this code."""
    return code in _LABELS[name]
