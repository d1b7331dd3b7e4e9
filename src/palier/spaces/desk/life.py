"""The desk and the life of demands: its lists of terms, and what it does for a household that came or wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import day
from palier.demands import actions, living, queries
from palier.demands.models import Demand
from palier.documents.actions import note_reading
from palier.law import numbers
from palier.law.discretion import Reader
from palier.spaces.access import for_roles
from palier.spaces.dossier import facts, name_of
from palier.spaces.sending import SendingForm
from palier.spaces.standing import standing

PER_PAGE = 25
WHY = "Suivi des échéances de la demande"


class WritingForm(forms.Form):
    why = forms.CharField(
        label="L’écrit du ménage", max_length=500, help_text="Sa date, et où il est conservé.",
        error_messages={"required": "Indiquez l’écrit du ménage : sa date et où il est conservé."},
    )  # fmt: skip
    use_required_attribute = False


class ReadAgainForm(forms.Form):
    declare = forms.BooleanField(
        label="Le ménage a relu ses réponses et les confirme",
        error_messages={"required": "Faites relire les réponses, puis cochez la case."},
    )
    use_required_attribute = False


Act = Callable[[Actor, Demand, dict[str, Any]], object]
# act → (its form, what it does, what is said afterwards)
ACTS: dict[str, tuple[type[forms.Form], Act, str]] = {
    "renouveler": (
        ReadAgainForm, lambda actor, d, given: actions.renew(actor=actor, demand_id=d.pk),
        "La demande est renouvelée. Remettez la nouvelle attestation au ménage.",
    ),
    "reactiver": (
        ReadAgainForm, lambda actor, d, given: living.reactivate(actor=actor, demand_id=d.pk),
        "La demande est de nouveau active, avec son numéro et son ancienneté.",
    ),
    "prevenir": (
        SendingForm, lambda actor, d, given: living.warn(actor=actor, demand_id=d.pk, **given),
        "Le courrier est enregistré. Sans réponse, la demande sera radiée au terme du délai.",
    ),
    "repondre": (
        forms.Form, lambda actor, d, given: living.answer(actor=actor, demand_id=d.pk),
        "Le ménage a répondu : la demande reste active.",
    ),
    "renoncer": (
        WritingForm, lambda actor, d, given: living.waive(actor=actor, demand_id=d.pk, **given),
        "La demande est radiée, comme le ménage l’a écrit.",
    ),
}  # fmt: skip


@for_roles(Role.DESK)
def life(request: HttpRequest, pk: int, act: str = "") -> HttpResponse:
    """Everything a desk may do in the life of one demand, each with its own form."""
    demand = queries.visible_to(request.actor).get(pk=pk)
    bound: forms.Form | None = None
    if request.method == "POST":
        if act not in ACTS:
            raise Http404
        make, do, done = ACTS[act]
        bound = make(request.POST)
        if bound.is_valid() and attempt(bound, lambda: do(request.actor, demand, bound.cleaned_data)):
            messages.success(request, done)
            return go(request, "desk:life", pk)
    note_reading(request, demand=demand, what="échéances", why=WHY)
    return _show(request, demand, act, bound)


def _show(request: HttpRequest, demand: Demand, act: str, bound: forms.Form | None) -> HttpResponse:
    held = {key: bound if bound is not None and key == act else make() for key, (make, _, _) in ACTS.items()}
    context = {
        "demand": demand,
        "holder": name_of(demand),
        "number": numbers.parse(demand.number).spaced,
        "standing": standing(demand),
        "notices": demand.notices.select_related("by").order_by("-made_at", "-pk"),
        "forms": held,
        "bound": bound,
        "act": act,
        "silent": demand.notices.filter(ground="RADCON", closed_on=None).exists(),
        "sections": facts(demand, Reader.OTHERS),
    }
    return page(request, "desk/life.html", context, status=422 if bound is not None else 200)


@for_roles(Role.DESK)
def posted(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter that waited was posted: its delay begins."""
    notice = queries.notices(request.actor).get(pk=pk)
    form = SendingForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: living.post_notice(actor=request.actor, notice_id=pk, **form.cleaned_data))
    ):
        messages.success(request, "L’envoi est enregistré : le délai court à partir de ce jour.")
        return go(request, "desk:terms_of", "courriers")
    context = {"form": form, "notice": notice, "holder": name_of(notice.demand), "demand": notice.demand}
    return page(request, "desk/posted.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.DESK)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    notice = living.lift(actor=request.actor, notice_id=pk)
    messages.success(request, "L’avertissement est levé : la demande reste active.")
    return go(request, "desk:life", notice.demand_id)


# key → (label, what the list is for, its rows, words of the column of the term)
LISTS: dict[str, tuple[str, str, Callable[[Actor, date], Any], str]] = {
    "renouveler": (
        "À renouveler", "Les demandes dont l’avis de renouvellement est parti, ou doit partir.",
        queries.to_renew, "Valable jusqu’au",
    ),
    "courriers": (
        "Courriers à poster", "Ces ménages n’ont pas de compte : imprimez, postez, puis notez l’envoi. Aucun délai ne court avant.",
        lambda actor, on: queries.to_post(actor), "À envoyer depuis le",
    ),
    "avertis": (
        "Avertis", "Sans réponse ni contestation, ces demandes seront radiées au terme indiqué.",
        lambda actor, on: queries.warnings(actor), "Radiation à partir du",
    ),
    "radiees": (
        "Radiées, à réactiver", "Un ménage qui se présente retrouve son numéro et son ancienneté.",
        queries.reactivable, "Réactivable jusqu’au",
    ),
}  # fmt: skip


@for_roles(Role.DESK)
@require_GET
def terms(request: HttpRequest, which: str = "renouveler") -> HttpResponse:
    """The lists of terms, one tab each; names are shown, numbers are not."""
    if which not in LISTS:
        raise Http404
    label, lead, rows, column = LISTS[which]
    today = clock.today()
    shown = Paginator(rows(request.actor, today), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": [_row(which, one, today) for one in shown],
        "label": label,
        "lead": lead,
        "columns": f"Ménage|Déposée|{column}|Où en est-on|Action",
        "tabs": [
            {"label": words, "url": f"/guichet/echeances/{key}/", "current": key == which}
            for key, (words, *_) in LISTS.items()
        ],
    }
    return page(request, "desk/terms.html", context)


def _row(which: str, one: Any, today: date) -> dict[str, Any]:
    demand = one if isinstance(one, Demand) else one.demand
    term = {
        "renouveler": lambda: demand.expires_on,
        "courriers": lambda: one.made_at.date(),
        "avertis": lambda: one.removal_on,
        "radiees": lambda: demand.reactivation_until,
    }[which]()
    found = standing(demand)
    return {
        "demand": demand,
        "holder": name_of(demand),
        "term": day(term),
        "tag": found.tag,
        "tone": found.tone,
        "post": one.pk if which == "courriers" else None,
    }


urlpatterns = [
    path("dossiers/<int:pk>/vie/", life, name="life"),
    path("dossiers/<int:pk>/vie/<slug:act>/", life, name="act"),
    path("courriers/<int:pk>/", posted, name="posted"),
    path("avertissements/<int:pk>/lever/", lift, name="lift"),
    path("echeances/", terms, name="terms"),
    path("echeances/<slug:which>/", terms, name="terms_of"),
]
