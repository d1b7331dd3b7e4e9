"""The life of a session. Open and closed are not states: they are read from the clock and the window."""

from palier.accounts.roles import Role
from palier.common import ledger
from palier.common.workflow import State, Transition, Workflow
from palier.law import codes

_SECRETARY = frozenset({Role.SECRETARY})
SESSION = Workflow(
    name="sessions",
    title="Séance de commission",
    initial="preparing",
    states={
        "preparing": State("En préparation"),
        "published": State("Publiée : membres convoqués", "info"),
        "counted": State("Dépouillée : décisions à arrêter", "warning"),
        "signed": State("Procès-verbal signé", "success", final=True),
        "cancelled": State("Annulée", final=True),
    },
    transitions=[
        Transition("publish", ["preparing"], "published", _SECRETARY, {"agent": "Séance publiée, membres convoqués"}),
        Transition("count", ["published"], "counted", _SECRETARY, {"agent": "Votes dépouillés"}, deadline="commission_window"),
        Transition("sign", ["counted"], "signed", frozenset({Role.SECRETARY, Role.MEMBER}), {"agent": "Procès-verbal signé par la présidence"}),
        Transition("cancel", ["preparing", "published"], "cancelled", _SECRETARY, {"agent": "Séance annulée"}),
    ],
)  # fmt: skip

# How a session is held (CCH L441-2: the digital form is one of them, on terms set by the rules of procedure).
FORMS = {"digital": "Séance numérique", "meeting": "Réunion", "phone": "Réunion par téléphone"}

DECISIONS = dict(codes.DECISIONS)
# CCH R441-3: when fewer than three demands may be examined.
EXCEPTIONS = {
    "too_few": "Insuffisance du nombre de candidats",
    "prefect": "Candidat désigné par le préfet (DALO)",
    "plai_adapted": "Logement financé en PLAI adapté",
}

ledger.declare(
    {
        "ballots.cast": {"agent": "Classement enregistré"},
        "recusals.declare": {"agent": "Membre déporté de ce logement"},
        "decisions.take": {"agent": "Décision arrêtée : {decision}"},
        "agenda.add": {"agent": "Logement inscrit à l’ordre du jour"},
        "agenda.correct": {"agent": "Ordre du jour corrigé après publication : {title}"},
        "agenda.refresh": {"agent": "Faits du candidat relus dans son dossier"},
        "rules.publish": {"agent": "Règlement intérieur : version {version}, en vigueur à partir du {from}"},
        "seats.add": {"agent": "Siège pourvu : {capacity}"},
        "seats.end": {"agent": "Fin de siège : {capacity}"},
        "seats.elect": {"agent": "Présidence élue"},
        "stand_ins.name": {"agent": "Suppléance pour {when} : {capacity}"},
        "stand_ins.withdraw": {"agent": "Suppléance retirée : {capacity}"},
        "agenda.postpone": {"agent": "Logement reporté à une autre séance : {reason}"},
        "ties.settle": {"agent": "Égalité départagée en séance"},
        "comments.post": {"agent": "Message dans la discussion"},
        "sessions.hold": {"agent": "Séance tenue autrement : {form}, {place}"},
        "attendance.note": {"agent": "Présences notées"},
        "agenda.close": {"agent": "Vote clos pour ce logement"},
        "agenda.reopen": {"agent": "Vote rouvert pour ce logement : {reason}"},
        "ballots.record": {"agent": "Vote de {member} enregistré en séance"},
        "ballots.strike": {"agent": "Vote de {member}, enregistré en séance, retiré"},
        "ballots.confirm": {"agent": "Vote enregistré en séance : confirmé par {member}"},
        "ballots.initial": {"agent": "Vote enregistré en séance : signé par {member} dans la salle"},
        "ballots.contest": {"agent": "Vote enregistré en séance : contesté par {member}"},
        "recusals.record": {"agent": "{member} se déporte, déclaré en séance"},
        "recusals.strike": {"agent": "Déport de {member}, enregistré en séance, retiré"},
    }
)
