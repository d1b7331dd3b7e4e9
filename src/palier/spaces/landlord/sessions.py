"""The secretary's pages: ready files, agenda, publication, count, decisions, minutes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations.objectives import first_quartile
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.applications.queries import for_commission
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Reminder, Session
from palier.commissions.queries import (
    commissions_of,
    corrections_of,
    is_open,
    is_over,
    may_postpone,
    sessions_for,
    stand_ins,
)
from palier.commissions.readiness import Gap, callings, gaps, lacking_documents
from palier.commissions.rules import notice_lacking, rules_of, rules_of_session
from palier.commissions.states import EXCEPTIONS, SESSION
from palier.common import clock
from palier.common.pages import act, attempt, go, page, paper
from palier.common.templatetags.palier_words import number
from palier.law import calendar, procedure
from palier.spaces import discussing, live
from palier.spaces.access import for_roles
from palier.spaces.landlord import reviews
from palier.territories.queries import setting


class SessionForm(forms.Form):
    opens_at = forms.DateTimeField(
        label="Ouverture", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    closes_at = forms.DateTimeField(
        label="Clôture", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class AgendaForm(forms.Form):
    session = forms.TypedChoiceField(label="Séance", coerce=int)
    applications = forms.TypedMultipleChoiceField(
        label="Candidats présentés", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un candidat."},
    )  # fmt: skip
    exception = forms.ChoiceField(
        label="Moins de trois candidats : exception légale", required=False,
        choices=[("", "Aucune"), *EXCEPTIONS.items()],
    )  # fmt: skip
    exception_note = forms.CharField(label="Explication de l’exception", required=False, max_length=300)


@for_roles(Role.SECRETARY)
def sessions(request: HttpRequest) -> HttpResponse:
    rows = [
        {"session": s, "state": SESSION.states[s.state], "open": is_open(s, clock.now())}
        for s in sessions_for(request.actor)
    ]
    return page(request, "landlord/sessions.html", {"rows": rows})


@for_roles(Role.SECRETARY)
def new_session(request: HttpRequest) -> HttpResponse:
    commission = commissions_of(request.actor).first()
    if commission is None:
        return page(request, "landlord/no_commission.html")
    # Never one for which the members could not be called in time.
    kept = rules_of(commission, clock.today())
    usual = calendar.next_window(kept.window, after=clock.now() + timedelta(days=kept.notice_days))
    form = SessionForm(request.POST or None, initial={"opens_at": usual.opens_at, "closes_at": usual.closes_at})
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: actions.create_session(actor=request.actor, commission_id=commission.pk, **form.cleaned_data),
        )
        if made:
            messages.success(request, "La séance est créée : inscrivez maintenant les logements.")
            return go(request, "landlord:session", made.pk)
    return page(
        request,
        "landlord/session_new.html",
        {"form": form, "commission": commission, "rules": kept},
        status=422 if form.errors else 200,
    )


@for_roles(Role.SECRETARY)
def ready(request: HttpRequest) -> HttpResponse:
    """Admissible files, by dwelling, waiting for a session."""
    preparing = sessions_for(request.actor).filter(state="preparing", closes_at__gt=clock.now())
    rows = _ready(request)
    return page(
        request,
        "landlord/ready.html",
        {
            "rows": rows,
            "whole": sum(row["enough"] for row in rows),
            "preparing": list(preparing.order_by("opens_at", "pk")),
        },
    )


def _ready(request: HttpRequest) -> list[dict[str, Any]]:
    """Each dwelling with admissible files, whether they are enough, and what is missing for which."""
    by_offer = defaultdict(list)
    files = for_commission(request.actor).prefetch_related("entries")
    for application in files.order_by("offer", "entries__position", "state_at", "pk"):
        by_offer[application.offer].append(application)
    rows = []
    for offer, ready in by_offer.items():
        least = setting("candidates_examined", on=clock.today(), territory=offer.dwelling.commune.department_id)
        rows.append({"offer": offer, "files": ready, "enough": len(ready) >= least, "lacks": list(_lacking(ready))})
    return rows


def _lacking(files: list[Application]) -> Iterator[str]:
    for application in files:
        if words := lacking_documents(application):
            yield f"Candidature {application.pk} : {words}"


def _in_words(application: Application) -> str:
    """One admissible file on one line: its place in the shortlist, its points, its household, its seniority."""
    demand, entry = application.demand, next(iter(application.entries.all()), None)
    place = [f"rang {entry.position}", f"{number(entry.points)} points"] if entry else []
    people = "1 personne" if demand.people == 1 else f"{demand.people} personnes"
    since = f"demande du {demand.first_registered_on:%d/%m/%Y}"
    return f"Candidature {application.pk} : " + ", ".join([*place, people, since])


@for_roles(Role.SECRETARY)
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the dwelling of offer `pk` on a session in preparation."""
    files = list(
        for_commission(request.actor).filter(offer=pk).prefetch_related("entries").order_by("entries__position", "pk")
    )
    if not files:
        raise Http404
    form = AgendaForm(request.POST or None, initial={"applications": [a.pk for a in files]})
    preparing = sessions_for(request.actor).filter(state="preparing", closes_at__gt=clock.now())
    form.fields["session"].choices = [(s.pk, str(s.number)) for s in preparing]
    form.fields["applications"].choices = [(a.pk, _in_words(a)) for a in files]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        item = attempt(
            form,
            lambda: actions.add_to_agenda(
                actor=request.actor,
                session_id=data["session"],
                offer_id=pk,
                application_ids=data["applications"],
                exception=data["exception"],
                exception_note=data["exception_note"],
            ),
        )
        if item:
            messages.success(request, "Le logement est inscrit à l’ordre du jour.")
            return go(request, "landlord:session", item.session_id)
    return page(
        request,
        "landlord/agenda.html",
        {"form": form, "files": files, "offer": files[0].offer, "sessions": list(preparing)},
        status=422 if form.errors else 200,
    )


@for_roles(Role.SECRETARY)
def session(request: HttpRequest, pk: int) -> HttpResponse:
    one = sessions_for(request.actor).get(pk=pk)
    rows = discussing.participation(request.actor, one)
    items = [row["item"] for row in rows]
    prefetch_related_objects(items, "candidates__decision", "candidates__application__demand")
    over = is_over(one, clock.now())
    waiting = over and one.state == "published"
    changed = corrections_of(items)
    lacking = gaps(one, items) if one.state == "preparing" else {}
    return page(
        request,
        "landlord/session.html",
        {
            "session": one,
            "state": SESSION.states[one.state],
            "open": is_open(one, clock.now()),
            "reviews": reviews.rows_of(request, one),
            "over": over,
            "equal": any(i.open_ties for i in items),
            "live": live.address(request, pk),
            "items": [
                {
                    **row,
                    "corrections": changed[row["item"].pk],
                    "gaps": lacking.get(row["item"].pk, []),
                    "postpone": may_postpone(row["item"], row["turnout"])
                    if waiting and not row["item"].postponed
                    else "",
                }
                for row in rows
            ],
            "rules": procedure.in_words(rules_of_session(one)),
            "called": _called(one),
            **(_preparation(request, one, items, lacking) if one.state == "preparing" else {}),
        },
    )


def _preparation(
    request: HttpRequest, one: Session, items: list[AgendaItem], lacking: dict[int, list[Gap]]
) -> dict[str, Any]:
    """What is missing before the members are called, and who would be."""
    return {
        "blocked": any(gap.blocking for row in lacking.values() for gap in row),
        "warned": sum(len(row) for row in lacking.values()),
        "callings": callings(one, items),
        "notice": notice_lacking(one),
        "objectives": first_quartile(one.commission.landlord_id, items),
        "ready": for_commission(request.actor).values("offer").distinct().count(),
    }


def _called(one: Session) -> dict[str, Any]:
    """When the members were called, under which rules, and whom a reminder reached."""
    told = Counter(Reminder.objects.filter(session=one).values_list("hours", flat=True))
    kept = one.rules or {}
    return {
        "at": one.summoned_at,
        "version": kept.get("version"),
        "reminders": sorted(told.items(), reverse=True),
        "stand_ins": list(stand_ins(one).values()),
    }


class ComposeForm(forms.Form):
    """The ready dwellings to put on an agenda together."""

    offers = forms.TypedMultipleChoiceField(
        label="Logements prêts", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un logement."},
    )  # fmt: skip


@for_roles(Role.SECRETARY)
def compose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put several ready shortlists on the agenda at once; those with too few candidates go one by one."""
    one = sessions_for(request.actor).get(pk=pk)
    if one.state != "preparing":
        return go(request, "landlord:session", pk)
    rows = _ready(request)
    whole = [row for row in rows if row["enough"]]
    form = ComposeForm(request.POST or None, initial={"offers": [row["offer"].pk for row in whole]})
    form.fields["offers"].choices = [(row["offer"].pk, _dwelling_words(row)) for row in whole]
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: actions.fill_agenda(actor=request.actor, session_id=pk, offer_ids=form.cleaned_data["offers"]),
        )
        if made:
            said = "Un logement est inscrit" if len(made) == 1 else f"{len(made)} logements sont inscrits"
            messages.success(request, f"{said} à l’ordre du jour.")
            return go(request, "landlord:session", pk)
    return page(
        request,
        "landlord/compose.html",
        {"session": one, "form": form, "rows": rows, "few": [row for row in rows if not row["enough"]]},
        status=422 if form.errors else 200,
    )


def _dwelling_words(row: dict[str, Any]) -> str:
    number = len(row["files"])
    return f"{describe(row['offer'])}, {row['offer'].dwelling.reference} : {number} candidat{'s' if number > 1 else ''}"


def _step(request: HttpRequest, pk: int, action, done: str) -> HttpResponse:
    return act(request, lambda: action(actor=request.actor, session_id=pk), done, "landlord:session", pk)


@require_POST
@for_roles(Role.SECRETARY)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, actions.publish, "La séance est publiée et les membres sont convoqués.")


@require_POST
@for_roles(Role.SECRETARY)
def count(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, actions.count, "Les votes sont dépouillés : arrêtez maintenant chaque décision.")


@require_POST
@for_roles(Role.SECRETARY)
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one dwelling without quorum to another session."""
    item = AgendaItem.objects.filter(session__in=sessions_for(request.actor).order_by().values("pk")).get(pk=pk)
    return act(
        request,
        lambda: actions.postpone(actor=request.actor, item_id=pk),
        "Le logement est reporté : ses candidats sont prêts pour une autre séance.",
        "landlord:session",
        item.session_id,
    )


@for_roles(Role.SECRETARY, Role.MEMBER)
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed minutes, as sealed."""
    one = Session.objects.filter(pk__in=sessions_for(request.actor).order_by().values("pk")).get(pk=pk)
    if one.minutes is None:
        raise Http404
    return paper(bytes(one.minutes), f"proces-verbal-{one.number}")


urlpatterns = [
    path("seances/", sessions, name="sessions"),
    path("seances/nouvelle/", new_session, name="new_session"),
    path("seances/<int:pk>/", session, name="session"),
    path("seances/<int:pk>/publier/", publish, name="publish_session"),
    path("seances/logements/<int:pk>/reporter/", postpone, name="postpone"),
    path("seances/<int:pk>/depouiller/", count, name="count_session"),
    path("seances/<int:pk>/proces-verbal/", minutes, name="minutes"),
    path("seances/<int:pk>/composer/", compose, name="compose"),
    path("dossiers-prets/", ready, name="ready"),
    path("offres/<int:pk>/ordre-du-jour/", agenda, name="agenda"),
]
