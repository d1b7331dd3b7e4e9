"""The secretary's pages on what a commission is: its rules of procedure, who sits, who stands in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.models import Membership, Person
from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Commission, RulesVersion, Seat, StandIn
from palier.commissions.queries import commissions_of, sessions_for
from palier.commissions.rules import Rules, members_of, rules_of, version_of
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.law import ballots, procedure
from palier.spaces.access import for_roles
from palier.territories.models import Epci
from palier.territories.queries import commune_named

DATE = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
# A remark of the law's is shown beside the field that holds what it is about.
SHOWN_AT = {"closes": "closes_time", "opens": "opens_time"}


class RulesForm(forms.Form):
    """One version of the rules; `members`: the seats in office, for a quorum that can be reached."""

    opens_day = forms.ChoiceField(label="Ouverture, jour", choices=list(procedure.DAYS.items()))
    opens_time = forms.TimeField(label="Ouverture, heure", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes_day = forms.ChoiceField(label="Clôture, jour", choices=list(procedure.DAYS.items()))
    closes_time = forms.TimeField(label="Clôture, heure", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    notice_days = forms.IntegerField(label="Convocation : jours avant l’ouverture", min_value=0, max_value=60)
    reminder_hours = forms.CharField(
        label="Rappels : heures avant la clôture", required=False, max_length=40,
        help_text="Un ou plusieurs nombres, par exemple « 24, 3 ». Vide : aucun rappel.",
    )  # fmt: skip
    quorum = forms.IntegerField(label="Quorum : voix au moins", min_value=1, max_value=30)
    counting = forms.ChoiceField(label="Décompte des classements", choices=list(ballots.RULES.items()))
    tallies = forms.ChoiceField(
        label="Résultats provisoires", choices=list(procedure.TALLIES.items()), widget=forms.RadioSelect
    )
    names_shown = forms.BooleanField(label="Montrer le nom des candidats aux membres", required=False)
    meeting_by = forms.ChoiceField(
        label="Qui peut demander un examen en réunion", choices=list(procedure.MEETING_BY.items()), widget=forms.RadioSelect
    )
    valid_from = forms.DateField(label="Date d’effet", **DATE)
    note = forms.CharField(
        label="Origine", required=False, max_length=300,
        help_text="Par exemple : délibération du conseil du 12 octobre, approuvée par le préfet le 3 novembre.",
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, members: list[procedure.Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        for kind in procedure.VOTING:
            self.fields[f"kind_{kind}"] = forms.IntegerField(
                label=procedure.CAPACITIES[kind], required=False, min_value=0, max_value=6
            )

    @property
    def quorum_kinds_open(self) -> bool:
        """Unfolded when the rules ask for a kind, or when one of these fields is wrong."""
        return any(bound.value() or bound.errors for bound in self.kinds)

    @property
    def kinds(self) -> list[forms.BoundField]:
        return [self[f"kind_{kind}"] for kind in procedure.VOTING]

    def clean_reminder_hours(self) -> tuple[int, ...]:
        parts = self.cleaned_data["reminder_hours"].replace(";", ",").replace("h", "").split(",")
        words = [part.strip() for part in parts if part.strip()]
        if not all(word.isdecimal() and len(word) < 4 for word in words):
            raise forms.ValidationError("Écrivez des heures séparées par des virgules, par exemple « 24, 3 ».")
        return tuple(sorted({int(word) for word in words}, reverse=True))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            self.remarks = procedure.remarks(self.rules, self.members, on=clock.today())
            for remark in self.remarks:
                if remark.blocking:
                    self.add_error(SHOWN_AT.get(remark.field, remark.field), remark.text)
        return data

    @property
    def rules(self) -> Rules:
        data = self.cleaned_data
        asked = {kind: data[f"kind_{kind}"] for kind in procedure.VOTING}
        plain = ("notice_days", "reminder_hours", "quorum", "counting", "tallies", "names_shown", "meeting_by")
        return Rules(
            opens=f"{data['opens_day']} {data['opens_time']:%H:%M}",
            closes=f"{data['closes_day']} {data['closes_time']:%H:%M}",
            quorum_kinds={kind: number for kind, number in asked.items() if number},
            **{name: data[name] for name in plain},
        )


def _initial(rules: Rules) -> dict[str, Any]:
    (opens_day, opens_time), (closes_day, closes_time) = rules.opens.split(), rules.closes.split()
    return {
        "opens_day": opens_day, "opens_time": opens_time, "closes_day": closes_day, "closes_time": closes_time,
        "notice_days": rules.notice_days, "reminder_hours": ", ".join(map(str, rules.reminder_hours)),
        "quorum": rules.quorum, "counting": rules.counting, "tallies": rules.tallies, "names_shown": rules.names_shown,
        "meeting_by": rules.meeting_by, **{f"kind_{kind}": n for kind, n in rules.quorum_kinds.items()},
    }  # fmt: skip


def _commission(request: HttpRequest, pk: int | None = None) -> Commission | None:
    mine = commissions_of(request.actor)
    return mine.get(pk=pk) if pk else mine.first()


def _tabs(request: HttpRequest, current: Commission, url: str) -> list[dict[str, Any]]:
    """A landlord may have several commissions, by geography (CCH R441-9)."""
    every = list(commissions_of(request.actor))
    rows = [{"label": c.name, "url": f"{url}?commission={c.pk}", "current": c.pk == current.pk} for c in every]
    return rows if len(rows) > 1 else []


def _chosen(request: HttpRequest) -> Commission | None:
    asked = request.GET.get("commission", "")
    return _commission(request, int(asked) if asked.isdecimal() and len(asked) < 19 else None)


@for_roles(Role.SECRETARY)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, in words, and every version with what it changed."""
    commission = _chosen(request)
    if commission is None:
        return page(request, "landlord/no_commission.html")
    today = clock.today()
    current = version_of(commission, today)
    return page(
        request,
        "landlord/rules.html",
        {
            "commission": commission,
            "commissions": _tabs(request, commission, request.path),
            "current": current,
            "words": list(procedure.in_words(rules_of(commission, today)).items()),
            "versions": _told(commission, current),
            "composition": procedure.composition(members_of(commission), on=today),
        },
    )


def _told(commission: Commission, current: RulesVersion | None) -> list[dict[str, Any]]:
    """The versions from the latest, each with what it changes of the one that it follows."""
    today, told, former = clock.today(), [], None
    every = list(RulesVersion.objects.filter(commission=commission).order_by("valid_from", "version"))
    last_of_day = {version.valid_from: version.pk for version in every}
    for version in every:
        replaced = last_of_day[version.valid_from] != version.pk
        state = ("Remplacée", "neutral")
        if current is not None and version.pk == current.pk:
            state = ("En vigueur", "success")
        elif version.valid_from > today and not replaced:
            state = ("À venir", "info")
        changes = procedure.differences(former.rules, version.rules) if former else []
        told.append({"version": version, "state": state, "changes": changes, "first": former is None})
        former = version
    return told[::-1]


@for_roles(Role.SECRETARY)
def new_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a version, see in words what it changes, then publish it for a day."""
    commission = _commission(request, pk)
    latest = RulesVersion.objects.filter(commission=commission).first()
    before = latest.rules if latest else rules_of(commission, clock.today())
    form = RulesForm(
        request.POST or None, members=members_of(commission), initial={**_initial(before), "valid_from": clock.today()}
    )
    changes, seen = None, False
    if request.method == "POST" and form.is_valid():
        seen, changes = True, procedure.differences(before, form.rules)
        if request.POST.get("do") == "publish":
            data = form.cleaned_data
            made = attempt(
                form,
                lambda: actions.publish_rules(
                    actor=request.actor, commission_id=pk, rules=form.rules,
                    valid_from=data["valid_from"], note=data["note"],
                ),
            )  # fmt: skip
            if made:
                messages.success(request, f"La version {made.version} du règlement est enregistrée.")
                return go(request, "landlord:rules")
    return page(
        request,
        "landlord/rules_new.html",
        {
            "commission": commission, "form": form, "seen": seen and not form.errors, "changes": changes,
            "warnings": [r for r in getattr(form, "remarks", []) if not r.blocking] if seen else [],
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _people(request: HttpRequest) -> list[Person]:
    """Those with a member's access at the landlord's."""
    held = Membership.objects.filter(organisation=request.actor.organisation_id, role=Role.MEMBER, until=None)
    return [m.person for m in held.select_related("person").order_by("person__last_name", "person__first_name", "pk")]


class SeatForm(forms.Form):
    """A new seat. `people`: those with a member's access who do not sit yet."""

    person = forms.TypedChoiceField(
        label="Personne", coerce=int, error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez une personne dans la liste."},
        help_text="Elle n’est pas dans la liste ? L’administrateur lui ouvre d’abord un accès de membre.",
    )  # fmt: skip
    capacity = forms.ChoiceField(label="Qualité", choices=list(procedure.CAPACITIES.items()))
    commune = forms.CharField(
        label="Commune", required=False, max_length=100,
        help_text="Un maire ne siège que pour les logements de sa commune. Vide pour les autres : tous les logements.",
    )  # fmt: skip
    epci = forms.ChoiceField(label="Intercommunalité", required=False)
    title = forms.CharField(label="Titre sur le procès-verbal", required=False, max_length=120)
    president = forms.BooleanField(label="Préside la commission", required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, people: list[Person], department: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Choisir"), *[(p.pk, p.full_name) for p in people]]
        places = Epci.objects.filter(communes__department=department).distinct().order_by("name", "pk")
        self.fields["epci"].choices = [("", "—"), *[(e.pk, e.name) for e in places]]

    def clean_commune(self) -> str | None:
        name = self.cleaned_data["commune"].strip()
        if not name:
            return None
        found = commune_named(name)
        if found is None:
            raise forms.ValidationError("Cette commune n’est pas connue : vérifiez son nom.")
        return found.pk


class StandInForm(forms.Form):
    """Who sits in a member's place: in one session, or over a period."""

    person = forms.TypedChoiceField(
        label="Qui siège à sa place", coerce=int, error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez une personne dans la liste."},
        help_text="Une personne avec un accès de membre, et qui ne siège pas déjà dans cette commission.",
    )  # fmt: skip
    span = forms.ChoiceField(
        label="Pour", choices=[("session", "Une séance"), ("period", "Une période")], initial="session", widget=forms.RadioSelect
    )
    session = forms.TypedChoiceField(label="Séance", required=False, coerce=int, empty_value=None)
    since = forms.DateField(label="Du", required=False, help_text="Les séances qui ouvrent ce jour-là ou après.", **DATE)
    until = forms.DateField(label="Au", required=False, **DATE)
    reason = forms.CharField(label="Raison", required=False, max_length=200)
    use_required_attribute = False

    def __init__(self, *args: Any, people: list[Person], sessions: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Choisir"), *[(p.pk, p.full_name) for p in people]]
        self.fields["session"].choices = [("", "—"), *[(s.pk, f"{s.number}, ouvre le {s.opens_at:%d/%m/%Y}") for s in sessions]]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("span") == "session":
            data["since"] = data["until"] = None
            if not data.get("session") and "session" not in self.errors:
                self.add_error("session", "Choisissez une séance, ou une période.")
        elif not self.errors:
            data["session"] = None
            for name in ("since", "until"):
                if not data.get(name):
                    self.add_error(name, "Donnez cette date.")
        return data


@for_roles(Role.SECRETARY)
def seats(request: HttpRequest) -> HttpResponse:
    commission = _chosen(request)
    if commission is None:
        return page(request, "landlord/no_commission.html")
    rows = list(
        Seat.objects.filter(commission=commission, until=None)
        .select_related("person", "commune", "epci")
        .order_by("-president", "pk")
    )
    today = clock.today()
    named = _named(commission)
    return page(
        request,
        "landlord/seats.html",
        {
            "commission": commission,
            "commissions": _tabs(request, commission, request.path),
            "rows": [{"seat": seat, "stand_ins": [one for one in named if one.seat_id == seat.pk]} for seat in rows],
            "composition": procedure.composition(members_of(commission), on=today),
        },
    )


def _named(commission: Commission) -> list[StandIn]:
    """The stand-ins of sessions and periods that are not over."""
    every = StandIn.objects.filter(seat__commission=commission, withdrawn_at=None).select_related("person", "session")
    now = clock.now()
    return [
        one for one in every.order_by("pk")
        if (one.session.closes_at > now if one.session else one.until >= clock.today())
    ]  # fmt: skip


@for_roles(Role.SECRETARY)
def new_seat(request: HttpRequest, pk: int) -> HttpResponse:
    commission = _commission(request, pk)
    sitting = set(Seat.objects.filter(commission=commission, until=None).values_list("person_id", flat=True))
    form = SeatForm(
        request.POST or None, people=[p for p in _people(request) if p.pk not in sitting or request.method == "POST"],
        department=commission.department_id,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.add_seat(
                actor=request.actor, commission_id=pk, person_id=data["person"], capacity=data["capacity"],
                title=data["title"], president=data["president"], commune_id=data["commune"], epci_id=data["epci"] or None,
            ),
        )  # fmt: skip
        if made:
            messages.success(request, "Le siège est pourvu. Si une séance publiée le concerne, ce membre vient d’être convoqué.")
            return go(request, "landlord:seats")
    return page(
        request, "landlord/seat_new.html", {"commission": commission, "form": form}, status=422 if form.errors else 200
    )


def _seat(request: HttpRequest, pk: int) -> Seat:
    mine = commissions_of(request.actor).order_by().values("pk")
    return Seat.objects.select_related("commission", "person", "commune", "epci").get(pk=pk, commission__in=mine)


@for_roles(Role.SECRETARY)
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """One seat: who stands in and when, a new stand-in, the presidency, the end of the mandate."""
    one = _seat(request, pk)
    sitting = set(Seat.objects.filter(commission=one.commission, until=None).values_list("person_id", flat=True))
    coming = sessions_for(request.actor).filter(
        commission=one.commission, state__in=["preparing", "published"], closes_at__gt=clock.now()
    )
    form = StandInForm(
        request.POST or None, people=[p for p in _people(request) if p.pk not in sitting],
        sessions=list(coming.order_by("opens_at", "pk")),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        named = attempt(
            form,
            lambda: actions.name_stand_in(
                actor=request.actor, seat_id=pk, person_id=data["person"], session_id=data["session"],
                since=data["since"], until=data["until"], reason=data["reason"],
            ),
        )  # fmt: skip
        if named:
            messages.success(request, f"{named.person.full_name} siégera à la place de {one.person.full_name}. Les deux sont prévenus.")
            return go(request, "landlord:seat", pk)
    return page(
        request,
        "landlord/seat.html",
        {
            "seat": one, "form": form, "board": one.capacity in procedure.BOARD,
            "stand_ins": [s for s in _named(one.commission) if s.seat_id == pk],
            "past": StandIn.objects.filter(seat=one).exclude(pk__in=[s.pk for s in _named(one.commission)])
            .select_related("person", "session").order_by("-pk"),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _act(request: HttpRequest, act, done: str, to: str, *args: int) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return go(request, to, *args)


@require_POST
@for_roles(Role.SECRETARY)
def end_seat(request: HttpRequest, pk: int) -> HttpResponse:
    _seat(request, pk)
    return _act(
        request, lambda: actions.end_seat(actor=request.actor, seat_id=pk), "Ce membre ne siège plus.", "landlord:seats"
    )


@require_POST
@for_roles(Role.SECRETARY)
def elect(request: HttpRequest, pk: int) -> HttpResponse:
    _seat(request, pk)
    return _act(
        request, lambda: actions.elect(actor=request.actor, seat_id=pk), "La présidence est enregistrée.", "landlord:seats"
    )


@require_POST
@for_roles(Role.SECRETARY)
def withdraw_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    mine = commissions_of(request.actor).order_by().values("pk")
    one = StandIn.objects.get(pk=pk, seat__commission__in=mine)
    return _act(
        request, lambda: actions.withdraw_stand_in(actor=request.actor, stand_in_id=pk),
        "La suppléance est retirée : le membre siège de nouveau.", "landlord:seat", one.seat_id,
    )  # fmt: skip


urlpatterns = [
    path("reglement/", rules, name="rules"),
    path("reglement/<int:pk>/nouvelle-version/", new_rules, name="new_rules"),
    path("membres/", seats, name="seats"),
    path("membres/<int:pk>/nouveau/", new_seat, name="new_seat"),
    path("membres/sieges/<int:pk>/", seat, name="seat"),
    path("membres/sieges/<int:pk>/fin/", end_seat, name="end_seat"),
    path("membres/sieges/<int:pk>/presidence/", elect, name="elect"),
    path("membres/suppleances/<int:pk>/retirer/", withdraw_stand_in, name="withdraw_stand_in"),
]
