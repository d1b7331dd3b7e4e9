"""Leases in force: entered one by one, or from a file whose wrong lines are told one by one."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import counted
from palier.reviews import actions
from palier.reviews.actions import Line
from palier.reviews.queries import tenancies_of
from palier.spaces.access import for_roles

COLUMNS = ("logement", "titulaires", "bail_signe_le")
MOST_LINES, MOST_BYTES = 5_000, 2_000_000


class TenancyForm(forms.Form):
    reference = forms.CharField(
        label="Référence du logement", max_length=30, help_text="La vôtre, telle qu’elle est dans « Logements »."
    )
    tenants = forms.CharField(
        label="Titulaires du bail", max_length=200, help_text="Par exemple : Jeanne et Paul Martin."
    )
    signed_on = forms.DateField(
        label="Bail signé le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date qui existe."},
    )  # fmt: skip
    use_required_attribute = False


class FileForm(forms.Form):
    file = forms.FileField(
        label="Fichier CSV", help_text="Colonnes : logement ; titulaires ; bail_signe_le (jj/mm/aaaa). 5 000 lignes au plus.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )  # fmt: skip
    use_required_attribute = False


class EndForm(forms.Form):
    ended_on = forms.DateField(
        label="Locataires partis le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez le jour du départ.", "invalid": "Indiquez une date qui existe."},
    )  # fmt: skip
    use_required_attribute = False


@for_roles(Role.LANDLORD, Role.SECRETARY)
def tenancies(
    request: HttpRequest,
    form: FileForm | None = None,
    kept: int | None = None,
    refused: list[tuple[int, str]] | None = None,
) -> HttpResponse:
    wanted = request.GET.get("reference", "").strip()[:30]
    held = tenancies_of(request.actor).filter(ended_on=None).order_by("signed_on", "pk")
    if wanted:
        held = held.filter(dwelling__reference__startswith=wanted)
    return page(
        request,
        "landlord/reviews/tenancies.html",
        {
            "page": Paginator(held, 50).get_page(request.GET.get("page")), "wanted": wanted,
            "file_form": form or FileForm(), "kept": kept, "refused": refused or [],
        },
        status=422 if refused or form and form.errors else 200,
    )  # fmt: skip


@for_roles(Role.LANDLORD, Role.SECRETARY)
def new_tenancy(request: HttpRequest) -> HttpResponse:
    form = TenancyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.record(actor=request.actor, **form.cleaned_data)):
            messages.success(request, "Le bail est inscrit.")
            return go(request, "landlord:tenancies")
    return page(request, "landlord/reviews/tenancy_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.LANDLORD, Role.SECRETARY)
def tenancy_file(request: HttpRequest) -> HttpResponse:
    """Good lines are entered; the others are told, to correct and send again."""
    form = FileForm(request.POST, request.FILES)
    read = attempt(form, lambda: read_file(form.cleaned_data["file"])) if form.is_valid() else None
    if read is None:
        return tenancies(request, form=form)
    lines, wrong = read
    kept, refused = actions.record_file(actor=request.actor, lines=lines)
    if wrong or refused:
        return tenancies(request, form=form, kept=kept, refused=sorted([*wrong, *refused]))
    messages.success(request, f"{counted(kept, 'bail inscrit,baux inscrits')}.")
    return go(request, "landlord:tenancies")


def read_file(file) -> tuple[list[Line], list[tuple[int, str]]]:
    """The lines that can be read, and (line, why) of the others. Raises Refused when it is no such file."""
    if file.size > MOST_BYTES:
        raise Refused("file.large", "Ce fichier dépasse 2 Mo : envoyez-le en plusieurs fois.", field="file")
    raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    first = text.splitlines()[0] if text.strip() else ""
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise Refused(
            "file.columns",
            f"La première ligne doit nommer les colonnes. Il manque : {', '.join(missing)}.",
            field="file",
        )
    lines: list[Line] = []
    wrong: list[tuple[int, str]] = []
    for number, row in enumerate(rows, start=2):
        if number > MOST_LINES + 1:
            raise Refused("file.long", "Plus de 5 000 lignes : envoyez le fichier en plusieurs fois.", field="file")
        signed_on = _day(row["bail_signe_le"] or "")
        if signed_on is None:
            wrong.append((number, f"« {(row['bail_signe_le'] or '')[:20]} » n’est pas une date (jj/mm/aaaa)."))
        else:
            lines.append(Line(number, (row["logement"] or "").strip(), row["titulaires"] or "", signed_on))
    return lines, wrong


def _day(text: str) -> date | None:
    for shape in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), shape).date()
        except ValueError:
            continue
    return None


@for_roles(Role.LANDLORD, Role.SECRETARY)
def end_tenancy(request: HttpRequest, pk: int) -> HttpResponse:
    tenancy = tenancies_of(request.actor).get(pk=pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.end(actor=request.actor, tenancy_id=pk, **form.cleaned_data)):
            messages.success(request, "Le bail est terminé. Ce que les locataires avaient déclaré est effacé.")
            return go(request, "landlord:tenancies")
    return page(
        request,
        "landlord/reviews/tenancy_end.html",
        {"form": form, "tenancy": tenancy},
        status=422 if form.errors else 200,
    )


urlpatterns = [
    path("occupation/baux/", tenancies, name="tenancies"),
    path("occupation/baux/nouveau/", new_tenancy, name="new_tenancy"),
    path("occupation/baux/fichier/", tenancy_file, name="tenancy_file"),
    path("occupation/baux/<int:pk>/fin/", end_tenancy, name="end_tenancy"),
]
