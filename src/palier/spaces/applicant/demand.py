"""The household's space: its home, the demand in steps saved as typed, its certificate."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.queries import live_of
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.demands import acting, actions, claiming
from palier.demands.certificate import certificate
from palier.demands.checks import check
from palier.demands.form import Form
from palier.demands.models import Claim, Demand
from palier.demands.queries import current_for, draft_of
from palier.demands.sheltering import whole_form
from palier.demands.words import sections
from palier.documents.queries import missing
from palier.homes.queries import landlords_in
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_forms import BY_KEY, SEEN, STEPS, Step, StepForm, assemble, raw, reshape, typed
from palier.spaces.applicant.places import choices
from palier.spaces.standing import standing
from palier.territories.models import Commune


@for_roles(Role.APPLICANT)
def home(request: HttpRequest) -> HttpResponse:
    """What matters now: the demand, what is missing, the live application, the last events."""
    person = request.actor.person
    demand = current_for(person)
    context = {"demand": demand, "draft": draft_of(person), "live": None, "missing": [], "story": []}
    if demand is not None:
        context |= {
            "live": live_of(demand).first(),
            "missing": missing(demand),
            "story": ledger.timeline(demand.pk, "applicant")[:5],
            "standing": standing(demand),
        }
    return page(request, "applicant/home.html", context)


def _open(request: HttpRequest) -> Demand | None:
    demand = current_for(request.actor.person)
    return demand if demand is not None and demand.state == "active" else None


@for_roles(Role.APPLICANT)
@never_cache
def demand(request: HttpRequest) -> HttpResponse:
    """The registered demand, readable and editable; or the draft and where it stands."""
    one = current_for(request.actor.person)
    if one is None:
        draft = draft_of(request.actor.person)
        answers = draft.answers if draft else {}
        _, wrong = assemble(answers)
        first = next((s for s in STEPS if s.key in wrong), STEPS[0])
        return page(
            request,
            "applicant/demand/start.html",
            {
                "steps": _stepper(answers, wrong, ""), "first": first, "begun": bool(answers),
                "complete": not wrong, "left": len(wrong),
            },
        )  # fmt: skip
    form = whole_form(one)
    odd = [p.message for p in check(form, clock.today())] if one.state == "active" else []
    return page(
        request, "applicant/demand/demand.html",
        {"demand": one, "mandates": acting.in_force(one, clock.today()), "standing": standing(one), "draft": draft_of(request.actor.person) if one.state != "active" else None,
         "number": numbers.parse(one.number).spaced, "sections": answers_of(form, one.state == "active"), "odd": odd},
    )  # fmt: skip


def answers_of(form: Form, editable: bool) -> list[dict]:
    """Every answer, with the address of its question."""
    return [
        {
            "title": s["title"],
            "answers": [
                (label, value, f"{_url(s['key'])}#id_{field}" if editable else "")
                for (label, value), field in zip(s["rows"], s["fields"], strict=True)
            ],
        }
        for s in sections(form)
    ]


def _stepper(answers: dict, wrong: list[str], here: str) -> list[dict]:
    def state(key: str) -> str:
        if key == here:
            return "current"
        return "done" if key in answers and key not in wrong else "error" if key in answers else "todo"

    return [{"label": s.label, "url": _url(s.key, mend=state(s.key) == "error"), "state": state(s.key)} for s in STEPS]


def _url(key: str, *, mend: bool = False) -> str:
    """A step's address; with `mend` it says at once what is wrong or missing there."""
    return reverse("applicant:step", args=[key]) + ("?corriger=1" if mend else "")


@for_roles(Role.APPLICANT)
@never_cache
def step(request: HttpRequest, key: str) -> HttpResponse:
    """One step: what is typed is kept, valid or not; a registered demand changes at once."""
    if key not in BY_KEY:
        raise Http404
    here, one = BY_KEY[key], _open(request)
    draft = draft_of(request.actor.person, one)
    answers = draft.answers if draft else {}
    if request.method == "POST":
        return _receive(request, here, one, answers)
    seen = _number(answers.get(key, {}).get(SEEN, [""])[0])
    start = _start(one, answers)
    if key in answers:
        form = here.form(typed(answers[key]), start=start)
        if "corriger" not in request.GET:
            form.unjudged()
    elif one is not None:
        form = here.form(initial=here.form.answers(start), start=start)
    else:
        form = here.form(initial=_known(request, key), start=start)
    late = one is not None and key in answers and seen not in (0, one.revision)
    return _show(request, here, one, answers, form, meanwhile=_meanwhile(one, seen) if late else None)


def _receive(request: HttpRequest, here: Step, one: Demand | None, answers: dict) -> HttpResponse:
    start = _start(one, answers)
    given = raw(here, request.POST, start, answers.get(here.key))
    reshaped = reshape(given, request.POST) if here.key == "menage" else None
    actions.save_draft(actor=request.actor, demand=one, step=here.key, answers=given if reshaped is None else reshaped)
    if reshaped is not None:
        asked = request.POST.get("more") or request.POST.get("less", "").partition("_")[0]
        return go(request, f"{_url(here.key)}#id_more_{asked}")
    answers = {**answers, here.key: given}
    form = here.form(typed(given), start=start)
    seen = _number(request.POST.get(SEEN))
    if not form.is_valid():
        return _show(request, here, one, answers, form, status=422, seen=seen)
    if one is not None:
        try:
            actions.change(
                actor=request.actor, demand_id=one.pk, form=form.declared, revision=seen, sections=[here.label.lower()]
            )
        except Refused as refusal:
            if refusal.code == "demand.conflict":
                one.refresh_from_db()
                return _show(
                    request, here, one, answers, form, status=422, conflict=refusal.message,
                    meanwhile=_meanwhile(one, seen),
                )  # fmt: skip
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return _show(request, here, one, answers, form, status=422, seen=seen)
        actions.drop_draft(actor=request.actor, demand=one, step=here.key)
        messages.success(request, "Votre demande est mise à jour.")
    for notice in form.notices:
        messages.info(request, notice)
    return go(request, "applicant:demand") if one is not None else go(request, *_next(here.key))


def _show(
    request: HttpRequest, here: Step, one: Demand | None, answers: dict, form: StepForm, *, status: int = 200,
    seen: int = 0, conflict: str = "", meanwhile: list | None = None,
) -> HttpResponse:  # fmt: skip
    """`seen`: the revision that the person started from, when it is not the one just shown to them."""
    rank = STEPS.index(here)
    _, wrong = assemble(answers) if one is None else (None, [])
    return page(
        request,
        "applicant/demand/step.html",
        {
            "form": form, "step": here, "demand": one, "conflict": conflict, "meanwhile": meanwhile,
            "version": seen or (one.revision if one else 0),
            "steps": _stepper(answers, wrong, here.key) if one is None else [],
            "previous": STEPS[rank - 1] if rank and one is None else None,
            "communes": choices() if here.key == "souhaits" else [],
        },
        status=status,
    )  # fmt: skip


def _start(one: Demand | None, answers: dict) -> Form:
    return whole_form(one) if one is not None else assemble(answers)[0]


def _number(text: str | None) -> int:
    """A revision as a page sent it; whatever is none is 0, which no demand has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _meanwhile(one: Demand, since: int) -> list[tuple[str, str, str]]:
    """What changed in a demand after a revision: label, before, after."""
    former = one.versions.filter(revision=since).first()
    if former is None:
        return []
    before, after = (
        {
            (section["title"], label): value
            for section in sections(Form.from_json(held))
            for label, value in section["rows"]
        }
        for held in (former.form, one.form)
    )
    keys = dict.fromkeys((*before, *after))
    return [
        (label, before.get((title, label), "—"), after.get((title, label), "—"))
        for title, label in keys
        if before.get((title, label)) != after.get((title, label))
    ]


def _known(request: HttpRequest, key: str) -> dict[str, str]:
    person = request.actor.person
    return (
        {"last_name": person.last_name, "first_names": person.first_name, "phone": person.phone, "email": person.email}
        if key == "identite"
        else {}
    )


def _next(key: str) -> tuple:
    rank = [s.key for s in STEPS].index(key) + 1
    return ("applicant:step", STEPS[rank].key) if rank < len(STEPS) else ("applicant:summary",)


@require_POST
@for_roles(Role.APPLICANT)
def autosave(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what is being typed, without judging it; 409 when the demand changed meanwhile."""
    if key not in BY_KEY:
        raise Http404
    one = _open(request)
    draft = draft_of(request.actor.person, one)
    answers = draft.answers if draft else {}
    given = raw(BY_KEY[key], request.POST, _start(one, answers), answers.get(key))
    actions.save_draft(actor=request.actor, demand=one, step=key, answers=given)
    seen = _number(request.POST.get(SEEN))
    return JsonResponse({}, status=409 if one is not None and seen not in (0, one.revision) else 200)


@for_roles(Role.APPLICANT)
@never_cache
def summary(request: HttpRequest) -> HttpResponse:
    """Every answer before registering; registering is one click, and twice is once."""
    existing = _open(request)
    if existing is not None:
        return go(request, "applicant:demand")
    draft = draft_of(request.actor.person)
    answers = draft.answers if draft else {}
    form, wrong = assemble(answers)
    declared = DeclareForm(request.POST if request.method == "POST" and not wrong else None)
    if declared.is_valid():
        department = Commune.objects.get(code=form.wish.communes[0]).department_id
        done = attempt(
            declared,
            lambda: actions.register(
                actor=request.actor, form=form, department=department, person=request.actor.person, draft=draft
            ),
        )
        if done:
            messages.success(
                request, "Votre demande est enregistrée. Votre numéro unique et votre attestation sont prêts."
            )
            return go(request, "applicant:demand")
    return page(
        request,
        "applicant/demand/summary.html",
        {
            "sections": answers_of(form, True), "wrong": [(BY_KEY[k], _url(k, mend=k in answers)) for k in wrong],
            "form": declared, "steps": _stepper(answers, wrong, ""), "complete": not wrong,
            "odd": [p.message for p in check(form, clock.today()) if not p.blocking],
        },
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


class DeclareForm(forms.Form):
    declare = forms.BooleanField(
        label="Je déclare que ces renseignements sont exacts",
        error_messages={"required": "Cochez la case : vous déclarez que ces renseignements sont exacts."},
    )
    use_required_attribute = False


class NumberForm(forms.Form):
    number = forms.CharField(
        label="Numéro unique", max_length=40,
        help_text="18 caractères, sur votre attestation ou vos courriers. Les espaces ne comptent pas.",
    )  # fmt: skip


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code reçu", max_length=20, help_text="Huit lettres et chiffres, valables 24 heures.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )  # fmt: skip


@for_roles(Role.APPLICANT)
def claim(request: HttpRequest) -> HttpResponse:
    """Take over a demand registered elsewhere: first its number."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = attempt(form, lambda: claiming.ask(actor=request.actor, **form.cleaned_data))
        if asked:
            return go(request, "applicant:claim_code", asked.pk)
    return page(request, "applicant/demand/claim.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.APPLICANT)
def claim_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Then the code that was mailed to the address it holds."""
    Claim.objects.filter(person=request.actor.person_id).get(pk=pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: claiming.take_over(actor=request.actor, claim_id=pk, **form.cleaned_data))
        if done:
            messages.success(request, "Votre demande est là, avec son numéro et son ancienneté. Relisez-la.")
            return go(request, "applicant:demand")
        if not form.errors:
            form.add_error("code", "Ce code n’est pas le bon. Vérifiez-le dans le courriel.")
    return page(request, "applicant/demand/claim_code.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.APPLICANT)
def attestation(request: HttpRequest) -> HttpResponse:
    """The certificate of registration (CCH R441-2-4), as a PDF."""
    one = current_for(request.actor.person)
    if one is None:
        return go(request, "applicant:demand")
    response = HttpResponse(
        certificate(one, landlords=landlords_in(one.form["wish"]["communes"])), content_type="application/pdf"
    )
    response.headers["Content-Disposition"] = 'inline; filename="attestation.pdf"'
    return response


urlpatterns = [
    path("", home, name="home"),
    path("demande/", demand, name="demand"),
    path("demande/etape/<str:key>/", step, name="step"),
    path("demande/etape/<str:key>/brouillon/", autosave, name="autosave"),
    path("demande/recapitulatif/", summary, name="summary"),
    path("demande/retrouver/", claim, name="claim"),
    path("demande/retrouver/<int:pk>/", claim_code, name="claim_code"),
    path("demande/attestation/", attestation, name="attestation"),
]
