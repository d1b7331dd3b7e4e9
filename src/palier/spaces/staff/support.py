"""The support desk: a demand found by its number, and the same timeline as the household reads (mission F10)."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from palier.accounts.roles import Role
from palier.common.pages import go, page
from palier.demands.queries import find_by_number, visible_to
from palier.documents import actions
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.story import story, tabs

PER_PAGE = 40
NOT_FOUND = "Aucune demande de votre territoire ne porte ce numéro. Vérifiez-le avec la personne."


class NumberForm(forms.Form):
    """The unique number and why the dossier is opened: both posted, so that neither stays in an address."""

    number = forms.CharField(
        label="Numéro unique de la demande",
        max_length=40,
        help_text="18 caractères, sur l’attestation. Les espaces ne comptent pas.",
        error_messages={"required": "Indiquez le numéro unique."},
    )
    why = forms.CharField(
        label="Raison de l’ouverture",
        max_length=150,
        help_text="La personne la lira dans son historique.",
        error_messages={"required": "Dites pourquoi vous ouvrez ce dossier."},
    )
    use_required_attribute = False

    def clean_number(self) -> str:
        try:
            return str(numbers.parse(self.cleaned_data["number"]))
        except numbers.NumberError as error:
            raise forms.ValidationError(str(error)) from error


@for_roles(Role.SUPPORT)
def find(request: HttpRequest) -> HttpResponse:
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        demand = find_by_number(request.actor, form.cleaned_data["number"])
        if demand is not None:
            request.session[f"why-{demand.pk}"] = form.cleaned_data["why"]
            return go(request, "staff:dossier", demand.pk)
        form.add_error("number", NOT_FOUND)
    return page(request, "staff/support.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.SUPPORT)
@require_GET
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """Only after a reason was given: an address typed by hand leads back to the search."""
    demand = visible_to(request.actor).select_related("department").get(pk=pk)
    why = request.session.get(f"why-{pk}", "")
    if not why:
        return go(request, "staff:support")
    actions.note_reading(request, demand=demand, what="historique", why=f"Assistance : {why}")
    only = request.GET.get("voir", "tout")
    both = request.GET.get("mots") == "agent"
    entries = story(demand, "agent" if both else "applicant", only)
    context = {
        "demand": demand,
        "number": numbers.parse(demand.number).spaced,
        "shown": Paginator(entries, PER_PAGE).get_page(request.GET.get("page")),
        "tabs": tabs(only),
        "only": only,
        "agent_words": both,
        "why": why,
    }
    return page(request, "staff/dossier.html", context)
