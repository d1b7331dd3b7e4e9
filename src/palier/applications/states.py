"""The life of an application. `LIVE` states hold one of the household's live places."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow
from palier.law.products import Product

_S = frozenset
_HOLDERS = _S({Role.LANDLORD, Role.RESERVATION_HOLDER})
_LANDLORD = _S({Role.LANDLORD})
# The secretary, and Palier when the president's signature takes effect.
_COMMISSION = _S({Role.SECRETARY, Role.SYSTEM})
_ANYONE_FREEING = _S({Role.LANDLORD, Role.SECRETARY, Role.SYSTEM, Role.RESERVATION_HOLDER, Role.APPLICANT})

APPLICATION = Workflow(
    name="applications",
    title="Candidature",
    initial="submitted",
    states={
        "submitted": State("Déposée", "info"),
        "sent": State("Transmise au bailleur", "info"),
        "admissible": State("Dossier recevable", "info"),
        "on_agenda": State("Présentée en commission", "info"),
        "allocated": State("Logement attribué", "success"),
        "ranked": State("Attribuée par classement, en attente du rang précédent", "warning"),
        "accepted": State("Attribution acceptée", "success"),
        "leased": State("Bail signé", "success", final=True),
        "withdrawn": State("Retirée par vous", final=True),
        "not_selected": State("Non retenue", final=True),
        "inadmissible": State("Non recevable pour ce logement", "danger", final=True),
        "not_allocated": State("Non attribuée", final=True),
        "rejected": State("Demande jugée irrecevable", "danger", final=True),
        "declined": State("Attribution refusée par vous", final=True),
        "lapsed": State("Sans réponse dans le délai", final=True),
        "unmet": State("Pièce attendue non remise dans le délai", final=True),
        "released": State("Logement attribué à un autre ménage ou retiré", final=True),
    },
    transitions=[
        Transition("withdraw", ["submitted", "sent", "admissible", "on_agenda"], "withdrawn", _S({Role.APPLICANT}),
                   {"applicant": "Vous avez retiré votre candidature : {offer}", "agent": "Candidature retirée par le ménage"}),
        Transition("send", ["submitted"], "sent", _HOLDERS | {Role.SYSTEM},
                   {"applicant": "Votre dossier est transmis au bailleur : {offer}", "agent": "Dossier transmis au bailleur (rang {position})"},
                   deadline="files_sent"),
        Transition("hand_over", ["submitted"], "sent", _S({Role.SYSTEM}),
                   {"applicant": "Votre dossier est transmis au bailleur : {offer}", "agent": "Dossier transmis au bailleur, sans commission"}),
        Transition("set_aside", ["submitted", "sent", "admissible"], "not_selected", _HOLDERS,
                   {"applicant": "Votre candidature n’est pas retenue pour {offer} : {reason}", "agent": "Candidature non retenue : {reason}"}),
        Transition("admit", ["sent"], "admissible", _LANDLORD,
                   {"applicant": "Le bailleur a vérifié votre dossier : il est {found} ({offer})", "agent": "Dossier {found}"}),
        Transition("find_inadmissible", ["sent", "admissible"], "inadmissible", _LANDLORD,
                   {"applicant": "Votre dossier n’est pas recevable pour {offer} : {reason}", "agent": "Dossier non recevable : {reason}"}),
        Transition("put_on_agenda", ["admissible"], "on_agenda", _S({Role.LANDLORD, Role.SECRETARY}),
                   {"applicant": "Votre dossier sera examiné par la commission du {session} ({offer})", "agent": "Inscrite à l’ordre du jour de la commission du {session}"}),
        Transition("take_off_agenda", ["on_agenda"], "admissible", _S({Role.LANDLORD, Role.SECRETARY}),
                   {"applicant": "Votre dossier est retiré de l’ordre du jour : {reason}", "agent": "Retirée de l’ordre du jour : {reason}"}),
        Transition("allocate", ["on_agenda", "ranked"], "allocated", _COMMISSION | {Role.LANDLORD},
                   {"applicant": "La commission vous attribue le logement : {offer}. Vous avez jusqu’au {answer_by} pour répondre", "agent": "Attribution (rang {rank}), réponse attendue avant le {answer_by}"},
                   deadline="answer_days"),
        Transition("choose", ["admissible"], "allocated", _LANDLORD,
                   {"applicant": "Le bailleur vous propose : {offer}. Vous avez jusqu’au {answer_by} pour répondre", "agent": "Proposé par le bailleur, réponse attendue avant le {answer_by}"},
                   deadline="choice_answer_days"),
        Transition("rank", ["on_agenda"], "ranked", _COMMISSION,
                   {"applicant": "La commission vous attribue ce logement au rang {rank} : {offer}. Il est proposé dans l’ordre des rangs", "agent": "Attribution par classement, rang {rank}"}),
        Transition("do_not_allocate", ["on_agenda"], "not_allocated", _COMMISSION,
                   {"applicant": "La commission ne vous attribue pas ce logement ({offer}) : {reason}", "agent": "Non-attribution : {reason}"}),
        Transition("reject", ["on_agenda"], "rejected", _COMMISSION,
                   {"applicant": "La commission juge votre demande irrecevable : {reason}", "agent": "Rejet pour irrecevabilité : {reason}"}),
        Transition("accept", ["allocated"], "accepted", _S({Role.APPLICANT}),
                   {"applicant": "Vous acceptez le logement : {offer}", "agent": "Attribution acceptée par le ménage"}, deadline="answer_days"),
        Transition("decline", ["allocated", "accepted", "ranked"], "declined", _S({Role.APPLICANT}),
                   {"applicant": "Vous refusez le logement ({offer}) : {reason}", "agent": "Attribution refusée par le ménage : {reason}"}),
        Transition("lapse", ["allocated"], "lapsed", _S({Role.SYSTEM}),
                   {"applicant": "Sans réponse de votre part avant le {answer_by}, la proposition de {offer} est considérée comme refusée", "agent": "Silence dans le délai : vaut refus"},
                   deadline="answer_days"),
        Transition("fail_condition", ["ranked", "allocated", "accepted"], "unmet", _S({Role.SYSTEM}),
                   {"applicant": "La pièce attendue n’a pas été remise avant le {due} ({document}) : l’attribution de {offer} prend fin. Ce n’est pas un refus de votre part", "agent": "Condition non remplie au {due} : {document}"},
                   deadline="condition_days"),
        Transition("lease", ["accepted"], "leased", _LANDLORD,
                   {"applicant": "Le bail est signé : {offer}. Bienvenue chez vous", "agent": "Bail signé"}),
        Transition("sign_contract", ["accepted"], "leased", _LANDLORD,
                   {"applicant": "Le contrat de résidence est signé : {offer}. Bienvenue chez vous", "agent": "Contrat de résidence signé"}),
        Transition("sign_deed", ["accepted"], "leased", _LANDLORD,
                   {"applicant": "La vente est signée : {offer}. Vous voilà chez vous", "agent": "Vente signée"}),
        Transition("release", ["submitted", "sent", "admissible", "on_agenda", "ranked", "allocated", "accepted"], "released", _ANYONE_FREEING,
                   {"applicant": "Ce logement n’est plus disponible ({offer}) : {reason}. Vous pouvez postuler à une autre offre", "agent": "Candidature libérée : {reason}"}),
    ],
)  # fmt: skip


def shown(state: str, product: Product) -> State:
    """A state in the words of the offer's kind: without a commission nothing is allocated, and not everything is a lease."""
    if not product.direct:
        return APPLICATION.states[state]
    if state == "leased":
        return State(product.signed, "success", final=True)
    return _DIRECT_WORDS.get(state, APPLICATION.states[state])


_DIRECT_WORDS = {
    "admissible": State("Dossier recevable, le bailleur choisit", "info"),
    "allocated": State("Proposée, votre réponse est attendue", "success"),
    "accepted": State("Acceptée par vous", "success"),
    "declined": State("Refusée par vous", final=True),
}
LIVE = ("submitted", "sent", "admissible", "on_agenda", "allocated", "ranked", "accepted")

ledger.declare(
    {
        "applications.submit": {
            "applicant": "Vous avez postulé : {offer}",
            "agent": "Candidature déposée : {offer}",
        },
        "shortlists.make": {"agent": "Liste de candidats arrêtée"},
        "applications.pause": {
            "applicant": "Le bailleur n’a pas confirmé à temps que ce logement est libre ({offer}) : l’offre est suspendue. Votre candidature reste, rien n’est perdu",
            "agent": "Offre suspendue : candidature gardée",
        },
        "applications.resume": {
            "applicant": "Le bailleur confirme que ce logement est toujours libre ({offer}) : votre candidature continue",
            "agent": "Offre confirmée de nouveau : la candidature continue",
        },
        "applications.pass_over": {
            "applicant": "Le bailleur propose ce logement à un candidat placé après vous ({offer}) : {reason}. Votre candidature reste",
            "agent": "Passé dans l’ordre des candidatures : {reason}",
        },
        "applications.note": {"agent": "Note d’instruction"},
        "applications.take": {"agent": "Dossier pris par un agent du bailleur"},
        "applications.put_back": {"agent": "Dossier remis en file par un agent du bailleur"},
    }
)

# The part of the form that a doubt is about, in the words of both sides.
HEADINGS = {
    "identite": "Identité et adresse",
    "menage": "Ménage",
    "ressources": "Travail et ressources",
    "logement": "Logement actuel",
}
DOUBT = Workflow(
    name="doubts",
    title="Correction proposée par le bailleur",
    initial="proposed",
    states={
        "proposed": State("En attente de votre réponse", "warning"),
        "accepted": State("Acceptée par le ménage", "success", final=True),
        "contested": State("Contestée par le ménage", "danger", final=True),
        "withdrawn": State("Retirée par le bailleur", final=True),
    },
    transitions=[
        Transition("accept", ["proposed"], "accepted", _S({Role.APPLICANT}),
                   {"applicant": "Vous acceptez de corriger : {heading}", "agent": "Correction acceptée par le ménage : {heading}"}),
        Transition("contest", ["proposed"], "contested", _S({Role.APPLICANT}),
                   {"applicant": "Vous contestez la correction proposée : {heading}", "agent": "Correction contestée par le ménage : {heading}"},
                   deadline="doubt_answer_days"),
        Transition("withdraw", ["proposed"], "withdrawn", _LANDLORD,
                   {"applicant": "Le bailleur retire la correction proposée : {heading}", "agent": "Correction retirée : {heading}"}),
    ],
)  # fmt: skip
ledger.declare(
    {
        "doubts.propose": {
            "applicant": "Le bailleur vous propose une correction : {heading}",
            "agent": "Correction proposée au ménage : {heading}",
        }
    }
)
