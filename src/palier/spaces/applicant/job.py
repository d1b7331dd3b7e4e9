"""Mon employeur: what one declares, whether the employer may be asked, and what it answered."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.ledger import story_of
from palier.common.pages import act, attempt, go, page
from palier.employers import actions, queries, siret
from palier.employers.models import JobAttestation
from palier.law import grid_words
from palier.law import priorities as law_priorities
from palier.law.reasons import listing
from palier.spaces.access import for_roles
from palier.territories.queries import complete_commune, search_key

NEEDED = {"required": "Cette information est nécessaire."}


class JobForm(forms.Form):
    """Where one works. The workplace is typed as a name or a postcode and becomes a commune."""

    employer_siret = forms.CharField(
        label="Numéro SIRET de l’employeur",
        max_length=30,
        help_text="14 chiffres, en haut de votre bulletin de paie.",
        error_messages=NEEDED,
    )
    employer_name = forms.CharField(
        label="Nom de l’employeur", max_length=120, required=False,
        help_text="S’il est au répertoire des entreprises, nous trouvons son nom par le SIRET.",
    )  # fmt: skip
    staff_number = forms.CharField(
        label="Votre matricule", max_length=30, required=False, help_text="S’il figure sur votre bulletin de paie."
    )
    entered_on = forms.DateField(
        label="Date d’entrée",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date qui existe, par exemple 01/09/2022."},
    )
    contract = forms.ChoiceField(
        label="Contrat", choices=queries.CONTRACTS, widget=forms.RadioSelect, error_messages=NEEDED
    )
    mobility = forms.BooleanField(
        label="Mon emploi me demande de déménager", required=False,
        help_text="Mutation, ou embauche loin de votre domicile. Votre employeur le confirme avec le reste.",
    )  # fmt: skip
    workplace = forms.CharField(label="Commune du lieu de travail", max_length=80, required=False)
    use_required_attribute = False

    def clean_workplace(self):
        typed = self.cleaned_data["workplace"].strip()
        if not typed:
            return None
        found = list(complete_commune(typed))
        exact = [c for c in found if search_key(c.name) == search_key(typed) or c.code == typed]
        chosen = exact or (found if len(found) == 1 else [])
        if not chosen:
            near = ", ".join(c.name for c in found[:4])
            raise forms.ValidationError(
                f"Précisez la commune : {near}…" if near else "Nous ne connaissons pas cette commune ici."
            )
        return chosen[0]


def _initial(job: JobAttestation | None) -> dict[str, object]:
    if job is None:
        return {}
    return {
        "employer_siret": job.siret,
        "employer_name": job.employer_name,
        "staff_number": job.staff_number,
        "entered_on": job.entered_on,
        "contract": job.contract,
        "mobility": job.mobility,
        "workplace": job.workplace.name if job.workplace else "",
    }


@for_roles(Role.APPLICANT)
def job(request: HttpRequest) -> HttpResponse:
    mine = queries.job_of(request.actor.person)
    company = queries.company_here(mine.siret) if mine else None
    facts = []
    if mine:
        facts = [
            ("Employeur", mine.employer_name),
            ("SIRET", mine.siret),
            ("Matricule", mine.staff_number),
            ("Date d’entrée", mine.entered_on),
            ("Contrat", dict(queries.CONTRACTS).get(mine.contract, "")),
            ("Mobilité demandée par l’emploi", "Oui" if mine.mobility else "Non"),
            ("Lieu de travail", mine.workplace),
        ]
    context = {"job": mine, "company": company, "facts": facts, "seen": listing(queries.SEEN), "story": _consents(mine)}
    return page(request, "applicant/job.html", {**context, **weighed(mine)})


def weighed(mine: JobAttestation | None) -> dict[str, object]:
    """The employer's priorities in words, and what they give to this job; nothing for an employer without any."""
    grid = queries.priority_grid(mine.company) if mine else None
    if mine is None or grid is None:
        return {}
    points = law_priorities.weigh(grid, queries.as_employer(mine), clock.today())
    return {"priorities": grid_words.in_words(grid), "priorities_most": grid.total_cap, "weighed": points}


def _consents(mine: JobAttestation | None) -> list[dict]:
    """What was agreed to and taken back, the latest first."""
    return story_of(mine, "applicant") if mine else []


@for_roles(Role.APPLICANT)
def job_edit(request: HttpRequest) -> HttpResponse:
    mine = queries.job_of(request.actor.person)
    form = JobForm(request.POST if request.method == "POST" else None, initial=_initial(mine))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.declare(actor=request.actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, "Votre emploi est enregistré.")
            if done.siret != siret.normalise(form.cleaned_data["employer_siret"]):
                messages.info(
                    request, f"Cet établissement a déménagé : nous avons retenu son SIRET d’aujourd’hui, {done.siret}."
                )
            return go(request, "applicant:job")
    return page(request, "applicant/job_edit.html", {"form": form, "job": mine}, status=422 if form.errors else 200)


@for_roles(Role.APPLICANT)
@require_POST
def job_ask(request: HttpRequest) -> HttpResponse:
    return act(
        request,
        lambda: actions.ask(actor=request.actor),
        "Votre employeur est invité à confirmer votre emploi.",
        "applicant:job",
    )


@for_roles(Role.APPLICANT)
@require_POST
def job_withdraw(request: HttpRequest) -> HttpResponse:
    return act(
        request,
        lambda: actions.withdraw_consent(actor=request.actor),
        "Votre accord est retiré : votre employeur ne voit plus rien.",
        "applicant:job",
    )


@for_roles(Role.APPLICANT)
@require_POST
def job_follow(request: HttpRequest) -> HttpResponse:
    return act(
        request,
        lambda: actions.follow(actor=request.actor),
        "Votre employeur peut voir l’étape de votre candidature.",
        "applicant:job",
    )


@for_roles(Role.APPLICANT)
@require_POST
def job_unfollow(request: HttpRequest) -> HttpResponse:
    return act(
        request,
        lambda: actions.unfollow(actor=request.actor),
        "Votre employeur ne voit plus l’étape de votre candidature.",
        "applicant:job",
    )


urlpatterns = [
    path("employeur/", job, name="job"),
    path("employeur/modifier/", job_edit, name="job_edit"),
    path("employeur/accord/", job_ask, name="job_ask"),
    path("employeur/retrait/", job_withdraw, name="job_withdraw"),
    path("employeur/suivi/", job_follow, name="job_follow"),
    path("employeur/suivi/retrait/", job_unfollow, name="job_unfollow"),
]
