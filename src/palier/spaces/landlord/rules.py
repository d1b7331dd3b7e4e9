"""The secretary's pages on the rules of procedure: in words, by version, a new one with what it changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.commissions import actions
from palier.commissions.models import Commission, RulesVersion
from palier.commissions.queries import commissions_of
from palier.commissions.rules import Rules, members_of, rules_of, version_of
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.law import ballots, procedure
from palier.spaces.access import for_roles

DATE = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
# A remark of the law's is shown beside the field that holds what it is about.
SHOWN_AT = {"closes": "closes_time", "opens": "opens_time"}


class RulesForm(forms.Form):
    """One version of the rules; `members`: the seats in office, for a quorum that can be reached."""

    opens_day = forms.ChoiceField(label="Ouverture, jour", choices=list(procedure.DAYS.items()))
    opens_time = forms.TimeField(
        label="Ouverture, heure", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes_day = forms.ChoiceField(label="Clôture, jour", choices=list(procedure.DAYS.items()))
    closes_time = forms.TimeField(
        label="Clôture, heure", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
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
        label="Qui peut demander un examen en réunion",
        choices=list(procedure.MEETING_BY.items()),
        widget=forms.RadioSelect,
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


def commission_of(request: HttpRequest, pk: int | None = None) -> Commission | None:
    """One of the landlord's commissions, the first by default; None when it has none."""
    mine = commissions_of(request.actor)
    return mine.first() if pk is None else mine.get(pk=pk)


def tabs(request: HttpRequest, current: Commission, url: str) -> list[dict[str, Any]]:
    """A landlord may have several commissions, by geography (CCH R441-9)."""
    every = list(commissions_of(request.actor))
    rows = [{"label": c.name, "url": f"{url}?commission={c.pk}", "current": c.pk == current.pk} for c in every]
    return rows if len(rows) > 1 else []


def chosen(request: HttpRequest) -> Commission | None:
    """The one that the address names."""
    asked = request.GET.get("commission", "")
    return commission_of(request, int(asked) if asked.isdecimal() and len(asked) < 19 else None)


@for_roles(Role.SECRETARY)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, in words, and every version with what it changed."""
    commission = chosen(request)
    if commission is None:
        return page(request, "landlord/no_commission.html")
    today = clock.today()
    current = version_of(commission, today)
    return page(
        request,
        "landlord/rules.html",
        {
            "commission": commission,
            "commissions": tabs(request, commission, request.path),
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
    commission = commission_of(request, pk)
    latest = RulesVersion.objects.filter(commission=commission).first()
    before = latest.rules if latest else rules_of(commission, clock.today())
    form = RulesForm(
        request.POST or None, members=members_of(commission), initial={**_initial(before), "valid_from": clock.today()}
    )
    seen, told = False, {}
    if request.method == "POST" and form.is_valid():
        seen = True
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
    if seen and not form.errors:
        told = _effect(commission, form)
    return page(
        request,
        "landlord/rules_new.html",
        {"commission": commission, "form": form, "seen": bool(told), **told},
        status=422 if form.errors else 200,
    )


def _effect(commission: Commission, form: RulesForm) -> dict[str, Any]:
    """What a version would change of the one in force on its day, which follows it, and what deserves a second look."""
    day = form.cleaned_data["valid_from"]
    former = version_of(commission, day)
    later = RulesVersion.objects.filter(commission=commission, valid_from__gt=day).order_by("valid_from", "-version")
    return {
        "former": former,
        "following": later.first(),
        "changes": procedure.differences(rules_of(commission, day), form.rules),
        "warnings": [remark for remark in form.remarks if not remark.blocking],
    }


urlpatterns = [
    path("reglement/", rules, name="rules"),
    path("reglement/<int:pk>/nouvelle-version/", new_rules, name="new_rules"),
]
