"""Administrators: bodies and their agents, dated figures. Nothing about an applicant is read here."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from palier.accounts.models import Membership, Organisation
from palier.accounts.roles import OrganisationKind, Role
from palier.common import clock
from palier.common.pages import attempt, go, page
from palier.spaces.access import for_roles
from palier.territories import actions
from palier.territories.models import Department, Epci, Setting

PER_PAGE = 40


# What each figure is, for people; a key that is no longer in use stands as it is.
WORDS = {
    "agenda_days": "Délai pour inscrire en commission (jours)",
    "answer_days": "Délai pour répondre à une attribution (jours)",
    "appeal_court": "Tribunal compétent pour les recours",
    "appeal_months": "Délai de recours devant le juge (mois)",
    "candidates_examined": "Dossiers examinés par logement en commission",
    "choice_answer_days": "Délai pour répondre à une proposition sans commission (jours)",
    "choice_days": "Délai du bailleur pour choisir, sans commission (jours)",
    "commission_window": "Ouverture et fermeture des séances",
    "comparable_incomes": "Tranches de ressources comparées entre elles (euros par mois)",
    "comparable_least": "Demandes comparables pour montrer une position, au moins",
    "comparable_people": "Tailles de ménage comparées entre elles (personnes)",
    "condition_days": "Délai d’une condition suspensive (jours)",
    "contest_answer_months": "Délai pour répondre à un recours gracieux (mois)",
    "contradiction_hours": "Contradiction entre deux déclarations : écart de moins de (heures)",
    "decision_days": "Délai de décision de la commission (jours)",
    "deed_days": "Délai pour signer l’acte d’une vente (jours)",
    "delays_least": "Délai d’un organisme publié : étapes du trimestre, au moins",
    "designation_days": "Délai du réservataire pour désigner (jours)",
    "discussion_quiet_minutes": "Délai avant de signaler par courriel un message non lu (minutes)",
    "doubt_answer_days": "Délai pour répondre à une correction proposée par un bailleur (jours)",
    "effort_alert": "Taux d’effort qui déclenche une alerte",
    "employer_least": "Plus petit nombre de salariés lu par un employeur",
    "employer_priority_most": "Points qu’un employeur peut ajouter sur son contingent, au plus",
    "files_sent": "Dossiers transmis au bailleur par logement",
    "first_quartile_income": "Revenu du premier quartile (euros par an et par unité de consommation)",
    "first_quartile_least": "Baux de l’année pour parler du premier quartile, au moins",
    "first_quartile_share": "Attributions au premier quartile hors QPV (%)",
    "freshness_hours": "Fraîcheur d’une offre avant suspension (heures)",
    "freshness_reminder_hours": "Rappel au bailleur avant la suspension d’une offre (heures)",
    "idempotency_days": "Mémoire des réponses de l’API à une même clé (jours)",
    "instruction_days": "Délai du bailleur pour instruire (jours)",
    "invitation_days": "Validité d’une invitation à rejoindre un organisme (jours)",
    "lease_days": "Délai pour signer le bail après l’acceptation (jours)",
    "list_days": "Délai pour arrêter la liste d’un logement (jours)",
    "live_applications": "Candidatures en cours par ménage",
    "long_wait_months": "Délai anormalement long (mois)",
    "odds_least": "Candidatures ou baux comparables pour montrer une chance, au moins",
    "odds_years": "Années dont viennent les chances et les attentes montrées",
    "offer_days": "Durée de publication d’une offre (jours)",
    "other_quartiles_share": "Attributions aux trois autres quartiles en QPV (%)",
    "points_quiet_hours": "Attente avant le courriel qui annonce de nouveaux points (heures)",
    "priority_share": "Attributions aux publics prioritaires (%)",
    "proof_gather_days": "Pièces annoncées dans un même courriel (jours)",
    "proof_notice_days": "Annonce d’une pièce qui expire (jours avant)",
    "publish_days": "Délai pour publier un logement vacant (jours)",
    "recognition_notice_days": "Annonce de la fin d’une situation reconnue (jours avant)",
    "review_answer_days": "Délai du locataire pour dire qui vit chez lui (jours)",
    "send_days": "Délai pour transmettre les dossiers (jours)",
    "small_numbers": "Plus petit nombre publié",
    "tense_communes": "Communes où l’occupation s’examine, en plus des zones tendues",
    "token_overlap_hours": "Validité d’un jeton remplacé (heures)",
    "visit_reminder_hours": "Rappel d’une visite réservée (heures avant)",
    "wait_least": "Attributions comparables pour montrer un délai d’attente, au moins",
    "wait_months": "Mois d’attributions dont viennent les délais d’attente",
}


class OrganisationFilter(forms.Form):
    """By kind and by part of the name."""

    genre = forms.ChoiceField(label="Genre", required=False, choices=[("", "Tous"), *OrganisationKind.choices])
    nom = forms.CharField(label="Nom", required=False, max_length=60)
    use_required_attribute = False


class SettingForm(forms.Form):
    """A new value from a day on. Numbers are typed in French or in English; other shapes as JSON."""

    territory = forms.ChoiceField(label="Territoire", required=False)
    value = forms.CharField(
        label="Nouvelle valeur", max_length=400, error_messages={"required": "Indiquez la nouvelle valeur."}
    )
    valid_from = forms.DateField(
        label="En vigueur à partir du",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez le premier jour.", "invalid": "Indiquez une date qui existe."},
    )
    source = forms.CharField(
        label="Texte ou décision",
        max_length=200,
        help_text="Par exemple : délibération du 12 octobre 2026, ou article du Code.",
        error_messages={"required": "Indiquez le texte ou la décision qui fixe ce réglage."},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = Department.objects.filter(active=True).order_by("code")
        epcis = Epci.objects.filter(department__active=True).order_by("name", "siren")
        self.fields["territory"].choices = [
            ("", "Partout"),
            *((d.code, d.name) for d in departments),
            *((e.siren, e.name) for e in epcis),
        ]

    def clean_value(self) -> Any:
        typed = self.cleaned_data["value"].strip()
        is_number = typed.replace(",", "", 1).lstrip("-").isdigit()
        try:
            return json.loads(typed.replace(",", ".") if is_number else typed)
        except ValueError as error:
            raise forms.ValidationError("Indiquez une valeur de la même forme que la précédente.") from error


@for_roles(Role.ADMINISTRATOR)
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    form = OrganisationFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    today = clock.today()
    in_force = Q(memberships__since__lte=today) & (Q(memberships__until=None) | Q(memberships__until__gt=today))
    found = Organisation.objects.annotate(agents=Count("memberships", filter=in_force)).order_by("name", "pk")
    if chosen.get("genre"):
        found = found.filter(kind=chosen["genre"])
    if chosen.get("nom"):
        found = found.filter(name__icontains=chosen["nom"])
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "shown": shown, "active": sum(bool(v) for v in chosen.values())}
    return page(request, "staff/organisations.html", context, fragment="staff/organisations/_list.html")


@for_roles(Role.ADMINISTRATOR)
@require_GET
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    one = Organisation.objects.select_related("epci", "commune").get(pk=pk)
    agents = Membership.objects.filter(organisation=one).select_related("person").order_by("role", "since", "pk")
    facts = [
        ("Genre", one.get_kind_display()),
        ("Départements", ", ".join(one.departments)),
        ("Intercommunalité", one.epci),
        ("Commune", one.commune),
        ("SIRET", one.siret),
        ("Code de guichet", one.register_desk),
        ("Adresse", one.address),
        ("Courriel", one.email),
        ("Téléphone", one.phone),
    ]
    return page(request, "staff/organisation.html", {"organisation": one, "facts": facts, "agents": agents})


@for_roles(Role.ADMINISTRATOR)
@require_GET
def settings_list(request: HttpRequest) -> HttpResponse:
    rows = sorted(
        _described(list(Setting.objects.order_by("key", "territory", "-valid_from"))), key=itemgetter("words")
    )
    return page(request, "staff/settings.html", {"rows": rows})


@for_roles(Role.ADMINISTRATOR)
def setting(request: HttpRequest, key: str) -> HttpResponse:
    rows = list(Setting.objects.filter(key=key).order_by("territory", "-valid_from"))
    if not rows:
        raise Http404
    form = SettingForm(request.POST if request.method == "POST" else None, initial={"value": _written(rows[0].value)})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.set_from(actor=request.actor, key=key, **form.cleaned_data))
        if done is not None:
            messages.success(request, "Le réglage est enregistré ; l’ancienne valeur reste dans l’historique.")
            return go(request, "staff:setting", key)
    context = {"words": WORDS.get(key, key), "rows": _described(rows), "form": form}
    return page(request, "staff/setting.html", context, status=422 if form.errors else 200)


def _described(rows: list[Setting]) -> list[dict[str, Any]]:
    """Each row with the words for its territory and whether it is in force today."""
    today = clock.today()
    names = dict(Department.objects.values_list("code", "name").order_by("code"))
    names |= dict(Epci.objects.values_list("siren", "name").order_by("siren"))
    current: dict[tuple[str, str], Setting] = {}
    for row in sorted(rows, key=lambda r: r.valid_from):
        if row.valid_from <= today and (row.valid_to is None or row.valid_to > today):
            current[row.key, row.territory] = row
    return [
        {
            "setting": row,
            "words": WORDS.get(row.key, row.key),
            "value": _written(row.value),
            "territory": names.get(row.territory, row.territory) if row.territory else "Partout",
            "state": "current" if current.get((row.key, row.territory)) is row
            else "future" if row.valid_from > today else "past",
        }
        for row in rows
    ]  # fmt: skip


def _written(value: Any) -> str:
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return json.dumps(value, ensure_ascii=False)
