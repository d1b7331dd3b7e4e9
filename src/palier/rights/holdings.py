"""Every table that holds something about a person: how it reaches them, and what of it is theirs to read.

A table with row security is in `HOLDINGS` or in `WITHHELD` with its reason, and every column of a holding is in the
archive or in `without` with its reason: a test walks the models. Source: GDPR articles 15 (1), 15 (4) and 20.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from palier.accounts.models import Person
from palier.common.isolation import as_system
from palier.cotation.queries import lines_of
from palier.demands.models import Demand
from palier.demands.sheltering import whole_form

SECRET = "secret technique, qui ne dit rien de vous"
AGENT = "l’identité d’un agent : son service est donné à sa place"
OTHERS = "concerne aussi d’autres personnes"
STORE = "nom technique du fichier"


@dataclass(frozen=True, slots=True)
class Holding:
    """`paths`: lookups from a row to the person, or to the demand when `by` is "demand".

    `when`: the rows that are theirs to read already. `beyond`: why the household's own scope does not open the table;
    the filter on its person or demands then stands alone. `add`: what a row says that its columns do not.
    """

    label: str
    title: str
    paths: Sequence[str]
    by: str = "demand"
    without: Mapping[str, str] = field(default_factory=dict)
    when: Q = field(default_factory=Q)
    beyond: str = ""
    add: Mapping[str, Callable[[Any, Sequence[int]], Any]] = field(default_factory=dict)

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    def rows(self, person: Person, demands: Sequence[int]) -> QuerySet[Any]:
        """The rows about a person, oldest first."""
        keys = [person.pk] if self.by == "person" else list(demands)
        mine = Q()
        for path in self.paths:
            mine |= Q(**{f"{path}__in": keys})
        return self.model._default_manager.filter(mine, self.when).order_by("pk").distinct()

    def told(self, person: Person, demands: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Each row as plain values."""
        with as_system(self.beyond) if self.beyond else nullcontext():
            for row in self.rows(person, demands).iterator(chunk_size=500):
                yield {
                    **{f.name: _value(row, f) for f in self.model._meta.concrete_fields if f.name not in self.without},
                    **{name: make(row, demands) for name, make in self.add.items()},
                }


# Foreign rows given by their name rather than by a key that means nothing outside.
_NAMED = {"accounts.organisation", "territories.commune", "territories.epci", "territories.department"}


def _value(row: models.Model, column: models.Field) -> Any:
    if column.remote_field and column.remote_field.model._meta.label_lower in _NAMED:
        other = getattr(row, column.name)
        return None if other is None else str(other)
    held = getattr(row, column.attname)
    label = dict(column.flatchoices).get(held) if column.choices else None
    return {"code": held, "libelle": str(label)} if label else held


def _whole(demand: Demand, demands: Sequence[int]) -> dict[str, Any]:
    return whole_form(demand).to_json()


def dwelling_of(application: Any, demands: Sequence[int] = ()) -> str:
    """A dwelling in words, for whoever applied to it."""
    dwelling = application.offer.dwelling
    return f"{dwelling.type}, {dwelling.commune}, {dwelling.landlord}"


HIDDEN_NAME = "[autre ménage]"


def _said(comment: Any, demands: Sequence[int]) -> str:
    """What was said, without the names of the other households examined for the dwelling."""
    text = comment.text
    for candidate in comment.item.candidates.select_related("application__demand"):
        form = candidate.application.demand.form
        if not form:
            return "[message non reproduit : il peut nommer un ménage dont les données sont effacées]"
        for who in ("applicant", "coapplicant"):
            name = (form.get(who) or {}).get("last_name", "")
            if name and candidate.application.demand_id not in demands:
                text = re.sub(rf"\b{re.escape(name)}\b", HIDDEN_NAME, text, flags=re.IGNORECASE)
    return text


_EXAMINED = Q(item__session__state="signed")
_SIGNED = Q(candidate__item__session__state="signed")
_COMMISSION = "the household reads what a signed session held about it, and nothing else of the session"
HOLDINGS: tuple[Holding, ...] = (
    Holding("accounts.Person", "Votre compte", ("pk",), by="person", without={"password": SECRET}),
    Holding("account.EmailAddress", "Vos adresses électroniques", ("user",), by="person"),
    Holding("accounts.Membership", "Vos fonctions dans un organisme", ("person",), by="person"),
    Holding("accounts.Invitation", "Les invitations que vous avez envoyées", ("invited_by",), by="person", without={"email": OTHERS},
            beyond="an organisation's agents read its invitations; whoever sent one may know of it afterwards"),
    Holding("demands.Draft", "Vos saisies non enregistrées", ("author",), by="person"),
    Holding("demands.Claim", "Vos demandes de reprise d’un dossier", ("person",), by="person", without={"code": SECRET}),
    Holding("employers.JobAttestation", "Votre emploi et l’attestation de votre employeur", ("person",), by="person"),
    Holding("demands.Demand", "Vos demandes", ("pk",), without={
        "identity_keys": SECRET, "last_name_key": "copie du nom sans accents", "first_name_key": "copie du prénom sans accents",
    }, add={"formulaire_complet": _whole}),
    Holding("demands.DemandVersion", "Les versions de votre formulaire", ("demand",)),
    Holding("demands.Wish", "Les communes souhaitées", ("demand",)),
    Holding("demands.Notice", "Les préavis avant radiation", ("demand",)),
    Holding("demands.Mandate", "Les personnes qui agissent pour vous", ("demand",)),
    Holding("demands.Shelter", "Votre adresse protégée", ("demand",), without={
        "sealed": "chiffré ; donné en clair dans « formulaire_complet » de votre demande",
    }),
    Holding("demands.Likeness", "Les rapprochements avec une autre demande", ("first", "second"),
            without={"first": OTHERS, "second": OTHERS, "kept": OTHERS, "undo": OTHERS},
            beyond="desks alone read likenesses; the household is told that there was one"),
    Holding("documents.Piece", "Vos pièces", ("demand",), without={"file_name": STORE}),
    Holding("documents.Upload", "Vos envois à terminer", ("person",), by="person", without={"file_name": STORE}),
    Holding("documents.Recognition", "Les situations que vous avez signalées", ("demand",)),
    Holding("documents.Agreement", "Vos accords pour ouvrir des pièces", ("demand",)),
    Holding("documents.Reading", "Qui a ouvert votre dossier", ("demand",), without={"person": AGENT}),
    Holding("cotation.Score", "Vos points", ("demand",), without={"grid": "donnée en clair dans « grille »", "lines": "données dans « criteres »"},
            add={"grille": lambda score, _: f"{score.grid.title}, version {score.grid.version}",
                 "criteres": lambda score, _: lines_of(score, own=True)}),
    Holding("cotation.Facts", "Les faits dont vos points sont tirés", ("demand",), without={"sha256": SECRET}),
    Holding("applications.Application", "Vos candidatures", ("demand",),
            add={"logement": dwelling_of}),
    Holding("applications.Instruction", "L’examen de vos candidatures par le bailleur", ("application__demand",),
            without={"taken_by": AGENT, "answered_by": AGENT},
            beyond="the landlord's work is read by its agents; the household reads when its own file was examined"),
    Holding("applications.Doubt", "Les corrections que des bailleurs vous ont proposées", ("application__demand",)),
    Holding("applications.SeenRank", "Votre rang aux jours où vous l’avez regardé", ("application__demand",)),
    Holding("applications.ShortlistEntry", "Votre place dans les listes de candidats", ("application__demand",),
            beyond="lists are read by landlords; the household reads its own line"),
    Holding("commissions.Candidate", "Ce que la commission a lu de vous", ("application__demand",), when=_EXAMINED,
            beyond=_COMMISSION),
    Holding("commissions.Decision", "Les décisions de la commission", ("candidate__application__demand",), when=_SIGNED,
            beyond=_COMMISSION),
    Holding("commissions.Comment", "Les messages de la commission", ("item__candidates__application__demand",),
            without={"person": AGENT, "text": "donné dans « message », sans le nom des autres ménages"},
            when=_EXAMINED, beyond=_COMMISSION, add={"message": _said}),
    Holding("allocations.Proposal", "Les logements proposés", ("application__demand",)),
    Holding("allocations.Contest", "Vos contestations d’une décision", ("application__demand",),
            without={"answered_by": AGENT, "suspended_by": AGENT}),
    Holding("allocations.VisitSlot", "Vos visites", ("proposal__application__demand",)),
    Holding("allocations.Booking", "Vos places aux visites de logements", ("application__demand",)),
    Holding("allocations.Lease", "Votre bail", ("proposal__application__demand",)),
    Holding("reviews.Tenancy", "Les logements que vous louez", ("person",), by="person"),
    Holding("reviews.Review", "Les examens de l’occupation de votre logement", ("tenancy__person",), by="person"),
    Holding("reviews.FollowUp", "Ce qui est convenu avec votre bailleur", ("review__tenancy__person",), by="person"),
    Holding("reviews.Examination", "Ce que la commission a lu de votre occupation", ("review__tenancy__person",), by="person",
            without={"count": "le vote des membres est secret ; l’avis est donné dans « opinion »"},
            when=Q(session__state="signed"), beyond=_COMMISSION),
    Holding("exchanges.Import", "Les reprises de votre dossier", ("demand",)),
    Holding("exchanges.RegisterNumber", "Votre numéro au registre national", ("demand",)),
    Holding("exchanges.Operation", "Les envois au registre national", ("demand",)),
    Holding("exchanges.Anomaly", "Les refus du registre national", ("operation__demand",)),
    Holding("exchanges.News", "Ce que le registre national a dit de vous", ("demand",)),
    Holding("exchanges.TakenDemand", "La reprise depuis un ancien outil", ("demand",), without={"digest": SECRET},
            beyond="administrators alone read take-overs; the household reads its own line"),
    Holding("exchanges.TakeOverLine", "Votre ligne dans le fichier repris", ("demand",),
            beyond="administrators alone read take-overs; the household reads its own line"),
    Holding("common.Event", "Votre historique", ("thread",),
            without={"person": AGENT, "organisation": "donné en clair dans « signature »"}),
    Holding("common.Message", "Les courriels envoyés", ("person",), by="person",
            without={"html": "le même texte, mis en page", "last_error": "technique"},
            beyond="mail is read by the worker alone; the household reads what was sent to it"),
    Holding("rights.Archive", "Vos archives", ("person",), by="person", without={"file_name": STORE}),
)  # fmt: skip
WITHHELD: dict[str, str] = {
    "observatory.EscalationContact": "qui, chez un bailleur ou un réservataire, est prévenu des retards, sans rien sur vous",
    "observatory.Escalation": "jours où les retards d’un organisme lui ont été signalés, sans rien sur vous",
    "observatory.PastOffer": "places et issues des candidatures à une offre finie, sans nom ni numéro",
    "observatory.Simulation": "sommes sur tout un registre, petits nombres cachés",
    "observatory.PastAllocation": "attributions passées, sans nom ni numéro : personne n’y est reconnu",
    "observatory.PastProfile": "ménages examinés, par grandes tranches, sans nom ni numéro",
    "observatory.PastSession": "séances passées en chiffres, sans rien sur vous",
    "reviews.Voice": "l’avis de chaque membre est secret ; celui de la commission est dans l’archive",
    "reviews.StepOut": "l’intérêt déclaré par un membre ne concerne que lui",
    "homes.Dwelling": "logements, sans rien sur vous",
    "homes.Vacancy": "logements vacants, sans rien sur vous",
    "homes.Offer": "offres, sans rien sur vous",
    "allocations.Visit": "visites ouvertes par un bailleur, sans rien sur vous : vos places sont dans l’archive",
    "homes.AvailabilityStatement": "déclarations des bailleurs sur leurs logements, sans rien sur vous",
    "homes.Contradiction": "ce que deux sources d’un bailleur disent d’un logement, sans rien sur vous",
    "reservations.Convention": "parts de logements convenues entre un bailleur et un réservataire, sans rien sur vous",
    "reservations.Turn": "à qui revient la désignation d’un logement vacant, sans rien sur vous",
    "reservations.Balance": "bilan annuel entre un bailleur et un réservataire, sans rien sur vous",
    "account.EmailConfirmation": "codes de confirmation, sans autre contenu",
    "common.Receipt": "numéros techniques de formulaires envoyés, sans contenu",
    "cotation.Outline": "vos faits sous une forme technique, pour calculer vite : ils sont en clair dans « Les faits dont vos points sont tirés »",
    "cotation.Standing": "vos points et vos souhaits, rangés pour classer vite : ils sont en clair dans « Vos points »",
    "cotation.PointsNews": "un courriel à venir sur vos points ; l’histoire de votre demande dit déjà tout",
    "demands.Identity": "empreintes techniques de l’identité, qui servent à trouver un doublon",
    "applications.Shortlist": "listes entières de candidats : votre ligne seule est à vous",
    "commissions.Commission": "composition et règles d’une commission, sans rien sur vous",
    "commissions.RulesVersion": "règlement intérieur d’une commission, sans rien sur vous",
    "commissions.StandIn": "qui remplace un membre de commission, sans rien sur vous",
    "commissions.Correction": "corrections d’un ordre du jour publié : elles portent sur un logement et tous ses candidats",
    "commissions.Reminder": "rappels envoyés aux membres d’une commission, sans rien sur vous",
    "commissions.Seat": "mandats des membres d’une commission, sans rien sur vous",
    "commissions.Session": "séances d’une commission, sans rien sur vous",
    "commissions.AgendaItem": "ordre du jour : le dépouillement porte sur tous les candidats d’un logement",
    "commissions.Ballot": "le vote de chaque membre est secret ; la décision et ses motifs sont dans l’archive",
    "commissions.EarlierBallot": "le vote de chaque membre est secret ; la décision et ses motifs sont dans l’archive",
    "commissions.Attendance": "présences des membres d’une commission, sans rien sur vous",
    "commissions.Recusal": "l’intérêt déclaré par un membre ne concerne que lui",
    "commissions.ReadMark": "jusqu’où chaque membre a lu une discussion, sans rien sur vous",
    "commissions.SealedRecord": "empreintes des procès-verbaux, sans contenu",
    "exchanges.LandlordSystem": "logiciels des bailleurs, sans rien sur vous",
    "exchanges.KeptAnswer": "réponses déjà faites aux logiciels des bailleurs : des clés et des états, sans nom ni numéro",
    "exchanges.Change": "journal des bailleurs : des clés et des états ; l’histoire de votre demande dit tout",
    "exchanges.Delivery": "messages aux logiciels des bailleurs : des clés et des états, sans nom ni numéro",
    "exchanges.StockFile": "fichiers de logements des bailleurs, sans rien sur vous",
    "exchanges.TakeOver": "réglages d’une reprise de fichier, sans rien sur vous",
}
