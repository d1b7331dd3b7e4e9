"""A dwelling's discussion on a page: the same thread and the same form for members and for the landlord's team."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from palier.accounts.actor import Actor
from palier.commissions import actions
from palier.commissions.actions.discussing import LONGEST
from palier.commissions.discussion import first_places, thread, unread_by_item
from palier.commissions.models import AgendaItem, Session
from palier.commissions.queries import items_for, turnouts
from palier.common.errors import Refused
from palier.common.pages import is_fragment, page
from palier.spaces import live
from palier.spaces.careful import CarefulText


class MessageForm(forms.Form):
    """`held`: a word of the text is to be read again; the box that lets it go is then shown."""

    text = forms.CharField(
        label="Votre message", max_length=LONGEST, widget=CarefulText(2),
        help_text="Des faits sur le besoin et le logement. Les membres et le bailleur le lisent, et il est conservé avec la séance.",
    )  # fmt: skip
    reread = forms.BooleanField(
        label="J’ai relu : ce mot ne dit rien d’une personne. Envoyer tel quel.", required=False
    )
    upto = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**62)
    held = False


def post(request: HttpRequest, item: AgendaItem, form: MessageForm) -> bool:
    """Post what the form holds; a refusal stays beside the text, which is not lost.

    Whoever answers has read what the page showed: without JavaScript, nothing else says so.
    """
    if not form.is_valid():
        return False
    upto = form.cleaned_data.pop("upto") or 0
    try:
        actions.post_comment(actor=request.actor, item_id=item.pk, **form.cleaned_data)
        actions.mark_read(actor=request.actor, item_id=item.pk, upto=upto)
    except Refused as refusal:
        form.held = refusal.code == "comment.careful"
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def context(request: HttpRequest, space: str, item: AgendaItem, form: MessageForm | None = None) -> dict[str, Any]:
    """What the templates of a discussion need. `space`: member or landlord, whose addresses they use."""
    shown = thread(request.actor, item)
    return {
        "item": item,
        "thread": shown,
        "message_form": form or MessageForm(initial={"upto": shown.last}),
        "discussion_url": reverse(f"{space}:discussion", args=[item.pk]),
        "read_url": reverse(f"{space}:read", args=[item.pk]),
        "live": live.address(request, item.session_id),
    }


def answer(request: HttpRequest, space: str, item: AgendaItem, **more: Any) -> HttpResponse:
    """The page of a discussion, its messages alone, or, for whoever writes with htmx, messages and form together."""
    form = MessageForm(request.POST or None)
    url = reverse(f"{space}:discussion", args=[item.pk])
    if request.method == "POST" and post(request, item, form):
        return HttpResponseRedirect(f"{url}?ecrire=1" if is_fragment(request) else f"{url}#discussion")
    whole = request.method == "POST" or "ecrire" in request.GET
    held = context(request, space, item, form if request.method == "POST" else None)
    return page(
        request,
        f"{space}/discussion.html",
        {**held, **more},
        fragment="spaces/_discussion.html" if whole else "spaces/_messages.html",
        status=422 if form.errors else 200,
    )


def participation(actor: Actor, session: Session) -> list[dict[str, Any]]:
    """Each dwelling of a session that the actor examines or runs: how many have voted, and what waits to be read."""
    items = list(items_for(actor, session))
    seen, firsts, unread = turnouts(items), first_places(actor, items), unread_by_item(actor)
    return [
        {"item": item, "turnout": seen[item.pk], "firsts": firsts.get(item.pk), "unread": unread.get(item.pk, 0)}
        for item in items
    ]


def mark_read(request: HttpRequest, space: str, pk: int) -> HttpResponse:
    """Note how far the reader has come, then show the thread again."""
    upto = request.POST.get("upto", "")
    number = int(upto) if upto.isdecimal() and len(upto) < 19 else 0
    # Signed meanwhile: the thread is shown as it stands.
    with suppress(Refused):
        actions.mark_read(actor=request.actor, item_id=pk, upto=number)
    return HttpResponseRedirect(reverse(f"{space}:discussion", args=[pk]))
