"""A member examines each dwelling's candidates side by side, ranks them, discusses, or steps out; nothing here is cached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications.queries import latest_shortlist
from palier.commissions import actions
from palier.commissions.discussion import first_places, unread_by_item
from palier.commissions.models import AgendaItem, Ballot, Candidate, Recusal
from palier.commissions.queries import (
    corrections_of,
    departures_of,
    is_open,
    items_for,
    recorded_for,
    seat_of,
    sessions_for,
    standing,
    takes_votes,
    to_look_again,
    turnout,
    unanswered,
)
from palier.commissions.rules import rules_of_session
from palier.commissions.states import SESSION
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import counted
from palier.documents.actions import note_reading
from palier.law import codes
from palier.spaces import discussing, live
from palier.spaces.access import for_roles
from palier.spaces.member import balloting, reviews
from palier.spaces.member.comparison import compare
from palier.spaces.member.progress import Progress, of_session, of_sessions
from palier.spaces.receipts import download


class InterestForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi vous déportez-vous ?",
        max_length=200,
        help_text="Par exemple : je connais personnellement un candidat.",
    )


@for_roles(Role.MEMBER)
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    sessions = list(sessions_for(request.actor))
    progress, unread = of_sessions(request.actor, sessions), unread_by_item(request.actor)
    now, examined = clock.now(), reviews.progress_of(request, sessions)
    rows = [
        {
            "session": s, "open": is_open(s, now), "state": SESSION.states[s.state], "coming": now < s.opens_at,
            "progress": progress[s.pk], "reviews": examined[s.pk][0], "spoken": examined[s.pk][1],
            "unread": sum(unread.get(item, 0) for item in progress[s.pk].items),
        }
        for s in sessions
    ]  # fmt: skip
    # What one may answer now comes first, then what opens soonest; what is over stays in its order, the latest first.
    rows.sort(
        key=lambda row: (
            0 if row["open"] else 1 if row["coming"] else 2,
            row["session"].opens_at if row["coming"] else now,
        )
    )
    waiting = sum(not ballot.answer for ballot in recorded_for(request.actor))
    return page(request, "member/home.html", {"rows": rows, "to_confirm": waiting})


@for_roles(Role.MEMBER)
@never_cache
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """The session's dwellings, what the member answered for each, and what is left: the way in and the summary."""
    one = sessions_for(request.actor).get(pk=pk)
    seat = seat_of(request.actor, one)
    rows = discussing.participation(request.actor, one)
    items = [row["item"] for row in rows]
    mine = {b.item_id: b for b in standing(Ballot.objects.filter(item__in=items, seat=seat)).order_by("item")}
    out = set(Recusal.objects.filter(item__in=items, seat=seat).values_list("item_id", flat=True))
    changed = corrections_of(items)
    progress = of_session([i.pk for i in items], set(mine), out | {i.pk for i in items if i.postponed})
    return page(
        request,
        "member/session.html",
        {
            "session": one,
            "seat": seat,
            "state": SESSION.states[one.state],
            "open": is_open(one, clock.now()),
            "coming": clock.now() < one.opens_at,
            "reviews": reviews.rows_of(request, one),
            "to_confirm": sum(not ballot.answer for ballot in recorded_for(request.actor, one)),
            "unanswered": unanswered(one),
            "may_sign": seat.president and one.state == "counted",
            "live": live.address(request, pk),
            "progress": progress,
            "left_words": counted(len(progress.left), "logement") + " à classer",
            "rows": [
                {
                    **row, "eyebrow": f"Logement {n} sur {len(items)}",
                    "title": f"{row['item'].offer.dwelling.type} à {row['item'].offer.dwelling.commune.name}",
                    "ballot": (ballot := mine.get(row["item"].pk)), "recused": row["item"].pk in out,
                    "words": balloting.in_words(ballot, list(row["item"].candidates.all())) if ballot else "",
                    "corrections": changed[row["item"].pk],
                    "look_again": to_look_again(ballot, changed[row["item"].pk]),
                }
                for n, row in enumerate(rows, start=1)
            ],
        },
    )  # fmt: skip


def item_for(request: HttpRequest, pk: int) -> AgendaItem:
    """A dwelling that the member examines."""
    session_id = AgendaItem.objects.values_list("session_id", flat=True).get(pk=pk)
    return items_for(request.actor, sessions_for(request.actor).get(pk=session_id)).get(pk=pk)


def _candidates(request: HttpRequest, one: AgendaItem) -> list[Candidate]:
    """Those the member may examine: none once it stepped out. Each opening is journaled, whatever the page shows them for."""
    found = list(Candidate.objects.filter(item=one).select_related("application__demand").order_by("position", "pk"))
    for candidate in found:
        note_reading(request, demand=candidate.application.demand, what="candidature", why="Examen en commission")
    return found


def _heads(candidates: list[Candidate], *, named: bool) -> list[dict[str, Any]]:
    """The columns of the comparison; with names only where the commission's rules show them."""
    heads = []
    for candidate in candidates:
        adult = candidate.application.demand.form["applicant"] if named else {}
        name = f"{adult['first_names']} {adult['last_name']}" if adult else ""
        heads.append(
            {"pk": candidate.pk, "title": f"Candidat {candidate.position}", "name": name, "facts": candidate.facts}
        )
    return heads


def _progress(request: HttpRequest, one: AgendaItem) -> Progress:
    return of_sessions(request.actor, [one.session])[one.session_id]


def _following(progress: Progress, one: AgendaItem) -> str:
    """Where to go once this dwelling is ranked: the next one that waits, else the summary."""
    after = progress.after(one.pk)
    return reverse("member:item", args=[after]) if after else reverse("member:session", args=[one.session_id])


def _page(
    request: HttpRequest, one: AgendaItem, *, error: str = "", typed: balloting.Sent | None = None, **forms_: forms.Form
) -> HttpResponse:
    """A dwelling and its candidates. `typed`: a ballot that was refused, shown again as it was sent."""
    seat = seat_of(request.actor, one.session)
    rules = rules_of_session(one.session)
    ballot = standing(Ballot.objects.filter(item=one, seat=seat)).first()
    recusal = Recusal.objects.filter(item=one, seat=seat).first()
    candidates = [] if recusal else _candidates(request, one)
    progress, changed = _progress(request, one), corrections_of([one])[one.pk]
    made = latest_shortlist(one.offer_id)
    return page(
        request,
        "member/item.html",
        {
            "item": one,
            "session": one.session,
            "seat": seat,
            "open": takes_votes(one, clock.now()) and not one.postponed,
            "coming": clock.now() < one.session.opens_at,
            "heads": _heads(candidates, named=rules.names_shown),
            "comparison": compare([(f"Candidat {c.position}", c.facts) for c in candidates]),
            "ranking": balloting.lines(candidates, typed or ballot) if seat.voting else [],
            "meeting": (typed or ballot).meeting if typed or ballot else False,
            "may_ask": rules.may_ask_meeting(voting=seat.voting, president=seat.president),
            "ballot": ballot,
            "revision": ballot.revision if ballot else 0,
            "recorded": balloting.recorded(ballot) if ballot else "",
            "ballot_words": balloting.in_words(ballot, candidates) if ballot else "",
            "typed_words": balloting.in_words(typed, candidates) if typed else "",
            "corrections": changed,
            "look_again": to_look_again(ballot, changed),
            "recusal": recusal,
            "reasons": codes.NON_ALLOCATION_REASONS,
            "turnout": turnout(one),
            "firsts": first_places(request.actor, [one]).get(one.pk),
            **discussing.context(request, "member", one),
            "list": made,
            "left_out": departures_of(made) if made else [],
            "interest_form": forms_.get("interest_form") or InterestForm(),
            "error": error,
            "progress": progress,
            "number": progress.items.index(one.pk) + 1,
            "previous": progress.beside(one.pk, -1),
            "next": progress.beside(one.pk, 1),
            "following": _following(progress, one),
            "last": progress.after(one.pk) is None,
        },
        status=422 if error or forms_ else 200,
    )


@for_roles(Role.MEMBER)
@never_cache
def item(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, item_for(request, pk))


@for_roles(Role.MEMBER)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    made = latest_shortlist(item_for(request, pk).offer_id)
    return download(made and made.receipt)


@require_POST
@for_roles(Role.MEMBER)
@never_cache
def cast(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the ranking, then go on with the next dwelling; or, for a change sent by itself, say what became of it."""
    one = item_for(request, pk)
    sent = balloting.read(request, list(one.candidates.all()))
    code, error = ("ballot.twice", sent.error) if sent.error else ("", "")
    if not error:
        try:
            actions.cast_ballot(
                actor=request.actor, item_id=pk, ranking=sent.ranking, refused=sent.refused, meeting=sent.meeting,
                revision=sent.revision,
            )  # fmt: skip
        except Refused as refusal:
            code, error = refusal.code, refusal.message
    if balloting.by_itself(request):
        recorded = standing(Ballot.objects.filter(item=one, seat=seat_of(request.actor, one.session))).first()
        return balloting.answer(recorded, code=code, message=error)
    if error:
        return _page(request, one, error=error, typed=sent)
    messages.success(request, "Votre classement est enregistré. Vous pouvez le changer jusqu’à la clôture.")
    return go(request, _following(_progress(request, one), one))


@require_POST
@for_roles(Role.MEMBER)
@never_cache
def step_out(request: HttpRequest, pk: int) -> HttpResponse:
    one = item_for(request, pk)
    form = InterestForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: actions.declare_interest(actor=request.actor, item_id=pk, **form.cleaned_data)
    ):
        messages.success(request, "Vous êtes déporté de ce logement : vous ne votez pas et ne comptez pas au quorum.")
        return go(request, "member:session", one.session_id)
    return _page(request, one, interest_form=form)
