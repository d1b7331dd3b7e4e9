"""Every form may be sent twice: the second time changes nothing, with its key and, where it matters, without it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from palier.accounts import actions as accounts
from palier.accounts.actor import PALIER, Actor
from palier.accounts.models import Invitation, Membership
from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal, Visit, VisitSlot
from palier.applications import actions as instruction
from palier.applications.models import Doubt
from palier.commissions import actions as commissions
from palier.commissions.models import Seat, Session, StandIn
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation import drafting
from palier.demands import acting as mandates
from palier.demands import actions, claiming, living, nights
from palier.demands.acting import Ground
from palier.demands.form import Form
from palier.demands.likenesses import merge
from palier.demands.models import Demand, Likeness, Mandate, Notice
from palier.demands.sheltering import shelter
from palier.demo.people import BY_KEY
from palier.demo.playing import character, play
from palier.demo.underway import specimen
from palier.documents import actions as documents
from palier.documents.models import Recognition
from palier.employers import actions as employers
from palier.employers.models import Company
from palier.exchanges.landlords import files as stock_files
from palier.exchanges.landlords.columns import model as stock_model
from palier.exchanges.landlords.models import Delivery, LandlordSystem
from palier.exchanges.takeover import actions as takeovers
from palier.exchanges.takeover import running
from palier.exchanges.takeover.models import TakeOver
from palier.homes import actions as homes
from palier.homes.models import Contradiction
from palier.law.occupancy_review import Suitable
from palier.observatory.models import Simulation
from palier.reservations.models import Convention, Turn
from palier.reviews import actions as reviews
from palier.reviews.declared import Declared
from palier.reviews.models import Tenancy
from palier.spaces.matrix import matrix
from tests.conftest import NOW
from tests.exchanges.takeover.conftest import LOGIS, export, written
from tests.harness.conftest import Town, form, later

# Sessions, receipts and counters of attempts are the machinery of repetition itself.
MACHINERY = {"django_session", "common_receipt", "common_cache", "django_migrations", "django_content_type"}
# They read only, whatever the method, or answer a file.
READ_ONLY = {
    "applicant:application", "applicant:applications", "applicant:attestation", "applicant:bearings", "applicant:decision_letter",
    "applicant:demand", "applicant:documents", "applicant:home", "applicant:job", "applicant:lease_summary",
    "applicant:offers", "applicant:visit_file", "applicant:piece_file", "applicant:proposal_letter", "applicant:removal_certificate",
    "applicant:receipt", "applicant:tenancy", "applicant:tenancy_opinion", "applicant:timeline", "applicant:rights", "applicant:archive", "authority:export", "authority:home", "authority:simulation", "authority:simulation_export", "authority:simulation_note", "desk:attestation", "desk:dossier", "desk:exchange",
    "desk:exchange_quality", "desk:exchanges", "desk:home", "desk:life", "desk:likeness", "desk:likenesses",
    "desk:piece", "desk:piece_file", "desk:piece_page", "desk:pieces", "desk:recognition", "desk:recognitions", "desk:terms", "desk:terms_of",
    "employer:attestation", "employer:following", "employer:home", "spaces:invitations", "holder:candidates", "holder:file", "holder:flow", "holder:flow_balance", "holder:home", "holder:receipt", "holder:recognition",
    "holder:recognitions", "landlord:allocation", "landlord:allocations", "landlord:candidates",
    "landlord:decision_letter", "landlord:dwellings", "landlord:file", "landlord:flow", "landlord:flow_balance", "landlord:home", "landlord:instruction",
    "landlord:lease_summary", "landlord:lot", "landlord:minutes", "landlord:offers", "landlord:proposal_letter", "landlord:ready", "landlord:receipt",
    "landlord:contests", "landlord:mayor_note", "landlord:session_papers", "member:contests", "member:mayor_note", "member:presiding",
    "landlord:review", "landlord:review_opinion", "landlord:review_request", "landlord:reviews",
    "landlord:rules", "landlord:seats", "landlord:session", "landlord:sessions", "landlord:sheet", "landlord:swaps", "landlord:tenancies",
    "landlord:discussions", "landlord:turnout", "member:item_turnout", "member:turnout", "spaces:unread",
    "landlord:model_file", "landlord:stock_file", "landlord:system", "landlord:system_log", "landlord:systems",
    "member:away", "member:home", "member:item", "member:receipt", "member:recorded", "member:review", "member:session",
    "spaces:statistics", "spaces:statistics_export", "spaces:statistics_report", "public:accessibility", "public:delays", "public:delays_export",
    "spaces:objectives", "spaces:objectives_export",
    "public:careful_words", "public:home", "public:observatory", "public:offer", "public:offers", "public:offers_map", "public:places",
    "public:grid", "public:grid_text", "public:grids", "public:odds", "public:privacy", "public:simulator", "public:source", "spaces:home", "spaces:plan", "staff:dossier", "staff:organisation", "staff:organisations",
    "staff:settings", "staff:takeover", "staff:takeover_report",
}  # fmt: skip
# Written, but only in the session of whoever asks.
SESSION_ONLY = {"spaces:choose_role", "staff:support"}


def ended(offer):
    """Its applications are over; the list is still to be made."""
    offer.closes_at = clock.now()
    offer.save(update_fields=["closes_at"])


@dataclass
class Case:
    """One form: who sends it, where, with what; `at`: when. `bare`: also harmless without its key.

    `block`: bytes sent as they are in place of a form.
    """

    client: Client
    path: str
    data: dict[str, Any]
    at: Any = NOW
    bare: bool = True
    block: bytes = b""


CASES: dict[str, Callable[[Town], Case]] = {}


def case(name: str):
    def keep(make):
        CASES[name] = make
        return make

    return keep


def sent_proposal() -> Proposal:
    return Proposal.objects.select_related("application__demand__person").get(state="sent")


def household_of(town: Town, proposal: Proposal) -> Client:
    return town.client_of(proposal.application.demand)


def accepted(town: Town) -> Proposal:
    proposal = sent_proposal()
    household = Actor(role=Role.APPLICANT, person=proposal.application.demand.person)
    play(household, allocations.accept, proposal_id=proposal.pk)
    return proposal


IDENTITY = {
    "civility": "2", "last_name": "Morel", "first_names": "Julie", "birth_date": "1988-04-02", "nationality": "1",
    "phone": "06 39 98 00 02", "line": "12 allée des Tilleuls", "postcode": "14000", "town": "Caen",
}  # fmt: skip
HOUSEHOLD = {"family_status": "C"}
MEANS = {"contract": "CDD", "res_SAL": "1200", "tax_2024": "11000", "tax_2025": "11200"}
HOME = {"status": "LP", "rent": "540"}
WISH = {"motive": "13", "types": ["T2"], "kind": "I", "place_1": "Caen"}
STEPS = {"identite": IDENTITY, "menage": HOUSEHOLD, "ressources": MEANS, "logement": HOME, "souhaits": WISH}


@case("applicant:step")
def _(town):
    return Case(town.client("famille.morel"), "/mon-espace/demande/etape/identite/", IDENTITY)


@case("applicant:autosave")
def _(town):
    return Case(town.client("famille.morel"), "/mon-espace/demande/etape/identite/brouillon/", IDENTITY)


@case("applicant:summary")
def _(town):
    client = town.client("famille.morel")
    for key, data in STEPS.items():
        assert client.post(f"/mon-espace/demande/etape/{key}/", form(**data)).status_code == 302, key
    return Case(client, "/mon-espace/demande/recapitulatif/", {"declare": "on"})


@case("applicant:claim")
def _(town):
    return Case(
        town.client("famille.morel"), "/mon-espace/demande/retrouver/", {"number": town.demand.number}, bare=False
    )


@case("applicant:claim_code")
def _(town):
    claim = play(character("famille.morel"), claiming.ask, number=town.demand.number)
    # A wrong code is one try: the key keeps a double click from spending two.
    return Case(
        town.client("famille.morel"), f"/mon-espace/demande/retrouver/{claim.pk}/", {"code": "AAAAAAAA"}, bare=False
    )


def warned(town: Town) -> Notice:
    return play(desk_agent(), living.warn, demand_id=town.demand.pk, sent_on=NOW.date(), proof="1A 234 567")


def desk_agent() -> Actor:
    return character(next(key for key, one in BY_KEY.items() if one.role == Role.DESK))


def desk_client(town: Town) -> Client:
    return town.clients()[str(Role.DESK)]


@case("applicant:renew")
def _(town):
    return Case(town.client("amina.benali"), "/mon-espace/demande/renouveler/", {"declare": "on"})


@case("applicant:answer")
def _(town):
    warned(town)
    return Case(town.client("amina.benali"), "/mon-espace/demande/je-suis-la/", {})


@case("applicant:contest")
def _(town):
    living.warn_of_rejection(actor=PALIER, demand_id=town.demand.pk, subground="IRRRES", by=town.landlord)
    return Case(town.client("amina.benali"), "/mon-espace/demande/contester/", {"text": "Mon salaire a baissé."})


@case("applicant:waive")
def _(town):
    return Case(town.client("amina.benali"), "/mon-espace/demande/renoncer/", {"declare": "on"})


@case("applicant:reactivate")
def _(town):
    warned(town)
    Notice.objects.update(sent_on="2026-09-22", removal_on=NOW.date())
    nights.run()
    return Case(town.client("amina.benali"), "/mon-espace/demande/reactiver/", {})


@case("desk:act")
def _(town):
    data = {"sent_on": "2026-11-23", "proof": "1A 234 567"}
    return Case(desk_client(town), f"/guichet/dossiers/{town.demand.pk}/vie/prevenir/", data)


@case("desk:posted")
def _(town):
    notice = Notice.objects.create(demand=town.demand, ground="RADREN", made_at=NOW)
    return Case(desk_client(town), f"/guichet/courriers/{notice.pk}/", {"sent_on": "2026-11-23", "proof": "1A 234 567"})


@case("desk:lift")
def _(town):
    return Case(desk_client(town), f"/guichet/avertissements/{warned(town).pk}/lever/", {})


@case("landlord:warn")
def _(town):
    data = {"sent_on": "2026-11-23", "proof": "1A 234 567"}
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/courrier/", data)


@case("applicant:apply")
def _(town):
    demand = town.build.demand(character("famille.morel").person)
    return Case(town.client_of(demand), f"/mon-espace/offres/{town.free.pk}/postuler/", {})


@case("applicant:withdraw")
def _(town):
    return Case(town.client("amina.benali"), f"/mon-espace/candidatures/{town.application.pk}/retirer/", {})


@case("applicant:accept")
def _(town):
    proposal = sent_proposal()
    return Case(household_of(town, proposal), f"/mon-espace/propositions/{proposal.pk}/accepter/", {})


@case("applicant:decline")
def _(town):
    proposal = sent_proposal()
    return Case(household_of(town, proposal), f"/mon-espace/propositions/{proposal.pk}/refuser/", {"reason": "rent"})


@case("applicant:book_visit")
def _(town):
    proposal = sent_proposal()
    play(character("sophie.bailleur"), allocations.offer_visits, proposal_id=proposal.pk, slots=[later(days=3)])
    return Case(household_of(town, proposal), f"/mon-espace/visites/{VisitSlot.objects.get().pk}/reserver/", {})


def mandate(town: Town) -> Mandate:
    claire = character("claire.guichet")
    return play(
        claire, mandates.declare, demand_id=town.demand.pk, holder="Association d’essai", words="Déposer mes pièces",
        until_on=clock.today(),
    )  # fmt: skip


@case("applicant:ask_archive")
def _(town):
    return Case(town.client("amina.benali"), "/mon-espace/mes-donnees/demander/", {})


@case("applicant:shelter")
def _(town):
    return Case(town.client("amina.benali"), "/mon-espace/demande/proteger-mon-adresse/", {})


@case("applicant:uncover")
def _(town):
    amina = character("amina.benali")
    play(amina, shelter, demand_id=town.demand.pk)
    return Case(town.client("amina.benali"), "/mon-espace/demande/montrer-mon-adresse/", {})


def recognised(town: Town) -> Recognition:
    """A situation of the household, recognised for a time."""
    amina, claire = character("amina.benali"), character("claire.guichet")
    asked = play(amina, documents.ask_recognition, demand=town.demand, situation="unfit")
    return play(claire, documents.recognise, recognition_id=asked.pk, valid_to=date(2026, 12, 31))


@case("applicant:renew_situation")
def _(town):
    path = f"/mon-espace/pieces/situations/{recognised(town).pk}/renouveler/"
    return Case(town.client("amina.benali"), path, {"file": "rapport.png"})


@case("applicant:withdraw_situation")
def _(town):
    return Case(town.client("amina.benali"), f"/mon-espace/pieces/situations/{recognised(town).pk}/retirer/", {})


def open_to_the_landlord(town: Town) -> str:
    play(character("amina.benali"), shelter, demand_id=town.demand.pk)
    return f"/mon-espace/candidatures/{town.application.pk}"


@case("applicant:open_pieces")
def _(town):
    return Case(town.client("amina.benali"), f"{open_to_the_landlord(town)}/ouvrir-mes-pieces/", {})


@case("applicant:close_pieces")
def _(town):
    path = open_to_the_landlord(town)
    play(
        character("amina.benali"), documents.open_pieces,
        demand_id=town.demand.pk, application=town.application.pk, body=town.landlord,
    )  # fmt: skip
    return Case(town.client("amina.benali"), f"{path}/fermer-mes-pieces/", {})


@case("applicant:end_mandate")
def _(town):
    return Case(town.client("amina.benali"), f"/mon-espace/demande/mandats/{mandate(town).pk}/fin/", {})


@case("desk:end_mandate")
def _(town):
    return Case(town.client("claire.guichet"), f"/guichet/mandats/{mandate(town).pk}/fin/", {})


@case("desk:mandate")
def _(town):
    data = {"holder": "Association d’essai", "words": "Déposer mes pièces", "until_on": "2026-12-24"}
    return Case(town.client("claire.guichet"), f"/guichet/dossiers/{town.demand.pk}/mandat/", data)


@case("desk:edit")
def _(town):
    data = {**HOME, "motif-ground": "present", "version": town.demand.revision}
    return Case(town.client("claire.guichet"), f"/guichet/dossiers/{town.demand.pk}/modifier/logement/", data)


def twins(town: Town) -> Likeness:
    """Two demands of one person, the second registered at a desk."""
    with acting(SYSTEM):
        other = Demand.objects.filter(state="active", department="14").exclude(pk=town.demand.pk).order_by("pk").first()
        Demand.objects.filter(pk=other.pk).update(person=None)
        first, second = sorted((town.demand.pk, other.pk))
        return Likeness.objects.create(first_id=first, second_id=second, found_at=clock.now())


@case("desk:merge")
def _(town):
    data = {"motif-keep": town.demand.pk, "motif-ground": "present"}
    return Case(town.client("claire.guichet"), f"/guichet/doublons/{twins(town).pk}/reunir/", data)


@case("desk:tell_apart")
def _(town):
    data = {"apart-why": "Deux cousines"}
    return Case(town.client("claire.guichet"), f"/guichet/doublons/{twins(town).pk}/distinguer/", data)


@case("desk:undo_merge")
def _(town):
    likeness = twins(town)
    play(character("claire.guichet"), merge, likeness_id=likeness.pk, keep=town.demand.pk, ground=Ground("present"))
    return Case(town.client("claire.guichet"), f"/guichet/doublons/{likeness.pk}/annuler/", {"undo-why": "Par erreur"})


@case("desk:separate")
def _(town):
    claire = character("claire.guichet")
    with acting(claire.scope):
        held = Form.from_json(town.demand.form)
        couple = replace(
            held, coapplicant=replace(held.applicant, first_names="Sam", birth_date=date(1991, 1, 1), link="M")
        )
        actions.change(
            actor=claire, demand_id=town.demand.pk, form=couple, revision=town.demand.revision, sections=["ménage"],
            ground=Ground("present"),
        )  # fmt: skip
    data = {"motif-ground": "present"}
    return Case(town.client("claire.guichet"), f"/guichet/dossiers/{town.demand.pk}/separer/", data)


@case("applicant:upload")
def _(town):
    data = {"kind": "identity", "about": "applicant", "file": specimen("Carte")}
    return Case(town.client("amina.benali"), "/mon-espace/pieces/envoyer/", data)


def announced(content: bytes) -> dict[str, Any]:
    return {
        "kind": "identity", "about": "applicant", "name": "carte.png", "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip


def begun(town: Town, path: str, content: bytes = b"carte") -> Case:
    """A file that the household has announced, and one of its addresses."""
    client = town.client("amina.benali")
    told = client.post(f"/espace/demandes/{town.demand.pk}/envois/", announced(content)).json()
    return Case(client, told[path], {})


@case("spaces:upload_begin")
def _(town):
    path = f"/espace/demandes/{town.demand.pk}/envois/"
    return Case(town.client("amina.benali"), path, announced(b"carte"))


@case("spaces:upload_block")
def _(town):
    return replace(begun(town, "url"), block=b"car")


@case("spaces:upload_give_up")
def _(town):
    return begun(town, "cancel")


@case("applicant:withdraw_piece")
def _(town):
    client = town.client("amina.benali")
    client.post("/mon-espace/pieces/envoyer/", form(kind="identity", about="applicant", file=specimen("Carte")))
    return Case(client, f"/mon-espace/pieces/{town.demand.pieces.get().pk}/retirer/", {})


@case("applicant:date_piece")
def _(town):
    client = town.client("amina.benali")
    client.post("/mon-espace/pieces/envoyer/", form(kind="identity", about="applicant", file=specimen("Carte")))
    return Case(client, f"/mon-espace/pieces/{town.demand.pieces.get().pk}/date/", {"day": "2030-05-04"})


@case("applicant:emergency")
def _(town):
    return Case(town.client("amina.benali"), "/mon-espace/pieces/urgence/", {"situation": "eviction"})


def job(town: Town) -> dict[str, str]:
    siret = Company.objects.get(organisation=character("marc.employeur").organisation_id).siret
    return {"employer_siret": siret, "employer_name": "Clinique", "contract": "CDI"}


@case("applicant:job_edit")
def _(town):
    return Case(town.client("amina.benali"), "/mon-espace/employeur/modifier/", job(town))


@case("applicant:job_ask")
def _(town):
    client = town.client("amina.benali")
    client.post("/mon-espace/employeur/modifier/", form(**job(town)))
    return Case(client, "/mon-espace/employeur/accord/", {})


@case("applicant:job_withdraw")
def _(town):
    client = town.client("amina.benali")
    client.post("/mon-espace/employeur/modifier/", form(**job(town)))
    play(character("amina.benali"), employers.ask)
    return Case(client, "/mon-espace/employeur/retrait/", {})


@case("applicant:job_follow")
def _(town):
    client = town.client("amina.benali")
    client.post("/mon-espace/employeur/modifier/", form(**job(town)))
    play(character("amina.benali"), employers.ask)
    return Case(client, "/mon-espace/employeur/suivi/", {})


@case("applicant:job_unfollow")
def _(town):
    client = town.client("amina.benali")
    client.post("/mon-espace/employeur/modifier/", form(**job(town)))
    play(character("amina.benali"), employers.ask)
    play(character("amina.benali"), employers.follow)
    return Case(client, "/mon-espace/employeur/suivi/retrait/", {})


@case("desk:piece_accept")
def _(town):
    return Case(town.client("claire.guichet"), f"/guichet/pieces/{town.piece.pk}/accepter/", {})


@case("desk:piece_refuse")
def _(town):
    return Case(town.client("claire.guichet"), f"/guichet/pieces/{town.piece.pk}/refuser/", {"code": "unreadable"})


@case("desk:upload")
def _(town):
    data = {"kind": "identity", "about": "applicant", "file": specimen("Carte")}
    return Case(town.client("claire.guichet"), f"/guichet/dossiers/{town.demand.pk}/pieces/", data)


@case("desk:register")
def _(town):
    data = {f"{key}-{name}": value for key, fields in STEPS.items() for name, value in fields.items()}
    data |= {"identite-last_name": "Comptoir", "seen": "passeport"}
    return Case(town.client("claire.guichet"), "/guichet/enregistrer/", data)


@case("desk:exchange_resend")
def _(town):
    return Case(town.client("claire.guichet"), f"/guichet/registre/{town.operation.pk}/renvoyer/", {})


@case("desk:exchange_mend")
def _(town):
    data = {**HOME, "version": town.demand.revision, "motif-ground": "present"}
    return Case(town.client("claire.guichet"), f"/guichet/registre/{town.operation.pk}/corriger/logement/", data)


def takeover(state: str = "") -> TakeOver:
    """A file of the invented older tool, received, or taken over to the end."""
    held = takeovers.receive(actor=PALIER, name="export.csv", chunks=[stock_file()], mapping=LOGIS)
    if state == "rehearsed":
        takeovers.rehearse(actor=PALIER, takeover_id=held.pk)
        running.work(held.pk)
    if state == "running":
        takeovers.run(actor=PALIER, takeover_id=held.pk)
    if state == "done":
        takeovers.run(actor=PALIER, takeover_id=held.pk)
        running.work(held.pk)
    return held


def stock_file() -> bytes:
    return written(export(2))


@case("authority:simulations")
def _(town):
    Simulation.objects.all().delete()
    data = {"grid": town.draft.pk, "epci": town.draft.epcis.get().pk}
    return Case(town.client("luc.epci"), "/collectivite/simulations/", data)


@case("authority:grids")
def _(town):
    data = {"place": town.draft.epcis.get().pk, "origin": "exemple-calvados-orne"}
    return Case(town.client("luc.epci"), "/collectivite/grilles/", data)


def seen(town: Town) -> dict[str, str]:
    return {"seen": drafting.fingerprint(town.draft.source)}


@case("authority:grid")
def _(town):
    data = {"source": town.draft.source + "# une remarque\n", **seen(town)}
    return Case(town.client("luc.epci"), f"/collectivite/grilles/{town.draft.pk}/", data)


@case("authority:grid_publish")
def _(town):
    data = {"voted": "on", **seen(town)}
    return Case(town.client("luc.epci"), f"/collectivite/grilles/{town.draft.pk}/publier/", data)


@case("authority:grid_discard")
def _(town):
    return Case(town.client("luc.epci"), f"/collectivite/grilles/{town.draft.pk}/abandonner/", {})


@case("authority:grid_withdraw")
def _(town):
    play(character("luc.epci"), drafting.publish, held=town.draft, **seen(town))
    return Case(town.client("luc.epci"), f"/collectivite/grilles/{town.draft.pk}/retirer/", {})


@case("staff:takeovers")
def _(town):
    data = {"file": SimpleUploadedFile("export.csv", stock_file()), "shipped": "logis-2000"}
    return Case(town.client("alain.admin"), "/equipe/reprises/", data)


def deciding(what: str, state: str = ""):
    def make(town: Town) -> Case:
        with acting(SYSTEM):
            held = takeover(state)
        return Case(town.client("alain.admin"), f"/equipe/reprises/{held.pk}/{what}/", {})

    return make


case("staff:takeover_essai")(deciding("essai"))
case("staff:takeover_reprise")(deciding("reprise", "rehearsed"))
case("staff:takeover_poursuivre")(deciding("poursuivre", "running"))
case("staff:takeover_fermer")(deciding("fermer", "done"))
case("staff:takeover_inviter")(deciding("inviter", "done"))


@case("desk:recognise")
def _(town):
    return Case(town.client("claire.guichet"), f"/guichet/situations/{town.recognition.pk}/reconnaitre/", {})


@case("desk:refuse_recognition")
def _(town):
    return Case(
        town.client("claire.guichet"),
        f"/guichet/situations/{town.recognition.pk}/refuser/",
        {"reason": "Pas de preuve"},
    )


@case("holder:recognise")
def _(town):
    return Case(town.client("claire.guichet"), f"/reservataire/situations/{town.recognition.pk}/reconnaitre/", {})


@case("holder:refuse_recognition")
def _(town):
    return Case(
        town.client("claire.guichet"),
        f"/reservataire/situations/{town.recognition.pk}/refuser/",
        {"reason": "Pas de preuve"},
    )


@case("holder:designate")
def _(town):
    return Case(town.client("paul.reservataire"), f"/reservataire/logements/{town.reserved.pk}/designer/", {})


@case("employer:confirm")
def _(town):
    return Case(town.client("marc.employeur"), f"/employeur/attestations/{town.job.pk}/confirmer/", {})


@case("employer:deny")
def _(town):
    return Case(
        town.client("marc.employeur"),
        f"/employeur/attestations/{town.job.pk}/dementir/",
        {"reason": "Inconnu chez nous"},
    )


@case("employer:answer_all")
def _(town):
    return Case(town.client("marc.employeur"), "/employeur/reponses/", {f"says-{town.job.pk}": "confirm"})


@case("employer:company")
def _(town):
    return Case(town.client("marc.employeur"), "/employeur/entreprise/", {"year_2025": "52"})


@case("employer:priorities")
def _(town):
    return Case(town.client("marc.employeur"), "/employeur/priorites/", {"permanent": "10"})


@case("employer:agents")
def _(town):
    return Case(town.client("marc.employeur"), "/employeur/agents/", {"email": "rh@exemple.fr"})


@case("employer:cancel_invitation")
def _(town):
    sent = play(character("marc.employeur"), accounts.invite, email="rh@exemple.fr")
    return Case(town.client("marc.employeur"), f"/employeur/agents/invitations/{sent.pk}/annuler/", {})


def invited(town: Town) -> Invitation:
    return play(character("marc.employeur"), accounts.invite, email=character("amina.benali").person.email)


@case("employer:remove_agent")
def _(town):
    joined = play(character("amina.benali"), accounts.accept_invitation, invitation_id=invited(town).pk)
    return Case(town.client("marc.employeur"), f"/employeur/agents/{joined.pk}/retirer/", {})


@case("spaces:accept_invitation")
def _(town):
    client = town.client("amina.benali")
    return Case(client, f"/espace/invitations/{invited(town).pk}/accepter/", {})


@case("spaces:decline_invitation")
def _(town):
    client = town.client("amina.benali")
    return Case(client, f"/espace/invitations/{invited(town).pk}/decliner/", {})


@case("holder:reserve")
def _(town):
    free = town.build.offer(town.landlord, contingent="action_logement", holder=town.reserved.holder)
    company = Company.objects.get(organisation=character("marc.employeur").organisation_id)
    return Case(
        town.client("paul.reservataire"), f"/reservataire/logements/{free.pk}/reserver/", {"company": company.pk}
    )


@case("landlord:new_dwelling")
def _(town):
    data = {
        "reference": "NEUF-1", "address": "1 rue Neuve", "postcode": "14000", "town": "Caen", "kind": "flat",
        "type": "T2", "surface": "45", "financing": "PLUS",
    }  # fmt: skip
    return Case(town.client("sophie.bailleur"), "/bailleur/logements/nouveau/", data)


@case("landlord:new_offer")
def _(town):
    fresh = town.build.dwelling(town.landlord)
    data = {"available_on": "2027-01-04", "rent": "400", "charges": "60", "contingent": "none"}
    return Case(town.client("sophie.bailleur"), f"/bailleur/logements/{fresh.pk}/offre/", data)


def convention(town, since="2025-01-01"):
    return Convention.objects.create(
        landlord=town.landlord, holder=town.reserved.holder, contingent="action_logement", department_id="14",
        percent=20, designation_days=30, valid_from=since, recorded_at=NOW,
    )  # fmt: skip


@case("landlord:new_convention")
def _(town):
    data = {
        "holder_id": town.reserved.holder_id, "contingent": "action_logement", "department": "14", "percent": "20",
        "designation_days": "30", "returned_counts": "on", "valid_from": "2026-01-01",
    }  # fmt: skip
    return Case(town.client("sophie.bailleur"), "/bailleur/reservations/conventions/nouvelle/", data)


@case("landlord:end_convention")
def _(town):
    path = f"/bailleur/reservations/conventions/{convention(town).pk}/fin/"
    return Case(town.client("sophie.bailleur"), path, {"on": "2027-01-01"})


@case("landlord:sign_balance")
def _(town):
    convention(town)
    path = f"/bailleur/reservations/bilans/14/2025/{town.reserved.holder_id}/"
    return Case(town.client("sophie.bailleur"), path, {})


@case("holder:give_back")
def _(town):
    Turn.objects.create(
        vacancy_id=town.reserved.vacancy_id, landlord=town.landlord, holder=town.reserved.holder, convention=convention(town),
        kind="flow", state="open", on=NOW.date(), due_at=later(days=20), why="Son tour",
    )  # fmt: skip
    path = f"/reservataire/logements/{town.reserved.pk}/rendre/"
    return Case(town.client("paul.reservataire"), path, {"reason": "Personne"}, bare=False)


@case("landlord:confirm_offer")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/offres/{town.free.pk}/confirmer/", {}, bare=False)


@case("landlord:confirm_all")
def _(town):
    data = {f"offre-{town.free.pk}": "let", f"offre-{town.reserved.pk}": "available"}
    return Case(town.client("sophie.bailleur"), "/bailleur/offres/confirmer/", data, bare=False)


@case("spaces:delays")
def _(town):
    agent = town.build.actor(Role.LANDLORD, town.landlord)
    return Case(town.client("sophie.bailleur"), "/espace/delais/", {"person_id": agent.person_id})


@case("landlord:let_offer")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/offres/{town.free.pk}/loue/", {})


@case("landlord:contradiction")
def _(town):
    play(
        character("sophie.bailleur"), homes.state_availability,
        offer_id=town.free.pk, says="let", stated_at=NOW - timedelta(hours=1), via="system",
    )  # fmt: skip
    found = Contradiction.objects.get()
    return Case(town.client("sophie.bailleur"), f"/bailleur/contradictions/{found.pk}/", {"says": "let"})


@case("landlord:withdraw_offer")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/offres/{town.free.pk}/retirer/", {"reason": "Travaux"})


@case("landlord:send_files")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/offres/{town.free.pk}/transmettre/", {})


@case("spaces:adopt_plan")
def _(town):
    ended(town.free)
    client = town.client("sophie.bailleur")
    seal = re.search(r'name="seal" value="(\w+)"', client.get("/espace/plan/").content.decode())
    return Case(client, "/espace/plan/adopter/", {"seal": seal.group(1)})


@case("landlord:admit")
def _(town):
    return Case(
        town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/recevable/", {"why": "Originaux vus."}
    )


def visit(town: Town) -> Visit:
    return play(
        character("sophie.bailleur"), allocations.open_visit, offer_id=town.free.pk, at=NOW + timedelta(days=2),
        capacity=3, place="Devant la porte", open_to="all",
    )  # fmt: skip


@case("landlord:visits_of")
def _(town):
    data = {"at": "2026-12-01T10:00", "minutes": "30", "capacity": "3", "place": "Devant la porte", "open_to": "all"}
    return Case(town.client("sophie.bailleur"), f"/bailleur/offres/{town.free.pk}/visites/", data)


@case("landlord:cancel_visit")
def _(town):
    path = f"/bailleur/offres/{town.free.pk}/visites/{visit(town).pk}/annuler/"
    return Case(town.client("sophie.bailleur"), path, {"why": "Serrure en panne"})


@case("applicant:book_place")
def _(town):
    path = f"/mon-espace/candidatures/{town.application.pk}/visites/{visit(town).pk}/"
    return Case(town.client("amina.benali"), path, {})


@case("applicant:give_up_visit")
def _(town):
    held = play(
        character("amina.benali"), allocations.book_place, application_id=town.application.pk, visit_id=visit(town).pk
    )
    return Case(town.client("amina.benali"), f"/mon-espace/visites/places/{held.pk}/rendre/", {})


def doubt(town: Town) -> Doubt:
    words = {"declared": "Loyer de 300 €", "proposed": "Loyer de 420 €", "why": "La quittance le montre."}
    sophie = character("sophie.bailleur")
    return play(sophie, instruction.propose_correction, application_id=town.sent.pk, heading="logement", **words)


@case("landlord:propose_doubt")
def _(town):
    data = {"heading": "logement", "declared": "Loyer de 300 €", "proposed": "Loyer de 420 €", "why": "Quittance."}
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/corriger/", data)


@case("landlord:withdraw_doubt")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/corrections/{doubt(town).pk}/retirer/", {})


@case("applicant:accept_doubt")
def _(town):
    key = doubt(town).pk
    return Case(town.client_of(town.sent.demand), f"/mon-espace/corrections/{key}/accepter/", {})


@case("applicant:contest_doubt")
def _(town):
    key = doubt(town).pk
    return Case(town.client_of(town.sent.demand), f"/mon-espace/corrections/{key}/contester/", {"answer": "Exact."})


@case("landlord:take")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/prendre/", {})


@case("landlord:put_back")
def _(town):
    play(character("sophie.bailleur"), instruction.take, application_id=town.sent.pk)
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/remettre/", {})


@case("landlord:find_inadmissible")
def _(town):
    data = {"codes": ["income_over_ceiling"], "reason": "Ressources au-dessus du plafond."}
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/non-recevable/", data)


@case("landlord:note")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/dossiers/{town.sent.pk}/note/", {"text": "Vue à 10 h"})


@case("landlord:visits")
def _(town):
    return Case(
        town.client("sophie.bailleur"), f"/bailleur/attributions/{sent_proposal().pk}/visites/",
        {"first": "2026-11-27T10:00"},
    )  # fmt: skip


@case("landlord:choose")
def _(town):
    home = town.build.dwelling(town.landlord, financing="LLI")
    demand = town.build.demand(town.build.person())
    ready = town.build.application(demand, town.build.offer(dwelling=home), state="admissible")
    return Case(town.client("sophie.bailleur"), f"/bailleur/candidatures/{ready.pk}/proposer/", {})


@case("landlord:lease")
def _(town):
    proposal = accepted(town)
    data = {"signed_on": "2026-11-23", "starts_on": "2026-12-01", "rent": "410", "charges": "85"}
    return Case(town.client("sophie.bailleur"), f"/bailleur/attributions/{proposal.pk}/bail/", data)


@case("landlord:new_session")
def _(town):
    data = {"opens_at": "2026-12-09T09:00", "closes_at": "2026-12-10T13:00"}
    return Case(town.client("nadia.secretaire"), "/bailleur/seances/nouvelle/", data)


def prepared(town: Town):
    secretary = character("nadia.secretaire")
    return play(
        secretary, commissions.create_session, commission_id=town.session.commission_id,
        opens_at=later(days=16), closes_at=later(days=17),
    )  # fmt: skip


@case("landlord:agenda")
def _(town):
    session = prepared(town)
    files = [a.pk for a in town.instructed.applications.filter(state="admissible")]
    data = {"session": session.pk, "applications": files, "exception": "too_few", "exception_note": "Deux dossiers"}
    return Case(town.client("nadia.secretaire"), f"/bailleur/offres/{town.instructed.pk}/ordre-du-jour/", data)


@case("landlord:publish_session")
def _(town):
    session = prepared(town)
    files = [a.pk for a in town.instructed.applications.filter(state="admissible")]
    play(
        character("nadia.secretaire"), commissions.add_to_agenda, session_id=session.pk, offer_id=town.instructed.pk,
        application_ids=files, exception="too_few", exception_note="Deux dossiers",
    )  # fmt: skip
    return Case(town.client("nadia.secretaire"), f"/bailleur/seances/{session.pk}/publier/", {})


@case("landlord:compose")
def _(town):
    session = prepared(town)
    third = town.instructed.applications.filter(state="sent").order_by("pk").first()
    play(character("sophie.bailleur"), instruction.admit, application_id=third.pk, why="Originaux vus.")
    return Case(
        town.client("nadia.secretaire"), f"/bailleur/seances/{session.pk}/composer/", {"offers": [town.instructed.pk]}
    )


@case("landlord:correct")
def _(town):
    data = {"kind": "withdraw", "reason": "Dégât des eaux"}
    return Case(town.client("nadia.secretaire"), f"/bailleur/seances/logements/{town.item.pk}/corriger/", data)


RULES = {
    "opens_day": "wed", "opens_time": "09:00", "closes_day": "thu", "closes_time": "12:00", "notice_days": "4",
    "reminder_hours": "6", "quorum": "4", "counting": "majority", "tallies": "visible", "meeting_by": "any",
    "valid_from": "2027-02-01", "note": "Délibération d’essai", "do": "publish",
}  # fmt: skip


@case("landlord:new_rules")
def _(town):
    path = f"/bailleur/reglement/{town.session.commission_id}/nouvelle-version/"
    return Case(town.client("nadia.secretaire"), path, RULES)


def seat_of(key: str) -> Seat:
    return Seat.objects.get(person__email=f"{key}@exemple.fr", until=None)


@case("landlord:new_seat")
def _(town):
    spare = town.build.actor(Role.MEMBER, town.landlord).person
    path = f"/bailleur/membres/{town.session.commission_id}/nouveau/"
    return Case(town.client("nadia.secretaire"), path, {"person": spare.pk, "capacity": "mandate"})


@case("landlord:seat")
def _(town):
    spare = town.build.actor(Role.MEMBER, town.landlord).person
    data = {"person": spare.pk, "span": "period", "since": "2027-02-01", "until": "2027-02-28"}
    return Case(town.client("nadia.secretaire"), f"/bailleur/membres/sieges/{seat_of('ines.membre').pk}/", data)


@case("landlord:end_seat")
def _(town):
    return Case(town.client("nadia.secretaire"), f"/bailleur/membres/sieges/{seat_of('ccas.membre').pk}/fin/", {})


@case("landlord:elect")
def _(town):
    return Case(
        town.client("nadia.secretaire"), f"/bailleur/membres/sieges/{seat_of('odile.membre').pk}/presidence/", {}
    )


@case("landlord:withdraw_stand_in")
def _(town):
    named = StandIn.objects.get()
    return Case(town.client("nadia.secretaire"), f"/bailleur/membres/suppleances/{named.pk}/retirer/", {})


def voted(town: Town) -> None:
    with clock.frozen_at(town.session.opens_at + timedelta(hours=1)):
        for key in ("yves.membre", "helene.maire", "ines.membre"):
            play(character(key), commissions.cast_ballot, item_id=town.item.pk, ranking=[c.pk for c in town.candidates])


def counted(town: Town) -> None:
    voted(town)
    with clock.frozen_at(town.session.closes_at):
        play(character("nadia.secretaire"), commissions.count, session_id=town.session.pk)


@case("landlord:count_session")
def _(town):
    voted(town)
    path = f"/bailleur/seances/{town.session.pk}/depouiller/"
    return Case(town.client("nadia.secretaire"), path, {}, at=town.session.closes_at)


def met(town: Town) -> dict[str, int]:
    """The session becomes a meeting, all its members there; their seats, by the key of the cast."""
    play(
        character("nadia.secretaire"), commissions.hold, session_id=town.session.pk, form="meeting",
        place="Siège", why="Un membre demande une réunion",
    )  # fmt: skip
    seats = {
        s.person.email.split("@")[0]: s.pk
        for s in town.session.commission.seats.select_related("person").order_by("pk")
    }
    marks = [commissions.Mark(pk, "present") for pk in seats.values()]
    play(character("nadia.secretaire"), commissions.note_attendance, session_id=town.session.pk, marks=marks)
    return seats


def recorded(town: Town) -> dict[str, int]:
    """And the vote of the tenants' member is recorded."""
    seats = met(town)
    entry = commissions.Entry(seats["ines.membre"], [c.pk for c in town.candidates])
    with clock.frozen_at(town.session.opens_at):
        play(character("nadia.secretaire"), commissions.record_votes, item_id=town.item.pk, entries=[entry])
    return seats


def closed(town: Town) -> None:
    recorded(town)
    with clock.frozen_at(town.session.opens_at):
        play(character("nadia.secretaire"), commissions.close_item, item_id=town.item.pk)


@case("landlord:hold")
def _(town):
    data = {"form": "meeting", "place": "Siège", "why": "Un membre demande une réunion"}
    return Case(town.client("nadia.secretaire"), f"/bailleur/seances/{town.session.pk}/forme/", data)


@case("landlord:meeting")
def _(town):
    seats = met(town)
    data = {f"presence_{seats['ines.membre']}": "phone", "everybody": "1"}
    path = f"/bailleur/seances/{town.session.pk}/reunion/"
    return Case(town.client("nadia.secretaire"), path, data, at=town.session.opens_at)


@case("landlord:record")
def _(town):
    seats = met(town)
    data = {f"order_{seats['ines.membre']}": "2 1 3", "order_all": "1 2 3"}
    path = f"/bailleur/seances/logements/{town.item.pk}/votes/"
    # Sent again without its key, nobody is left to be heard: the line for all of them writes nothing.
    return Case(town.client("nadia.secretaire"), path, data, at=town.session.opens_at)


@case("landlord:record_recusal")
def _(town):
    seats = met(town)
    path = f"/bailleur/seances/logements/{town.item.pk}/deport/"
    data = {"seat": seats["ines.membre"], "reason": "Voisine"}
    return Case(town.client("nadia.secretaire"), path, data, at=town.session.opens_at)


@case("landlord:strike_recusal")
def _(town):
    seats = met(town)
    with clock.frozen_at(town.session.opens_at):
        play(
            character("nadia.secretaire"), commissions.record_recusal, item_id=town.item.pk,
            seat_id=seats["ines.membre"], reason="Voisine",
        )  # fmt: skip
    path = f"/bailleur/seances/logements/{town.item.pk}/deport/retirer/"
    return Case(town.client("nadia.secretaire"), path, {"seat": seats["ines.membre"]}, at=town.session.opens_at)


@case("landlord:close_vote")
def _(town):
    recorded(town)
    path = f"/bailleur/seances/logements/{town.item.pk}/clore/"
    return Case(town.client("nadia.secretaire"), path, {}, at=town.session.opens_at)


@case("landlord:reopen_vote")
def _(town):
    closed(town)
    path = f"/bailleur/seances/logements/{town.item.pk}/rouvrir/"
    return Case(town.client("nadia.secretaire"), path, {"reason": "Erreur de saisie"}, at=town.session.opens_at)


@case("landlord:record_signature")
def _(town):
    seats = recorded(town)
    path = f"/bailleur/seances/{town.session.pk}/reunion/signature/"
    return Case(town.client("nadia.secretaire"), path, {"seat": seats["ines.membre"]}, at=town.session.opens_at)


@case("member:confirm")
def _(town):
    recorded(town)
    ballot = town.item.ballots.get()
    path = f"/commission/seances/{town.session.pk}/confirmer/"
    return Case(town.client("ines.membre"), path, {f"seen_{ballot.pk}": 1}, at=town.session.opens_at)


@case("member:contest_vote")
def _(town):
    closed(town)
    path = f"/commission/votes-enregistres/{town.item.ballots.get().pk}/contester/"
    return Case(town.client("ines.membre"), path, {}, at=town.session.opens_at)


@case("landlord:postpone")
def _(town):
    path = f"/bailleur/seances/logements/{town.item.pk}/reporter/"
    return Case(town.client("nadia.secretaire"), path, {}, at=town.session.closes_at)


@case("landlord:decide")
def _(town):
    counted(town)
    last = town.candidates[-1]
    data = {"kind": "non_allocation", "reasons": ["too_small"], "reason_text": "Trop petit"}
    return Case(town.client("nadia.secretaire"), f"/bailleur/decisions/{last.pk}/", data, at=town.session.closes_at)


@case("landlord:settle")
def _(town):
    first, second, third = [c.pk for c in town.candidates]
    Session.objects.filter(pk=town.session.pk).update(rules={**town.session.rules, "quorum": 2})
    with clock.frozen_at(town.session.opens_at + timedelta(hours=1)):
        for key, ranking in (("yves.membre", [first, second, third]), ("ines.membre", [second, first, third])):
            play(character(key), commissions.cast_ballot, item_id=town.item.pk, ranking=ranking)
    with clock.frozen_at(town.session.closes_at):
        play(character("nadia.secretaire"), commissions.count, session_id=town.session.pk)
    data = {f"rank_{first}": 1, f"rank_{second}": 2, "reason_1": "Naissance attendue en janvier."}
    path = f"/bailleur/seances/logements/{town.item.pk}/egalites/"
    return Case(town.client("nadia.secretaire"), path, data, at=town.session.closes_at)


@case("member:stand_in")
def _(town):
    spare = town.build.actor(Role.MEMBER, town.landlord).person
    data = {"person": spare.pk, "span": "period", "since": "2027-02-01", "until": "2027-02-28"}
    return Case(town.client("ines.membre"), f"/commission/remplacement/{seat_of('ines.membre').pk}/", data)


@case("member:back")
def _(town):
    named = StandIn.objects.get()
    return Case(town.client("denis.membre"), f"/commission/remplacement/suppleances/{named.pk}/retirer/", {})


@case("member:decide")
def _(town):
    counted(town)
    last = town.candidates[-1]
    data = {"kind": "non_allocation", "reasons": ["too_small"], "reason_text": "Trop petit"}
    return Case(
        town.client("yves.membre"), f"/commission/candidats/{last.pk}/decision/", data, at=town.session.closes_at
    )


@case("member:settle")
def _(town):
    same = CASES["landlord:settle"](town)
    return replace(same, client=town.client("yves.membre"), path=f"/commission/logements/{town.item.pk}/egalites/")


def contested(town: Town, *, made: bool = True):
    """A signed session, one of whose households contests; the household's actor, its application and the contest."""
    counted(town)
    with clock.frozen_at(town.session.closes_at + timedelta(hours=1)):
        play(character("yves.membre"), commissions.sign, session_id=town.session.pk)
    with acting(SYSTEM):
        application = town.candidates[-1].application
        owner = Actor(role=Role.APPLICANT, person=application.demand.person)
    if not made:
        return owner, application, None
    words = "Mes ressources ont changé en mai."
    with clock.frozen_at(town.session.closes_at + timedelta(hours=2)):
        return owner, application, play(owner, allocations.contest, application_id=application.pk, text=words)


@case("applicant:contest_decision")
def _(town):
    owner, application, _none = contested(town, made=False)
    path = f"/mon-espace/candidatures/{application.pk}/contester/"
    data = {"text": "Mes ressources ont changé en mai."}
    return Case(town.client_of(application.demand), path, data, at=town.session.closes_at + timedelta(hours=2))


def answer_to_contest(town: Town, who: str, space: str) -> Case:
    made = contested(town)[2]
    data = {"outcome": "kept", "text": "Les ressources du dossier ont été relues."}
    at = town.session.closes_at + timedelta(hours=3)
    return Case(town.client(who), f"/{space}/contestations/{made.pk}/", data, at=at)


def hold_of_contest(town: Town, who: str, space: str) -> Case:
    made = contested(town)[2]
    path, data = f"/{space}/contestations/{made.pk}/suspension/", {"reason": "Le revenu compté était faux."}
    return Case(town.client(who), path, data, at=town.session.closes_at + timedelta(hours=3))


CASES["landlord:contest"] = lambda town: answer_to_contest(town, "nadia.secretaire", "bailleur")
CASES["landlord:contest_hold"] = lambda town: hold_of_contest(town, "nadia.secretaire", "bailleur")
CASES["member:contest"] = lambda town: answer_to_contest(town, "yves.membre", "commission")
CASES["member:contest_hold"] = lambda town: hold_of_contest(town, "yves.membre", "commission")


@case("member:cast")
def _(town):
    data = {f"rank_{c.pk}": n for n, c in enumerate(town.candidates, start=1)}
    path = f"/commission/logements/{town.item.pk}/classer/"
    return Case(town.client("ines.membre"), path, data, at=town.session.opens_at)


@case("member:discussion")
def _(town):
    path = f"/commission/logements/{town.item.pk}/discussion/"
    return Case(town.client("ines.membre"), path, {"text": "Une question"}, at=town.session.opens_at)


def asked(town: Town) -> int:
    """Key of a question of the mayor's, which the others have not read."""
    with clock.frozen_at(town.session.opens_at):
        said = play(character("helene.maire"), commissions.post_comment, item_id=town.item.pk, text="Quel étage ?")
    return said.pk


@case("member:read")
def _(town):
    path = f"/commission/logements/{town.item.pk}/lu/"
    return Case(town.client("ines.membre"), path, {"upto": asked(town)}, at=town.session.opens_at)


@case("landlord:read")
def _(town):
    path = f"/bailleur/seances/logements/{town.item.pk}/lu/"
    return Case(town.client("sophie.bailleur"), path, {"upto": asked(town)}, at=town.session.opens_at)


@case("landlord:discussion")
def _(town):
    path = f"/bailleur/seances/logements/{town.item.pk}/discussion/"
    return Case(town.client("nadia.secretaire"), path, {"text": "Au deuxième"}, at=town.session.opens_at)


@case("member:step_out")
def _(town):
    path = f"/commission/logements/{town.item.pk}/se-deporter/"
    return Case(town.client("ines.membre"), path, {"reason": "Voisine"}, at=town.session.opens_at)


@case("member:sign")
def _(town):
    counted(town)
    path = f"/commission/seances/{town.session.pk}/signer/"
    return Case(town.client("yves.membre"), path, {}, at=town.session.closes_at + timedelta(hours=1))


def let_home(town: Town, **fields):
    """A dwelling of the cast's landlord, let to Amina six years ago."""
    home = town.build.dwelling(town.landlord, type="T4", surface=82)
    return Tenancy.objects.create(
        landlord=town.landlord, dwelling=home, person=character("amina.benali").person, tenants="Amina Benali",
        signed_on=date(2020, 11, 30), recorded_at=NOW, **fields,
    )  # fmt: skip


ALONE = Declared(adults=1, age=40, needs_adaptation=False, tax_income=17_200, monthly=1_450)
SMALLER = Suitable(types=("T1", "T2"))
ANSWER = {
    "adults": "1", "children": "0", "couple": "no", "age": "40", "disability": "no", "needs_adaptation": "no",
    "tax_income": "17200", "monthly": "1450", "wish": "stay",
}  # fmt: skip


def reviewed(town: Town, until: str):
    """A review, as far as `until`: asked, declared, found, on_agenda, counted, given."""
    agent, secretary = character("sophie.bailleur"), character("nadia.secretaire")
    review = play(agent, reviews.ask, tenancy_id=let_home(town).pk)
    steps = ("asked", "declared", "found", "on_agenda", "counted", "given")
    wanted = steps[: steps.index(until) + 1]
    if "declared" in wanted:
        play(agent, reviews.declare, review_id=review.pk, declared=ALONE)
    if "found" in wanted:
        review = play(agent, reviews.check, review_id=review.pk)
    if "on_agenda" in wanted:
        session = prepared(town)
        made = play(agent, reviews.send, review_id=review.pk, session_id=session.pk, proposed=SMALLER)
        if "counted" in wanted:
            play(secretary, commissions.publish, session_id=session.pk)
            choice, words = ("agree", "") if "given" in wanted else ("other", "Rester")
            with clock.frozen_at(session.opens_at):
                for key in ("yves.membre", "helene.maire", "ines.membre"):
                    play(character(key), reviews.speak, examination_id=made.pk, choice=choice, words=words)
            with clock.frozen_at(session.closes_at):
                play(secretary, commissions.count, session_id=session.pk)
                if "given" in wanted:
                    play(character("yves.membre"), commissions.sign, session_id=session.pk)
        return made
    return review


REVIEWS = "/bailleur/occupation/examens/"


@case("landlord:ask_reviews")
def _(town):
    let_home(town)
    return Case(town.client("sophie.bailleur"), "/bailleur/occupation/demander/", {})


@case("landlord:ask_review")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/occupation/baux/{let_home(town).pk}/demander/", {})


@case("landlord:remind_review")
def _(town):
    review = reviewed(town, "asked")
    return Case(town.client("sophie.bailleur"), f"{REVIEWS}{review.pk}/rappeler/", {}, at=later(days=40))


@case("landlord:declare_review")
def _(town):
    return Case(town.client("sophie.bailleur"), f"{REVIEWS}{reviewed(town, 'asked').pk}/reponse/", ANSWER)


@case("landlord:check_review")
def _(town):
    return Case(town.client("sophie.bailleur"), f"{REVIEWS}{reviewed(town, 'declared').pk}/controler/", {})


@case("landlord:send_review")
def _(town):
    review = reviewed(town, "found")
    data = {"session": prepared(town).pk, "types": ["T2"]}
    return Case(town.client("sophie.bailleur"), f"{REVIEWS}{review.pk}/inscrire/", data)


@case("landlord:take_off_review")
def _(town):
    path = f"/bailleur/occupation/avis/{reviewed(town, 'on_agenda').pk}/retirer/"
    return Case(town.client("sophie.bailleur"), path, {})


@case("landlord:write_opinion")
def _(town):
    path = f"/bailleur/occupation/avis/{reviewed(town, 'counted').pk}/ecrire/"
    return Case(town.client("nadia.secretaire"), path, {"types": ["T4"], "words": "Elle reste."}, at=later(days=17))


@case("landlord:follow_review")
def _(town):
    review = reviewed(town, "given").review_id
    data = {"kind": "meeting", "on": later(days=18).date().isoformat(), "note": "Elle reste"}
    return Case(town.client("sophie.bailleur"), f"{REVIEWS}{review}/parcours/", data, at=later(days=18))


@case("landlord:close_review")
def _(town):
    review = reviewed(town, "given").review_id
    with clock.frozen_at(later(days=18)):
        play(character("sophie.bailleur"), reviews.follow, review_id=review, kind="nothing", on=later(days=18).date())
    return Case(town.client("sophie.bailleur"), f"{REVIEWS}{review}/terminer/", {}, at=later(days=18))


@case("landlord:cancel_review")
def _(town):
    path = f"{REVIEWS}{reviewed(town, 'asked').pk}/sans-objet/"
    return Case(town.client("sophie.bailleur"), path, {"reason": "Relogement en cours"})


@case("landlord:new_tenancy")
def _(town):
    home = town.build.dwelling(town.landlord)
    data = {"reference": home.reference, "tenants": "Paul Exemple", "signed_on": "2019-02-01"}
    return Case(town.client("sophie.bailleur"), "/bailleur/occupation/baux/nouveau/", data)


@case("landlord:end_tenancy")
def _(town):
    path = f"/bailleur/occupation/baux/{let_home(town).pk}/fin/"
    return Case(town.client("sophie.bailleur"), path, {"ended_on": "2026-11-20"})


@case("landlord:tenancy_file")
def _(town):
    home = town.build.dwelling(town.landlord)
    line = f"logement;titulaires;bail_signe_le\n{home.reference};Paul Exemple;01/02/2019\n"
    data = {"table": line.encode()}
    return Case(town.client("sophie.bailleur"), "/bailleur/occupation/baux/fichier/", data)


@case("applicant:declare_tenancy")
def _(town):
    path = f"/mon-espace/mon-logement/examens/{reviewed(town, 'asked').pk}/"
    return Case(town.client("amina.benali"), path, ANSWER)


def examined(town: Town):
    made = reviewed(town, "on_agenda")
    play(character("nadia.secretaire"), commissions.publish, session_id=made.session_id)
    return made


@case("member:speak")
def _(town):
    made = examined(town)
    path = f"/commission/occupation/{made.pk}/avis/"
    return Case(town.client("ines.membre"), path, {"choice": "agree"}, at=made.session.opens_at)


@case("member:step_out_review")
def _(town):
    made = examined(town)
    path = f"/commission/occupation/{made.pk}/se-deporter/"
    return Case(town.client("ines.membre"), path, {"reason": "Voisine"}, at=made.session.opens_at)


@case("staff:setting")
def _(town):
    data = {"value": "6", "valid_from": "2027-01-01", "source": "Délibération d’essai"}
    return Case(town.client("alain.admin"), "/equipe/reglages/files_sent/", data)


def connected(town: Town, **fields):
    """A system of the cast's landlord, told at an address of this machine."""
    return LandlordSystem.objects.create(
        landlord=town.landlord, name="Gestion locative", scopes=["stock:read"], made_at=NOW,
        **{"webhook_url": "http://127.0.0.1:9/palier", **fields},
    )  # fmt: skip


@case("landlord:new_system")
def _(town):
    data = {"name": "Gestion du parc", "scopes": ["stock:read", "stock:write"]}
    return Case(town.client("sophie.bailleur"), "/bailleur/systemes/nouveau/", data)


@case("landlord:renew_token")
def _(town):
    # Without its key nobody can tell a second click from a second token.
    path = f"/bailleur/systemes/{connected(town).pk}/jeton/"
    return Case(town.client("sophie.bailleur"), path, {}, bare=False)


@case("landlord:revoke_system")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/systemes/{connected(town).pk}/revoquer/", {})


@case("landlord:webhook")
def _(town):
    path = f"/bailleur/systemes/{connected(town, webhook_url='').pk}/adresse/"
    return Case(town.client("sophie.bailleur"), path, {"url": "http://127.0.0.1:9/palier"})


@case("landlord:try_webhook")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/systemes/{connected(town).pk}/essai/", {})


@case("landlord:replay")
def _(town):
    system = connected(town)
    given_up = Delivery.objects.create(
        landlord=town.landlord,
        system=system,
        kind="dwelling",
        payload={},
        made_at=NOW,
        due_at=NOW,
        state="failed",
        attempts=9,
    )
    return Case(town.client("sophie.bailleur"), f"/bailleur/messages/{given_up.pk}/renvoyer/", {})


@case("landlord:stock_files")
def _(town):
    data = {"kind": "dwellings", "table": stock_model("dwellings").encode()}
    return Case(town.client("sophie.bailleur"), "/bailleur/fichiers/", data, bare=False)


def brought(town: Town):
    return play(
        character("sophie.bailleur"), stock_files.receive, kind="dwellings", name="parc.csv",
        chunks=[stock_model("dwellings").encode()],
    )  # fmt: skip


@case("landlord:confirm_file")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/fichiers/{brought(town).pk}/inscrire/", {})


@case("landlord:drop_file")
def _(town):
    return Case(town.client("sophie.bailleur"), f"/bailleur/fichiers/{brought(town).pk}/abandonner/", {})


def database() -> dict[str, str]:
    """A digest of every table, so that nothing changes unseen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [
            name for (name,) in cursor.fetchall() if name not in MACHINERY and not name.startswith("territories_c")
        ]
        parts = [
            f"SELECT '{name}', (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{name}\" t)"
            for name in names
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def sent(case: Case, key: dict[str, str]):
    data = {**case.data, **key}
    if "table" in data:
        data["file"] = SimpleUploadedFile("baux.csv", data.pop("table"), content_type="text/csv")
    elif "file" in data:
        data["file"] = specimen("Carte")
    with clock.frozen_at(case.at):
        if case.block:
            headers = {"Upload-Offset": "0"}
            return case.client.post(case.path, case.block, content_type="application/octet-stream", headers=headers)
        return case.client.post(case.path, data)


def test_every_form_has_its_case():
    assert set(CASES) | READ_ONLY | SESSION_ONLY == set(matrix())
    assert not set(CASES) & READ_ONLY


@pytest.mark.parametrize("half", [0, 1, 2, 3])
def test_sent_twice_is_done_once(town, half):
    wrong, before = [], database()
    for name in sorted(CASES)[half::4]:
        with transaction.atomic():
            made = CASES[name](town)
            ready = database()
            key = form()
            first = sent(made, key)
            once = database()
            again = sent(made, key)
            twice = database()
            if first.status_code not in (200, 204, 302) and name != "applicant:claim_code":
                wrong.append((name, "refused", first.status_code))
            elif once == ready:
                wrong.append((name, "did nothing", first.status_code))
            elif changed := sorted(t for t in once if once[t] != twice[t]):
                if name != "applicant:claim_code":
                    wrong.append((name, "changed again", changed))
            elif first.status_code == 302 and first.headers["Location"] != again.headers.get("Location"):
                wrong.append((name, "another answer", first.headers["Location"], again.headers.get("Location")))
            if made.bare:
                sent(made, {"once": ""})
                bare = database()
                # A page shown again with its refusal is one more reading, and says so.
                if changed := sorted(t for t in once if once[t] != bare[t] and t != "documents_reading"):
                    wrong.append((name, "changed again without its key", changed))
            transaction.set_rollback(True)
    assert before == database()
    assert not wrong, "\n".join(map(str, wrong))


def test_the_role_is_chosen_in_one_s_own_session(town):
    client = town.client("alain.admin")
    mine = Membership.objects.get(person__email="alain.admin@exemple.fr")
    answers = [client.post("/espace/role/", form(membership=mine.pk)).headers["Location"] for _ in range(2)]
    assert answers == ["/espace/", "/espace/"]
