"""The household's own papers, as PDF: what was decided, what was signed, what was removed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.allocations import papers
from palier.common.pages import paper
from palier.spaces.access import for_roles


@for_roles(Role.APPLICANT)
def decision_letter(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.decision_letter(request.actor, pk), "decision")


@for_roles(Role.APPLICANT)
def proposal_letter(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.proposal_letter(request.actor, pk), "proposition")


@for_roles(Role.APPLICANT)
def lease_summary(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.lease_summary(request.actor, pk), "resume-du-bail")


@for_roles(Role.APPLICANT)
def removal_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.removal_certificate(request.actor, pk), "attestation-de-radiation")


urlpatterns = [
    path("candidatures/<int:pk>/decision/", decision_letter, name="decision_letter"),
    path("candidatures/<int:pk>/proposition/", proposal_letter, name="proposal_letter"),
    path("candidatures/<int:pk>/bail/", lease_summary, name="lease_summary"),
    path("candidatures/<int:pk>/radiation/", removal_certificate, name="removal_certificate"),
]
