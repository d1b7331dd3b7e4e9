"""The review of occupation: this quarter's campaign, what is found, the commission's agenda, the way with each tenant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.commissions.models import Session
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.pages import act, attempt, go, page, paper
from palier.common.templatetags.palier_words import counted
from palier.law import occupancy
from palier.law.codes import label
from palier.law.occupancy_review import ADAPTATIONS, SITUATIONS, Finding, Suitable, due_on, quarter, suitable
from palier.law.reasons import Reason
from palier.reviews import actions, papers
from palier.reviews.actions.session import in_words
from palier.reviews.declared import Declared, let, occupation, who
from palier.reviews.models import Examination, Review
from palier.reviews.queries import due, examination_for, examinations_for, preparing, reviews_of, turnouts
from palier.reviews.states import FOLLOW_UPS, REVIEW
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText
from palier.spaces.declaring import DeclarationForm, answers
from palier.territories.queries import setting

TABS = {
    "": ("À demander", ()),
    "declarations": ("Déclarations", ("asked", "declared")),
    "situations": ("Situations trouvées", ("found", "on_agenda")),
    "parcours": ("Parcours à revoir", ("given",)),
    "termines": ("Terminés", ("clear", "followed", "cancelled")),
}


class OpinionForm(forms.Form):
    """The dwelling that would suit, as an opinion says it."""

    types = forms.MultipleChoiceField(
        label="Types qui conviendraient", choices=[(kind, occupancy.words(kind)) for kind in occupancy.TYPES],
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choisissez au moins un type."},
    )  # fmt: skip
    adaptation = forms.ChoiceField(label="Adaptation", choices=list(ADAPTATIONS.items()), required=False)
    financings = forms.MultipleChoiceField(
        label="Financements accessibles", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(f, label("financing", f)) for f in ("PLAI", "PLUS", "PLS", "LLI")],
    )  # fmt: skip
    most_rent = forms.IntegerField(
        label="Loyer et charges, au plus (€ par mois)", required=False, help_text="Vide : aucune limite n’est dite."
    )
    ownership = forms.BooleanField(label="Conseiller d’étudier l’achat d’un logement", required=False)
    words = forms.CharField(
        label="En une phrase", required=False, max_length=500, widget=CarefulText(2),
        help_text="Des faits sur le besoin et le logement : le procès-verbal et la lettre la portent.",
    )  # fmt: skip
    use_required_attribute = False

    @property
    def suitable(self) -> Suitable:
        data = self.cleaned_data
        return Suitable(
            tuple(data["types"]), data["adaptation"], tuple(data["financings"]), data["most_rent"], data["ownership"],
            " ".join(data["words"].split()),
        )  # fmt: skip


class SendForm(OpinionForm):
    session = forms.TypedChoiceField(label="Séance", coerce=int)
    field_order = ("session", "types")


class FollowForm(forms.Form):
    kind = forms.ChoiceField(label="Étape", choices=list(FOLLOW_UPS.items()))
    on = forms.DateField(
        label="Faite le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez le jour.", "invalid": "Indiquez une date qui existe."},
    )  # fmt: skip
    number = forms.CharField(label="Numéro unique de la demande de mutation", required=False, max_length=30)
    note = forms.CharField(label="Ce qui a été convenu", required=False, max_length=500, widget=CarefulText(2))
    use_required_attribute = False


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi cet examen est-il sans objet ?", max_length=200,
        error_messages={"required": "Dites pourquoi cet examen est sans objet."},
    )  # fmt: skip
    use_required_attribute = False


@for_roles(Role.LANDLORD, Role.SECRETARY)
def reviews(request: HttpRequest) -> HttpResponse:
    """One step of the way at a time, each with its count."""
    here = request.GET.get("voir", "")
    here = here if here in TABS else ""
    now, every = quarter(clock.today()), reviews_of(request.actor)
    waiting = due(request.actor, clock.today())
    home = reverse("landlord:reviews")
    counts = {
        key: every.filter(state__in=states).count() if states else waiting.count() for key, (_, states) in TABS.items()
    }
    rows = every.filter(state__in=TABS[here][1]).order_by("due_on", "pk") if here else waiting
    shown = Paginator(rows, 50).get_page(request.GET.get("page"))
    return page(
        request,
        "landlord/reviews/home.html",
        {
            "tabs": [
                {"label": title, "url": f"{home}?voir={key}" if key else home, "current": key == here, "count": counts[key]}
                for key, (title, _) in TABS.items()
            ],
            "here": here, "page": shown, "quarter": now, "count": counts[here],
            "rows": [_due_row(t, now) for t in shown] if not here else [_row(r) for r in shown],
        },
    )  # fmt: skip


def _due_row(tenancy, now) -> dict[str, Any]:
    day = due_on(tenancy.signed_on, now.last)
    return {"tenancy": tenancy, "due_on": day, "late": day < now.first}


def _row(review: Review) -> dict[str, Any]:
    return {
        "review": review, "tenancy": review.tenancy, "state": REVIEW.states[review.state],
        "situations": [SITUATIONS[s["code"]] for s in review.finding.get("situations", [])],
        "late": review.state == "asked" and review.answer_by < clock.today(),
    }  # fmt: skip


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def ask_all(request: HttpRequest) -> HttpResponse:
    count = actions.ask_all(actor=request.actor)
    messages.success(
        request,
        f"{counted(count, 'déclaration demandée,déclarations demandées')}. Imprimez la lettre de ceux qui n’ont pas de compte.",
    )
    return go(request, f"{reverse('landlord:reviews')}?voir=declarations")


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        review = actions.ask(actor=request.actor, tenancy_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "landlord:reviews")
    messages.success(request, "La déclaration est demandée au locataire.")
    return go(request, "landlord:review", review.pk)


def _review(request: HttpRequest, pk: int) -> Review:
    return reviews_of(request.actor).get(pk=pk)


def _page(request: HttpRequest, review: Review, **given: forms.Form) -> HttpResponse:
    on = review.declared_on or clock.today()
    declared = Declared.from_dict(review.declaration) if review.declaration else None
    last = Examination.objects.filter(review=review).select_related("session").order_by("-pk").first()
    paper_form = given.get("paper_form")
    if paper_form is None and review.state in ("asked", "declared", "found"):
        paper_form = DeclarationForm(review=review, year=on.year - 2, on_paper=True)
    send_form = given.get("send_form")
    if send_form is None and review.state == "found":
        send_form = _send_form(request, review)
    return page(
        request,
        "landlord/reviews/review.html",
        {
            "review": review, "tenancy": review.tenancy, "state": REVIEW.states[review.state],
            "late": review.state == "asked" and review.answer_by < clock.today(),
            "who": who(declared) if declared else "", "answers": answers(declared) if declared else [],
            "situations": [{**s, "label": SITUATIONS[s["code"]]} for s in review.finding.get("situations", [])],
            "notes": review.finding.get("notes", []), "paper_form": paper_form, "send_form": send_form,
            "follow_form": given.get("follow_form") or FollowForm(initial={"on": clock.today()}),
            "cancel_form": given.get("cancel_form") or CancelForm(), "examination": last,
            "steps": review.steps.select_related("demand").order_by("on", "pk"), "kinds": FOLLOW_UPS,
            "sessions": preparing(request.actor).exists(), "story": ledger.story_of(review, "agent"),
        },
        status=422 if given else 200,
    )  # fmt: skip


def _send_form(request: HttpRequest, review: Review, data: Any = None) -> SendForm:
    """With what the law finds suitable, to start from."""
    declared, on = Declared.from_dict(review.declaration), review.declared_on
    dwelling = review.tenancy.dwelling
    found = Finding(
        tuple(Reason(s["code"], s["text"], s["verdict"], s["values"]) for s in review.finding["situations"]), ()
    )
    effort = setting("effort_alert", on=clock.today(), territory=dwelling.commune.department_id)
    proposed = suitable(found, let(dwelling), occupation(declared, on), on, effort=effort)
    form = SendForm(data, initial=proposed.to_dict())
    form.fields["session"].choices = [(s.pk, f"{s.number}, {s.commission.name}") for s in preparing(request.actor)]
    return form


@for_roles(Role.LANDLORD, Role.SECRETARY)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _review(request, pk))


def _at_once(request: HttpRequest, pk: int, action: Any, done: str) -> HttpResponse:
    return act(request, lambda: action(actor=request.actor, review_id=pk), done, "landlord:review", pk)


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    return _at_once(request, pk, actions.remind, "La demande est envoyée de nouveau.")


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return _at_once(request, pk, actions.check, "Le contrôle est fait.")


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    return _at_once(request, pk, actions.close, "Le parcours est revu : cet examen est terminé.")


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper answer, typed."""
    one = _review(request, pk)
    form = DeclarationForm(request.POST, review=one, year=(one.declared_on or clock.today()).year - 2, on_paper=True)
    if form.is_valid() and attempt(
        form, lambda: actions.declare(actor=request.actor, review_id=pk, declared=form.declared)
    ):
        messages.success(request, "La réponse est enregistrée. Contrôlez-la maintenant.")
        return go(request, "landlord:review", pk)
    return _page(request, one, paper_form=form)


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def send(request: HttpRequest, pk: int) -> HttpResponse:
    one = _review(request, pk)
    if one.state != "found":
        return go(request, "landlord:review", pk)
    form = _send_form(request, one, request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: actions.send(
            actor=request.actor, review_id=pk, session_id=form.cleaned_data["session"], proposed=form.suitable
        ),
    ):
        messages.success(request, "La situation est inscrite à la séance, sans le nom des locataires.")
        return go(request, "landlord:review", pk)
    return _page(request, one, send_form=form)


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    found = examination_for(request.actor, pk)
    return _at_once(
        request, found.review_id, lambda actor, review_id: actions.take_off(actor=actor, examination_id=pk),
        "La situation est retirée de la séance.",
    )  # fmt: skip


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    one = _review(request, pk)
    form = FollowForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.follow(actor=request.actor, review_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "L’étape est notée. Le locataire la voit s’il a un compte.")
        return go(request, "landlord:review", pk)
    return _page(request, one, follow_form=form)


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    one = _review(request, pk)
    form = CancelForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.cancel(actor=request.actor, review_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "Cet examen est sans objet.")
        return go(request, "landlord:review", pk)
    return _page(request, one, cancel_form=form)


def rows_of(request: HttpRequest, session: Session) -> list[dict[str, Any]]:
    """What a session examines beside its dwellings, for the secretary's page."""
    held = list(examinations_for(request.actor, session))
    seen = turnouts(held)
    return [
        {"examination": e, "turnout": seen[e.pk], "words": in_words(Suitable.from_dict(e.opinion)) if e.opinion else []}
        for e in held
    ]


@for_roles(Role.SECRETARY)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The opinion that the commission gave, where the proposed one was not adopted."""
    found = examination_for(request.actor, pk)
    start = found.opinion or {**found.proposed, "words": ""}
    form = OpinionForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.write_opinion(actor=request.actor, examination_id=pk, opinion=form.suitable)):
            messages.success(request, "L’avis est écrit. La présidence le signe avec le procès-verbal.")
            return go(request, "landlord:session", found.session_id)
    return page(
        request,
        "landlord/reviews/opinion.html",
        {"form": form, "examination": found, "proposed": in_words(Suitable.from_dict(found.proposed))},
        status=422 if form.errors else 200,
    )


@for_roles(Role.LANDLORD, Role.SECRETARY)
def opinion_letter(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.opinion_letter(request.actor, pk), "avis-occupation")


@for_roles(Role.LANDLORD, Role.SECRETARY)
def request_letter(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.request_letter(request.actor, pk), "qui-vit-dans-votre-logement")


urlpatterns = [
    path("occupation/", reviews, name="reviews"),
    path("occupation/demander/", ask_all, name="ask_reviews"),
    path("occupation/baux/<int:pk>/demander/", ask, name="ask_review"),
    path("occupation/examens/<int:pk>/", review, name="review"),
    path("occupation/examens/<int:pk>/rappeler/", remind, name="remind_review"),
    path("occupation/examens/<int:pk>/reponse/", declare, name="declare_review"),
    path("occupation/examens/<int:pk>/controler/", check, name="check_review"),
    path("occupation/examens/<int:pk>/inscrire/", send, name="send_review"),
    path("occupation/examens/<int:pk>/parcours/", follow, name="follow_review"),
    path("occupation/examens/<int:pk>/terminer/", close, name="close_review"),
    path("occupation/examens/<int:pk>/sans-objet/", cancel, name="cancel_review"),
    path("occupation/examens/<int:pk>/lettre/", opinion_letter, name="review_opinion"),
    path("occupation/examens/<int:pk>/questionnaire/", request_letter, name="review_request"),
    path("occupation/avis/<int:pk>/retirer/", take_off, name="take_off_review"),
    path("occupation/avis/<int:pk>/ecrire/", write, name="write_opinion"),
]
