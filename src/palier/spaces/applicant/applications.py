"""“My applications”: each step dated, the rank, the points, the answer to an allocation, the visit."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations import papers
from palier.allocations.models import Contest, Proposal
from palier.allocations.queries import visible_slots
from palier.allocations.queries import visible_to as visible_proposals
from palier.applications import actions
from palier.applications.models import Application, Doubt
from palier.applications.offers import describe
from palier.applications.queries import Queued, Rank, last_seen, move_since, own_rank, own_ranks, own_turn, visible_to
from palier.applications.receipts import of_application
from palier.applications.states import APPLICATION, LIVE, shown
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.common.pages import act, attempt, go, page
from palier.cotation.queries import explanation_for
from palier.documents import actions as documents
from palier.documents.queries import agreement, missing
from palier.employers.queries import job_of
from palier.homes.models import Offer
from palier.law import calendar, codes
from palier.law.receipts import position
from palier.law.stopwatch import Owner
from palier.observatory.queries import Comparison, compare
from palier.observatory.stopwatch import turn
from palier.spaces.access import for_roles
from palier.spaces.applicant import visits
from palier.spaces.applicant.job import weighed
from palier.spaces.careful import CarefulText
from palier.spaces.receipts import download

# The steps a household sees, in order: the states that have reached each, and what happened that day.
STEPS = [
    ("Candidature déposée", ("submitted",), ("applications.submit",)),
    ("Dossier transmis au bailleur", ("sent", "admissible"), ("applications.send",)),
    ("Examen en commission", ("on_agenda",), ("applications.put_on_agenda",)),
    ("Décision", ("ranked", "allocated"), ("applications.rank", "applications.allocate")),
    ("Votre réponse", ("accepted",), ("applications.accept",)),
    ("Bail signé", ("leased",), ("applications.lease",)),
]
# What comes next, and whether the household has something to do meanwhile: an answer to give has its own card.
NEXT = {
    "submitted": "À la clôture, les premiers dossiers de la liste sont transmis au bailleur.",
    "sent": "Le bailleur vérifie votre dossier, pièce par pièce.",
    "admissible": "Rien à faire : votre dossier est complet, le bailleur le présentera à une séance de la commission.",
    "on_agenda": "Rien à faire : la commission examine les dossiers sur pièces, vous n’avez pas à vous déplacer. Sa décision vous est écrite.",
    "accepted": "Le bailleur prépare le bail et vous contacte pour le signer.",
    "leased": "Bienvenue chez vous. Votre demande est close, votre historique reste ici.",
}
# Where the landlord chooses by itself: no commission stands between its answer and the proposal.
DIRECT_STEPS = [
    ("Candidature transmise au bailleur", ("submitted", "sent"), ("applications.submit",)),
    ("Dossier vérifié", ("admissible",), ("applications.admit",)),
    ("Proposition du bailleur", ("allocated",), ("applications.choose",)),
    ("Votre réponse", ("accepted",), ("applications.accept",)),
    ("", ("leased",), ("applications.lease", "applications.sign_contract", "applications.sign_deed")),
]
DIRECT_NEXT = {
    "sent": "Le bailleur vérifie votre dossier, pièce par pièce. Aucune commission n’intervient.",
    "admissible": "Rien à faire : le bailleur propose le logement dans l’ordre des candidatures, et vous écrit.",
    "accepted": "Le bailleur vous contacte pour signer.",
    "leased": "Bienvenue chez vous. Votre demande de logement social continue.",
}
PAPERS_USEFUL = ("submitted", "sent")
MOVES_SHOWN = 5


# Refusals with their legal grounds: the commission's, then the landlord's before it.
REFUSED = ("not_allocated", "rejected", "inadmissible", "not_selected")
# What a commission decided and its household may contest.
DECIDED = ("ranked", "not_allocated", "rejected")
PAPERS = {
    "removal_certificate": "L’attestation de radiation",
    "lease_summary": "Le résumé du bail",
    "proposal_letter": "La lettre de proposition",
    "decision_letter": "La lettre de décision",
}


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(label="Pourquoi refusez-vous ?", choices=codes.DECLINE_REASONS, widget=forms.RadioSelect)
    text = forms.CharField(label="Précision (facultatif)", required=False, max_length=500, widget=CarefulText())


@for_roles(Role.APPLICANT)
def applications(request: HttpRequest) -> HttpResponse:
    # Not the demand: its whole form would come with each application.
    offers = Prefetch("offer", Offer.objects.select_related("dwelling__commune", "dwelling__landlord"))
    mine = list(visible_to(request.actor).select_related(None).prefetch_related(offers))
    ranks = own_ranks(mine)
    rows = [
        {
            "application": a, "rank": ranks.get(a.pk), "turn": own_turn(a), "home": describe(a.offer),
            "state": shown(a.state, a.offer.terms), "next": _next(a),
        }
        for a in mine
    ]  # fmt: skip
    return page(
        request,
        "applicant/applications.html",
        {
            "live": [row for row in rows if row["application"].state in LIVE],
            "past": [row for row in rows if row["application"].state not in LIVE],
        },
    )


class DoubtForm(forms.Form):
    """Why the household's form is right."""

    answer = forms.CharField(
        label="Pourquoi elle est exacte", max_length=500, widget=CarefulText(3),
        error_messages={"required": "Dites pourquoi votre demande est exacte."},
    )  # fmt: skip
    use_required_attribute = False


def _steps(application: Application) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The steps of an application, by who decides of its offer."""
    terms = application.offer.terms
    return [(label or terms.signed, *rest) for label, *rest in DIRECT_STEPS] if terms.direct else STEPS


def _next(application: Application) -> str:
    return (DIRECT_NEXT if application.offer.terms.direct else NEXT).get(application.state, "")


def _step(application: Application) -> int:
    return next((i for i, (_, states, _) in enumerate(_steps(application)) if application.state in states), -1)


def _dated(application: Application, story: list[dict]) -> list[dict]:
    """Each step with the day it was first reached, None when it has not been."""
    reached = {e["verb"]: e["at"] for e in story}
    return [
        {"label": label, "at": min((reached[v] for v in verbs if v in reached), default=None)}
        for label, _, verbs in _steps(application)
    ]


def _refusal(application: Application) -> dict | None:
    """Why, in the legal words, what can be done about each ground, and the ways of appeal of a commission's decision."""
    if application.state not in REFUSED:
        return None
    labels = [codes.label("non_allocation", code) for code in application.reason_codes]
    by_commission = application.state in ("not_allocated", "rejected")
    on = timezone.localdate(application.state_at)
    return {
        "grounds": [
            (label, codes.ADVICE.get(code, "")) for label, code in zip(labels, application.reason_codes, strict=True)
        ],
        "text": application.reason_text.removeprefix(" ; ".join(labels)).removeprefix(". "),
        "appeal": papers.appeal(application.offer.dwelling, on) if by_commission else None,
        "removal_on": calendar.rejection_removal(on) if application.state == "rejected" else None,
    }


# What makes an employer's priorities count, count otherwise or count no more.
BY_EMPLOYER = {"priorities.weigh", "attestation.confirm", "attestation.withdraw_consent"}


def _moves(told: list[dict], explanation: dict | None) -> list[dict]:
    """The last changes of points in the territory of this dwelling, the newest first."""
    if explanation is None:
        return []
    here = [e for e in told if e["verb"] == "scores.change" and e["data"]["territory"] == explanation["territory"]]
    return here[:MOVES_SHOWN]


def _move(mine: Application, rank: Rank, told: list[dict], explanation: dict | None) -> dict | None:
    """What happened to the rank since the last day it was looked at."""
    seen = last_seen(mine, clock.today())
    if seen is None:
        return None
    since = [e["data"]["reasons"] for e in _moves(told, explanation) if e["at"] > seen.at]
    if mine.offer.reserved_for_id and any(e["verb"] in BY_EMPLOYER and e["at"] > seen.at for e in told):
        since.append("les priorités de votre employeur")
    return {"seen": seen, "why": move_since(mine, seen, rank, ", ".join(reversed(since)))}


def _compared(mine: Application, explanation: dict | None) -> Comparison | None:
    """Comparable households and demands, for this type of dwelling in its territory, as long as the rank is shown."""
    dwelling = mine.offer.dwelling
    if mine.state not in LIVE or dwelling.commune.epci is None:
        return None
    points = explanation["points"] if explanation and not explanation["excluded"] else None
    return compare(mine.demand, dwelling.commune.epci, [dwelling.type], points, clock.today())[0]


def _priorities(mine: Application) -> dict[str, object]:
    """What the employer's priorities are, and give, on a dwelling of its own contingent; nothing elsewhere."""
    return weighed(job_of(mine.demand.person_id)) if mine.offer.reserved_for_id else {}


def _note_rank(request: HttpRequest, mine: Application, rank: Rank) -> None:
    """Written once the page is ready: a GET writes nothing."""
    if mine.seen_ranks.filter(on=clock.today()).exists():
        return
    actor = request.actor

    def note() -> None:
        with acting(actor.scope):
            actions.note_rank(actor=actor, application=mine, rank=rank)

    request.after_transaction = [*getattr(request, "after_transaction", ()), note]


def _turn(mine: Application, proposal: Proposal | None, queued: Queued | None) -> dict | None:
    """Who has to act on the application now, and until when; an answer to give has its own card."""
    answer_by = timezone.localdate(proposal.answer_by) if proposal and proposal.answer_by else None
    clock_now = turn(mine, answer_by, held=queued is not None and queued.held)
    if clock_now is None or clock_now.owner == Owner.HOUSEHOLD:
        return None
    offer = mine.offer
    who = offer.holder.name if clock_now.owner == Owner.HOLDER else offer.dwelling.landlord.name
    commission = clock_now.owner == Owner.COMMISSION
    return {
        "who": f"la commission de {who}" if commission else who, "step": clock_now.step.label,
        "due": clock_now.due_on, "late": clock_now.late_days(clock.today()),
    }  # fmt: skip


@for_roles(Role.APPLICANT)
def application(
    request: HttpRequest, pk: int, form: DeclineForm | None = None, *, doubt_form: DoubtForm | None = None
) -> HttpResponse:
    mine = visible_to(request.actor).get(pk=pk)
    proposal = visible_proposals(request.actor).prefetch_related("visit_slots").filter(application=mine).first()
    told = ledger.timeline(mine.demand_id, "applicant")
    story = [e for e in told if e["data"].get("application", mine.pk) == mine.pk]
    direct = mine.offer.terms.direct
    explanation = None if direct else explanation_for(mine.demand, mine.offer.dwelling.commune, own=True)
    held = of_application(mine.pk)
    rank, queued = own_rank(mine), own_turn(mine)
    if rank is not None:
        _note_rank(request, mine, rank)
    return page(
        request,
        "applicant/application.html",
        {
            "application": mine,
            "home": describe(mine.offer),
            "direct": direct,
            "queued": queued,
            "contract": getattr(proposal, "lease", None) if direct else None,
            "state": shown(mine.state, mine.offer.terms),
            "steps": _dated(mine, story),
            "step": _step(mine),
            "next": _next(mine),
            "missing": missing(mine.demand) if mine.state in PAPERS_USEFUL else [],
            "rank": rank,
            "move": _move(mine, rank, told, explanation) if rank else None,
            "explanation": explanation,
            "compared": None if direct else _compared(mine, explanation),
            "receipt": held,
            "own_position": position(held) if held else None,
            "moves": _moves(told, explanation),
            "proposal": proposal,
            "refusal": _refusal(mine),
            "contest": Contest.objects.filter(application=mine).first(),
            "may_contest": mine.state in DECIDED,
            "condition": codes.label("document", proposal.condition_document) if proposal else "",
            "papers": [(PAPERS[name], f"applicant:{name}") for name in papers.papers_of(mine, proposal)],
            "may_open": mine.demand.sheltered and mine.state in LIVE,
            "opened": agreement(mine.pk),
            "turn": _turn(mine, proposal, queued),
            "fresh": mine.state in LIVE and mine.offer.state in ("published", "suspended", "closed"),
            **_priorities(mine),
            **visits.shown(mine),
            "doubts": Doubt.objects.filter(application=mine),
            "doubt_form": doubt_form or DoubtForm(),
            "may_withdraw": APPLICATION.may(mine, "withdraw", request.actor),
            "decline_form": form or DeclineForm(),
            "story": [e for e in story if e["verb"].startswith(("applications.", "visits.", "doubts."))],
        },
        status=422 if form is not None or doubt_form is not None else 200,
    )


@for_roles(Role.APPLICANT)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    return download(of_application(visible_to(request.actor).get(pk=pk).pk))


@require_POST
@for_roles(Role.APPLICANT)
def open_pieces(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheltered household agrees, for this dwelling, that its landlord opens what shows where it lives."""
    mine = visible_to(request.actor).get(pk=pk, state__in=LIVE)
    body = mine.offer.dwelling.landlord
    try:
        documents.open_pieces(actor=request.actor, demand_id=mine.demand_id, application=pk, body=body)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, f"{body.name} peut ouvrir vos pièces pour ce logement. Chaque ouverture est dans votre historique."
        )
    return go(request, "applicant:application", pk)


@require_POST
@for_roles(Role.APPLICANT)
def close_pieces(request: HttpRequest, pk: int) -> HttpResponse:
    mine = visible_to(request.actor).get(pk=pk)
    documents.close_pieces(actor=request.actor, demand_id=mine.demand_id, application=pk)
    messages.success(request, "Vos pièces qui montrent votre adresse sont de nouveau fermées.")
    return go(request, "applicant:application", pk)


@require_POST
@for_roles(Role.APPLICANT)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = visible_proposals(request.actor).get(pk=pk)
    return act(
        request,
        lambda: allocations.accept(actor=request.actor, proposal_id=pk),
        "Vous avez accepté ce logement. Le bailleur vous contacte pour le bail.",
        "applicant:application",
        proposal.application_id,
    )


@require_POST
@for_roles(Role.APPLICANT)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = visible_proposals(request.actor).get(pk=pk)
    form = DeclineForm(request.POST)
    done = form.is_valid() and attempt(
        form, lambda: allocations.decline(actor=request.actor, proposal_id=pk, **form.cleaned_data)
    )
    if not done:
        return application(request, proposal.application_id, form)
    messages.success(request, "Votre refus est enregistré. Votre ancienneté est conservée.")
    return go(request, "applicant:application", proposal.application_id)


@require_POST
@for_roles(Role.APPLICANT)
def book(request: HttpRequest, pk: int) -> HttpResponse:
    slot = visible_slots(request.actor).get(pk=pk)
    return act(
        request,
        lambda: allocations.book_visit(actor=request.actor, slot_id=pk),
        "Votre visite est réservée.",
        "applicant:application",
        slot.proposal.application_id,
    )


urlpatterns = [
    path("candidatures/", applications, name="applications"),
    path("candidatures/<int:pk>/ouvrir-mes-pieces/", open_pieces, name="open_pieces"),
    path("candidatures/<int:pk>/fermer-mes-pieces/", close_pieces, name="close_pieces"),
    path("candidatures/<int:pk>/recu/", receipt, name="receipt"),
    path("candidatures/<int:pk>/", application, name="application"),
    path("propositions/<int:pk>/accepter/", accept, name="accept"),
    path("propositions/<int:pk>/refuser/", decline, name="decline"),
    path("visites/<int:pk>/reserver/", book, name="book_visit"),
]
