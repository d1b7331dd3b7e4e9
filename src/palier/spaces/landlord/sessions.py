"""The secretary's pages: ready files, agenda, publication, count, decisions, minutes."""

from __future__ import annotations

from collections import defaultdict

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.applications.queries import visible_to
from palier.commissions import actions
from palier.commissions.models import AgendaItem, Session
from palier.commissions.queries import commissions_of, is_open, may_postpone, sessions_for
from palier.commissions.states import EXCEPTIONS, SESSION
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page, paper
from palier.common.templatetags.palier_words import number
from palier.law import calendar
from palier.spaces import discussing, live
from palier.spaces.access import for_roles
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
    window = setting("commission_window", on=clock.today(), territory=commission.department_id)
    usual = calendar.next_window(window, after=clock.now())
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
        {"form": form, "commission": commission},
        status=422 if form.errors else 200,
    )


@for_roles(Role.SECRETARY)
def ready(request: HttpRequest) -> HttpResponse:
    """Admissible files, by dwelling, waiting for a session."""
    by_offer = defaultdict(list)
    for application in visible_to(request.actor).filter(state="admissible").order_by("offer", "state_at", "pk"):
        by_offer[application.offer].append(application)
    return page(request, "landlord/ready.html", {"groups": list(by_offer.items())})


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
        visible_to(request.actor)
        .filter(offer=pk, state="admissible")
        .prefetch_related("entries")
        .order_by("entries__position", "pk")
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
    over = clock.now() >= one.closes_at
    waiting = over and one.state == "published"
    return page(
        request,
        "landlord/session.html",
        {
            "session": one,
            "state": SESSION.states[one.state],
            "open": is_open(one, clock.now()),
            "over": over,
            "equal": any(i.open_ties for i in items),
            "live": live.address(request, pk),
            "items": [
                {
                    **row,
                    "postpone": may_postpone(row["item"], row["turnout"])
                    if waiting and not row["item"].postponed
                    else "",
                }
                for row in rows
            ],
        },
    )


def _step(request: HttpRequest, pk: int, action, done: str) -> HttpResponse:
    try:
        action(actor=request.actor, session_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return go(request, "landlord:session", pk)


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
    try:
        actions.postpone(actor=request.actor, item_id=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Le logement est reporté : ses candidats sont prêts pour une autre séance.")
    return go(request, "landlord:session", item.session_id)


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
    path("dossiers-prets/", ready, name="ready"),
    path("offres/<int:pk>/ordre-du-jour/", agenda, name="agenda"),
]
