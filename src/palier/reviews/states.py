"""The life of one triennial review of a tenancy."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow

_S = frozenset
_LANDLORD = _S({Role.LANDLORD, Role.SECRETARY})
REVIEW = Workflow(
    name="reviews",
    title="Examen de l’occupation d’un logement",
    initial="asked",
    states={
        "asked": State("Déclaration demandée", "warning"),
        "declared": State("Déclaration reçue, à contrôler", "info"),
        "clear": State("Occupation adaptée", "success", final=True),
        "found": State("Situation à soumettre à la commission", "warning"),
        "on_agenda": State("Inscrite à une séance", "info"),
        "given": State("Avis rendu, parcours à revoir", "warning"),
        "followed": State("Parcours revu avec le locataire", "success", final=True),
        "cancelled": State("Sans objet", final=True),
    },
    transitions=[
        Transition("remind", ["asked"], "asked", _LANDLORD, {"applicant": "Votre bailleur vous rappelle sa demande sur votre logement", "agent": "Rappel envoyé au locataire"}),
        Transition("declare", ["asked", "declared", "found"], "declared", _S({Role.APPLICANT, Role.LANDLORD, Role.SECRETARY}), {"applicant": "Situation du ménage déclarée", "agent": "Situation du ménage déclarée"}, deadline="review_answer_days"),
        Transition("clear", ["declared"], "clear", _LANDLORD, {"applicant": "Contrôle fait : votre logement convient toujours", "agent": "Contrôle fait : aucune situation à soumettre"}),
        Transition("find", ["declared"], "found", _LANDLORD, {"applicant": "Contrôle fait : votre situation sera soumise à la commission pour avis", "agent": "Contrôle fait : situation à soumettre"}),
        Transition("send", ["found"], "on_agenda", _LANDLORD, {"applicant": "Votre situation est inscrite à la séance {session}", "agent": "Inscrite à la séance {session}"}),
        Transition("take_off", ["on_agenda"], "found", _LANDLORD | {Role.SYSTEM}, {"applicant": "L’examen de votre situation est reporté", "agent": "Retirée de la séance : {reason}"}),
        Transition("give", ["on_agenda"], "given", _S({Role.SYSTEM}), {"applicant": "La commission a donné son avis", "agent": "Avis rendu"}),
        Transition("close", ["given"], "followed", _LANDLORD, {"applicant": "Parcours revu avec votre bailleur", "agent": "Parcours revu avec le locataire"}),
        Transition("cancel", ["asked", "declared", "found"], "cancelled", _LANDLORD | {Role.SYSTEM}, {"applicant": "Examen sans objet", "agent": "Examen sans objet : {reason}"}),
    ],
)  # fmt: skip

FOLLOW_UPS = {
    "meeting": "Entretien avec le locataire",
    "transfer": "Demande de mutation ouverte ou reliée",
    "works": "Travaux d’adaptation",
    "ownership": "Accession à la propriété",
    "nothing": "Rien à changer",
}
# What the tenant would like, in their own declaration.
WISHES = {
    "stay": "Rester dans ce logement",
    "smaller": "Un logement plus petit",
    "larger": "Un logement plus grand",
    "adapted": "Un logement adapté",
    "buy": "Acheter un logement",
    "unknown": "Je ne sais pas encore",
}

ledger.declare(
    {
        "reviews.ask": {
            "applicant": "Votre bailleur vous demande qui vit dans votre logement",
            "agent": "Déclaration demandée au locataire",
        },
        "reviews.follow": {"applicant": "{step}, le {on}", "agent": "{step}, le {on}"},
        "tenancies.record": {"agent": "Bail inscrit"},
        "tenancies.end": {"agent": "Bail terminé"},
        "voices.speak": {"agent": "Avis d’un membre enregistré"},
        "examinations.step_out": {"agent": "Membre déporté de cet examen"},
        "examinations.write": {"agent": "Avis de la commission écrit en séance"},
    }
)
