"""The president's pages: what the votes gave and left open, each decision, the ties, the signature, the contests."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.allocations import papers
from palier.commissions import actions
from palier.commissions.actions.signing import lacking
from palier.commissions.minutes import passed_by
from palier.commissions.models import AgendaItem, Recusal, Session
from palier.commissions.presiding import presidency_of
from palier.commissions.queries import items_for, seat_of, sessions_for
from palier.common.pages import act, go, page, paper
from palier.law import ballots
from palier.spaces.access import for_roles
from palier.spaces.contesting import contest_page, contests_page, hold_page
from palier.spaces.deciding import decide_page, settle_page
from palier.territories.models import Commune


def _presided(request: HttpRequest, pk: int) -> Session:
    one = sessions_for(request.actor).get(pk=pk)
    if presidency_of(request.actor, one) is None:
        raise Http404
    return one


@for_roles(Role.MEMBER)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Dwelling by dwelling: the count in words, what it leaves open, the decisions; then the signature."""
    one = _presided(request, pk)
    if one.state not in ("counted", "signed"):
        return go(request, "member:session", pk)
    items = list(items_for(request.actor, one).prefetch_related("candidates__decision", "candidates__application"))
    out = set(
        Recusal.objects.filter(item__in=items, seat=seat_of(request.actor, one)).values_list("item_id", flat=True)
    )
    rows = [_row(item, item.pk in out, one) for item in items]
    waiting = [row["lacking"] for row in rows if row["lacking"]]
    return page(
        request,
        "member/presiding.html",
        {"session": one, "rows": rows, "waiting": waiting, "may_sign": one.state == "counted" and not waiting},
    )


def _row(item: AgendaItem, stepped_out: bool, session: Session) -> dict[str, Any]:
    """One dwelling. Its candidates are closed to a president who stepped out: the secretary decides there."""
    candidates = [] if stepped_out else list(item.candidates.all())
    place = {c.pk: (c.settled.rank or 99) if c.settled else 100 for c in candidates}
    refusal = lacking(item) if session.state == "counted" and not item.postponed and not stepped_out else None
    return {
        "item": item,
        "rule": ballots.RULES[item.count["rule"]] if item.count else "",
        "lacking": refusal.message if refusal else "",
        "out": stepped_out,
        "candidates": [
            {"one": c, "passed": passed_by(c, candidates), "gone": c.application.state in ("withdrawn", "released")}
            for c in sorted(candidates, key=lambda c: (place[c.pk], c.position))
        ],
    }


@for_roles(Role.MEMBER)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    _presided(request, AgendaItem.objects.values_list("session_id", flat=True).get(pk=pk))
    return settle_page(request, pk, "member:presiding")


@for_roles(Role.MEMBER)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    item = AgendaItem.objects.filter(candidates=pk).values_list("session_id", flat=True).get()
    _presided(request, item)
    return decide_page(request, pk, "member:presiding", "member:settle")


@require_POST
@for_roles(Role.MEMBER)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.sign(actor=request.actor, session_id=pk),
        "Le procès-verbal est signé. Chaque candidat est prévenu de la décision.",
        "member:presiding",
        pk,
    )


@for_roles(Role.MEMBER)
def mayor_note(request: HttpRequest, pk: int, commune: str) -> HttpResponse:
    """What the session allocated in one's commune, for its mayor; the president reads each."""
    one = sessions_for(request.actor).get(pk=pk)
    if presidency_of(request.actor, one) is None and seat_of(request.actor, one).commune_id != commune:
        raise Http404
    return paper(papers.mayor_note(one, Commune.objects.get(code=commune)), f"attributions-{commune}")


@for_roles(Role.MEMBER)
def contests(request: HttpRequest) -> HttpResponse:
    return contests_page(request, "member")


@for_roles(Role.MEMBER)
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    return contest_page(request, pk, "member")


@require_POST
@for_roles(Role.MEMBER)
def contest_hold(request: HttpRequest, pk: int) -> HttpResponse:
    return hold_page(request, pk, "member")


urlpatterns = [
    path("seances/<int:pk>/presidence/", review, name="presiding"),
    path("seances/<int:pk>/signer/", sign, name="sign"),
    path("seances/<int:pk>/attributions/<str:commune>/", mayor_note, name="mayor_note"),
    path("logements/<int:pk>/egalites/", settle, name="settle"),
    path("candidats/<int:pk>/decision/", decide, name="decide"),
    path("contestations/", contests, name="contests"),
    path("contestations/<int:pk>/", contest, name="contest"),
    path("contestations/<int:pk>/suspension/", contest_hold, name="contest_hold"),
]
