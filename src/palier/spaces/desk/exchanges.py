"""The exchange with the national register, for the desk: what was refused and why, mending it, and how well it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms.utils import ErrorDict, ErrorList
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import go, page
from palier.common.templatetags.palier_words import moment, percent, since
from palier.demands.acting import in_force
from palier.demands.actions import change
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import visible_to as visible_demands
from palier.documents.actions import note_reading
from palier.exchanges import incoming, queries, queue
from palier.exchanges.models import Anomaly, Operation, RegisterNumber
from palier.exchanges.placing import question
from palier.exchanges.register import configured
from palier.exchanges.sne.errors import WORDS
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_forms import BY_KEY, STEPS, Step, StepForm, raw, reshape, typed
from palier.spaces.applicant.places import choices
from palier.spaces.desk.acting import GroundForm

PER_PAGE = 25
WHY = "Correction d’un envoi au registre national"
# Tab → label, states, newest first.
TABS = {
    "a-corriger": ("À corriger", queries.TO_MEND, False),
    "en-cours": ("En cours", queries.UNDER_WAY, False),
    "acceptes": ("Acceptés", ("accepted",), True),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One anomaly with the question that mends it, when one does. `label`: the question's, on its step."""

    code: str
    message: str
    path: str
    step: str = ""
    label: str = ""
    url: str = ""

    @property
    def eyebrow(self) -> str:
        return f"{self.step} · {self.code}" if self.label else self.code


@for_roles(Role.DESK)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("voir", "")
    key = key if key in TABS else "a-corriger"
    counted = queries.counts(request.actor)
    _, states, newest_first = TABS[key]
    found = queries.listed(request.actor, states, newest_first=newest_first)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for operation in shown:
        operation.holder = _holder(operation.demand)
        operation.now = _now(operation)
    context = {
        "shown": shown,
        "tab": key,
        "tabs": [
            {"label": label, "url": f"?voir={name}", "current": name == key, "count": sum(counted[s] for s in states)}
            for name, (label, states, _) in TABS.items()
        ],
        "configured": configured(),
        "unclear": list(queries.unclear(request.actor)[:PER_PAGE]),
        "trouble": _trouble(request),
        "readings": _readings(),
        "anything": sum(counted.values()),
    }
    return page(request, "desk/exchanges.html", context)


def _trouble(request: HttpRequest) -> str:
    """Why nothing passes just now, in words; empty when nothing is wrong."""
    failing = queries.listed(request.actor, ["waiting"]).exclude(error="").order_by("-sent_at").first()
    return WORDS.get(failing.error, "") if failing else ""


def _readings() -> list[tuple[str, object]]:
    """When each list of the register was last read, and what hinders it."""
    labels = {incoming.REMOVALS: "Radiations faites ailleurs", incoming.DALO: "Nouvelles reconnaissances DALO"}
    known = queries.cursors()
    rows = []
    for service, label in labels.items():
        cursor = known.get(service)
        read = f"lues le {moment(cursor.read_at)}" if cursor and cursor.read_at else "jamais lues encore"
        rows.append((label, f"{read}. {WORDS.get(cursor.error, '')}" if cursor and cursor.error else read))
    return rows


def _holder(demand: Demand) -> str:
    applicant = demand.form.get("applicant", {})
    return f"{applicant.get('first_names', '')} {applicant.get('last_name', '')}".strip() or "Ménage effacé"


def _now(operation: Operation) -> str:
    """What is going on, in one sentence."""
    match operation.state:
        case "sent":
            return f"Envoyé le {moment(operation.sent_at)}, réponse attendue."
        case "waiting" if operation.error:
            again = f"{WORDS.get(operation.error, '')} Nouvel essai le {moment(operation.due_at)}."
            return (
                f"{again} Il l’a peut-être reçu : Palier le vérifiera, rien ne sera doublé."
                if operation.doubtful
                else again
            )
        case "waiting":
            return (
                "Attend que l’envoi précédent de ce dossier soit accepté."
                if operation.blocked
                else "Part au prochain envoi."
            )
        case "given_up":
            return f"{WORDS.get(operation.error, '')} {operation.attempts} essais sans réponse."
        case "accepted":
            return f"Accepté le {moment(operation.answered_at)}."
    codes = dict.fromkeys(anomaly.code for anomaly in queries.anomalies(operation))
    return f"Refusé le {moment(operation.answered_at)}\u00a0: {', '.join(codes)}."


def _one(request: HttpRequest, pk: int) -> Operation:
    return queries.shown(request.actor).get(pk=pk)


def _finding(operation: Operation, anomaly: Anomaly) -> Finding:
    asked = question(anomaly.path)
    step = next((s for s in STEPS if asked and s.form.section == asked.section), None)
    if asked is None or step is None or operation.demand.state != "active":
        return Finding(anomaly.code, anomaly.message, anomaly.path)
    form = _form(step, operation.demand)
    field = form.fields.get(asked.field)
    url = reverse("desk:exchange_mend", args=[operation.pk, step.key]) + (f"#id_{asked.field}" if field else "")
    return Finding(anomaly.code, anomaly.message, anomaly.path, step.label, str(field.label) if field else "", url)


def _form(step: Step, demand: Demand) -> StepForm:
    start = Form.from_json(demand.form)
    return step.form(initial=step.form.answers(start), start=start)


@for_roles(Role.DESK)
@require_GET
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    operation = _one(request, pk)
    note_reading(request, demand=operation.demand, what="envoi au registre national", why=WHY)
    mendable = operation.demand.state == "active"
    context = {
        "operation": operation,
        "holder": _holder(operation.demand),
        "rows": _rows(operation),
        "now": f"Le {moment(operation.answered_at)}." if operation.state == "refused" else _now(operation),
        "findings": [_finding(operation, anomaly) for anomaly in queries.anomalies(operation)]
        if operation.state == "refused" else [],
        "behind": queries.behind(operation),
        "steps": [(s.label, reverse("desk:exchange_mend", args=[operation.pk, s.key])) for s in STEPS] if mendable else [],
        "configured": configured(),
    }  # fmt: skip
    return page(request, "desk/exchange.html", context)


def _rows(operation: Operation) -> list[tuple[str, object]]:
    """What one may need when calling the register's help desk."""
    given = RegisterNumber.objects.filter(demand=operation.demand_id).values_list("number", flat=True).first()
    ours = operation.demand.number
    return [
        ("Notre numéro unique", numbers.parse(ours).spaced if numbers.valid(ours) else ""),
        ("Numéro au registre", numbers.parse(given).spaced if given else ""),
        ("Préparé", f"le {moment(operation.queued_at)}"),
        ("Dernier envoi", f"le {moment(operation.sent_at)}" if operation.sent_at else "pas encore"),
        ("Essais", operation.attempts),
        ("Refus", operation.refusals),
    ]


@for_roles(Role.DESK)
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    operation = queue.resend(actor=request.actor, operation_id=pk)
    messages.success(
        request,
        "L’envoi repart avec la demande telle qu’elle est aujourd’hui."
        if configured()
        else "L’envoi est prêt ; il partira dès qu’un registre sera réglé.",
    )
    return go(request, "desk:exchange", operation.pk)


@for_roles(Role.DESK)
@never_cache
def mend(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One step of the demand, with the register's words at the questions they are about. Saving it sends it again."""
    operation = _one(request, pk)
    if key not in BY_KEY or operation.demand.state != "active":
        raise Http404
    step, demand = BY_KEY[key], visible_demands(request.actor).get(pk=operation.demand_id)
    if request.method != "POST":
        note_reading(request, demand=demand, what="envoi au registre national", why=WHY)
        return _show(request, operation, step, _marked(operation, step, demand), _ground(demand), demand.revision)
    ground = _ground(demand, request.POST)
    start = Form.from_json(demand.form)
    seen = request.POST.get("version", "")
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    rows = reshape(raw(step, request.POST, start), request.POST) if step.key == "menage" else None
    if rows is not None:
        return _show(
            request, operation, step, step.form(typed(rows), start=start).unjudged(), ground.unjudged(), revision
        )
    form = step.form(request.POST, start=start)
    if all([form.is_valid(), ground.is_valid()]):
        done = ground.attempt(form, lambda: change(
            actor=request.actor, demand_id=demand.pk, form=form.declared, revision=revision,
            sections=[step.label.lower()], ground=ground.given,
        ))  # fmt: skip
        if done is not None:
            changed = done.revision != demand.revision
            words = (
                "La demande est corrigée ; elle repart vers le registre."
                if changed
                else "Rien n’a changé dans la demande."
            )
            (messages.success if changed else messages.info)(request, words)
            return go(request, "desk:exchange", pk)
    return _show(request, operation, step, form, ground, revision, status=422)


def _ground(demand: Demand, data: Any = None) -> GroundForm:
    return GroundForm(data, mandates=in_force(demand, clock.today()))


def _marked(operation: Operation, step: Step, demand: Demand) -> StepForm:
    """The step with each anomaly as the error of its field."""
    form = _form(step, demand)
    found = ErrorDict()
    for anomaly in queries.anomalies(operation) if operation.state == "refused" else []:
        asked = question(anomaly.path)
        if asked is not None and asked.section == step.form.section:
            field = asked.field if asked.field in form.fields else "__all__"
            found.setdefault(field, ErrorList()).append(f"{anomaly.message} ({anomaly.code})")
    form._errors = found
    return form


def _lines(form: StepForm) -> list[tuple[str, str]]:
    """(id of the question, words) of what the register refused on this step."""
    return [
        (form[field].id_for_label if field in form.fields else "", words)
        for field, found in form.errors.items()
        for words in found
    ]


def _show(
    request: HttpRequest,
    operation: Operation,
    step: Step,
    form: StepForm,
    ground: GroundForm,
    version: int,
    status: int = 200,
) -> HttpResponse:
    context = {
        "operation": operation, "step": step, "form": form, "ground": ground, "version": version, "holder": _holder(operation.demand),
        "communes": choices() if step.key == "souhaits" else [],
        "marked": [] if form.is_bound else _lines(form),
    }  # fmt: skip
    return page(request, "desk/exchange_mend.html", context, status=status)


@for_roles(Role.DESK)
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    report = queries.quality(request.actor)
    days = list(reversed(report.days))
    chart = {
        "title": "Envois par jour",
        "kind": "bar",
        "categories": [f"{day:%d/%m}" for day, *_ in days],
        "series": [
            {"name": name, "values": [row[rank] for row in days]}
            for rank, name in ((1, "Préparés"), (2, "Acceptés"), (3, "Refusés"))
        ],
        "category_label": "Jour",
    }
    context = {
        "report": report,
        "rows": _figures(report),
        "chart": chart if days else None,
        "configured": configured(),
        "days": queries.DAYS,
    }
    return page(request, "desk/exchange_quality.html", context)


def _figures(report: queries.Quality) -> list[tuple[str, object]]:
    share = "aucune réponse encore" if report.first_try is None else percent(report.first_try)
    return [
        ("Acceptés du premier coup", share),
        ("Envois qui ont reçu une réponse", report.answered),
        ("Le plus ancien en attente", since(report.oldest) if report.oldest else "rien n’attend"),
        ("Dernière réponse du registre", f"le {moment(report.last_answer)}" if report.last_answer else "aucune encore"),
    ]


urlpatterns = [
    path("registre/", index, name="exchanges"),
    path("registre/qualite/", quality, name="exchange_quality"),
    path("registre/<int:pk>/", one, name="exchange"),
    path("registre/<int:pk>/renvoyer/", resend, name="exchange_resend"),
    path("registre/<int:pk>/corriger/<str:key>/", mend, name="exchange_mend"),
]
