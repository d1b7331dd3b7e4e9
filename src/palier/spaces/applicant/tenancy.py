"""The tenant's own dwelling: who lives there when the landlord asks, the commission's opinion, the way found together."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import attempt, go, page, paper
from palier.reviews import actions, papers
from palier.reviews.declared import Declared
from palier.reviews.models import Review
from palier.reviews.queries import own_reviews, reviews_of, tenancies_of
from palier.reviews.states import FOLLOW_UPS, REVIEW
from palier.spaces.access import for_roles
from palier.spaces.declaring import DeclarationForm, answers


@for_roles(Role.APPLICANT)
def tenancy(request: HttpRequest) -> HttpResponse:
    held = list(tenancies_of(request.actor).filter(ended_on=None).order_by("-signed_on", "-pk"))
    return page(
        request,
        "applicant/tenancy.html",
        {"tenancies": held, "rows": [_row(one) for one in own_reviews(request.actor)]},
    )


def _row(review: Review) -> dict[str, object]:
    return {
        "review": review, "state": REVIEW.states[review.state], "opinion": review.opinion,
        "answers": answers(Declared.from_dict(review.declaration)) if review.declaration else [],
        "steps": [{"label": FOLLOW_UPS[s.kind], "on": s.on, "note": s.note} for s in review.steps.all()],
    }  # fmt: skip


@for_roles(Role.APPLICANT)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Ten questions; an answer may be corrected until the landlord has checked it."""
    review = reviews_of(request.actor).get(pk=pk)
    if review.state not in ("asked", "declared") and request.method != "POST":
        return go(request, "applicant:tenancy")
    form = DeclarationForm(
        request.POST if request.method == "POST" else None, review=review,
        year=(review.declared_on or clock.today()).year - 2,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: actions.declare(actor=request.actor, review_id=pk, declared=form.declared)):
            messages.success(request, "Merci, votre réponse est enregistrée. Votre bailleur la relit.")
            return go(request, "applicant:tenancy")
    return page(
        request, "applicant/tenancy_declare.html", {"form": form, "review": review, "tenancy": review.tenancy},
        status=422 if form.errors else 200,
    )  # fmt: skip


@for_roles(Role.APPLICANT)
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    return paper(papers.opinion_letter(request.actor, pk), "avis-sur-mon-logement")


urlpatterns = [
    path("mon-logement/", tenancy, name="tenancy"),
    path("mon-logement/examens/<int:pk>/", declare, name="declare_tenancy"),
    path("mon-logement/examens/<int:pk>/lettre/", opinion, name="tenancy_opinion"),
]
