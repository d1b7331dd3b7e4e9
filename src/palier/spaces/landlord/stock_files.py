"""The stock by file, for a landlord without a system: every error at its cell, nothing written before a yes."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.common.pages import act, attempt, go, page
from palier.common.templatetags.palier_words import counted
from palier.exchanges.landlords import columns, files
from palier.exchanges.landlords.models import FILE_KINDS, FILE_STATES
from palier.exchanges.landlords.queries import files_of
from palier.spaces.access import for_roles

TONES = {"read": "warning", "confirmed": "success", "dropped": "neutral"}
OUTCOMES = {
    "created": "ligne ajoutée,lignes ajoutées", "updated": "ligne corrigée,lignes corrigées",
    "unchanged": "ligne déjà connue,lignes déjà connues", "refused": "ligne refusée,lignes refusées",
}  # fmt: skip


class FileForm(forms.Form):
    kind = forms.ChoiceField(label="Ce que le fichier contient", choices=FILE_KINDS, widget=forms.RadioSelect,
                             error_messages={"required": "Dites ce que le fichier contient."})  # fmt: skip
    file = forms.FileField(
        label="Fichier CSV ou XLSX", help_text="20 000 logements ou 2 000 offres au plus, 15 Mo au plus.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )  # fmt: skip
    use_required_attribute = False


@for_roles(Role.LANDLORD)
def stock_files(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if getattr(request, "oversized", ""):
        form.fields["file"].error_messages["required"] = "Ce fichier dépasse 15 Mo : envoyez-le en plusieurs fois."
    if request.method == "POST" and form.is_valid():
        file, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
        made = attempt(
            form, lambda: files.receive(actor=request.actor, kind=kind, name=file.name, chunks=file.chunks())
        )
        if made:
            return go(request, "landlord:stock_file", made.pk)
    states = dict(FILE_STATES)
    rows = [{"file": f, "state": states[f.state], "tone": TONES[f.state]} for f in files_of(request.actor)[:20]]
    context = {"form": form, "rows": rows, "kinds": FILE_KINDS}
    return page(request, "landlord/files/list.html", context, status=422 if form.errors else 200)


@for_roles(Role.LANDLORD)
def stock_file(request: HttpRequest, pk: int) -> HttpResponse:
    held = files_of(request.actor).get(pk=pk)
    told = [counted(held.counts[code], words) for code, words in OUTCOMES.items() if held.counts.get(code)]
    return page(
        request, "landlord/files/file.html",
        {"file": held, "page": Paginator(held.troubles, 50).get_page(request.GET.get("page")), "ready": len(held.rows),
         "told": told, "state": dict(FILE_STATES)[held.state], "tone": TONES[held.state]},
    )  # fmt: skip


@require_POST
@for_roles(Role.LANDLORD)
def confirm_file(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: files.confirm(actor=request.actor, file_id=pk),
        "Les bonnes lignes sont inscrites.",
        "landlord:stock_file",
        pk,
    )


@require_POST
@for_roles(Role.LANDLORD)
def drop_file(request: HttpRequest, pk: int) -> HttpResponse:
    files.drop(actor=request.actor, file_id=pk)
    messages.success(request, "Le fichier est abandonné : rien n’en a été inscrit.")
    return go(request, "landlord:stock_files")


@for_roles(Role.LANDLORD)
def model_file(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in columns.COLUMNS:
        raise Http404
    response = HttpResponse(columns.model(kind), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="modele-{kind}.csv"'
    return response


urlpatterns = [
    path("fichiers/", stock_files, name="stock_files"),
    path("fichiers/<int:pk>/", stock_file, name="stock_file"),
    path("fichiers/<int:pk>/inscrire/", confirm_file, name="confirm_file"),
    path("fichiers/<int:pk>/abandonner/", drop_file, name="drop_file"),
    path("fichiers/modele/<slug:kind>.csv", model_file, name="model_file"),
]
