"""The household contests what a commission decided of its application, and reads the answer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Contest
from palier.applications.queries import visible_to
from palier.common.pages import attempt, go, page
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText


class ContestForm(forms.Form):
    text = forms.CharField(
        label="Ce qui est faux, ou ce qui a changé", max_length=1000, widget=CarefulText(5),
        help_text="Quelques phrases suffisent. Les pièces qui le prouvent se déposent dans « Mes pièces ».",
        error_messages={"required": "Dites en une phrase ce qui est faux ou ce qui a changé."},
    )  # fmt: skip


@for_roles(Role.APPLICANT)
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_to(request.actor).get(pk=pk)
    if Contest.objects.filter(application=application).exists():
        return go(request, "applicant:application", pk)
    form = ContestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.contest(actor=request.actor, application_id=pk, **form.cleaned_data)):
            messages.success(request, "Votre contestation est enregistrée. La réponse arrivera ici, avec ses raisons.")
            return go(request, "applicant:application", pk)
    return page(
        request,
        "applicant/contest_decision.html",
        {"application": application, "form": form},
        status=422 if form.errors else 200,
    )


urlpatterns = [path("candidatures/<int:pk>/contester/", contest, name="contest_decision")]
