"""Demo mode only: sign in as somebody of the cast, read everybody's mail, move the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from palier.accounts.models import Person
from palier.accounts.queries import memberships_of
from palier.common import clock
from palier.common.isolation import as_system
from palier.common.models import ClockShift
from palier.common.pages import page
from palier.demo import moments
from palier.demo.models import Mail
from palier.demo.people import BY_KEY, CAST

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class ClockForm(forms.Form):
    now = forms.DateTimeField(
        label="Nous sommes le", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


def cast(request: HttpRequest) -> HttpResponse:
    return page(request, "demo/cast.html", {"cast": CAST})


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Become a character. Their memberships decide of everything else, exactly as for a real person."""
    if key not in BY_KEY:
        raise Http404
    with as_system("demo mode signs in without a password"):
        person = Person.objects.filter(email=BY_KEY[key].email).first()
        if person is None:
            raise Http404
        login(request, person, backend=BACKEND)
        membership = memberships_of(person).filter(role=BY_KEY[key].role).first()
    request.session["membership"] = membership.pk if membership else 0
    return redirect("spaces:home")


def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail, newest first, or those of one address."""
    to = request.GET.get("pour", "")
    mails = Mail.objects.order_by("-at", "-pk")
    if to in BY_KEY:
        mails = mails.filter(to=BY_KEY[to].email)
    shown = Paginator(mails, 20).get_page(request.GET.get("page"))
    return page(request, "demo/mailbox.html", {"mails": shown, "cast": CAST, "to": to})


def mail(request: HttpRequest, pk: int) -> HttpResponse:
    one = Mail.objects.filter(pk=pk).first()
    if one is None:
        raise Http404
    return page(request, "demo/mail.html", {"mail": one})


def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the demo's present: to any moment, or to a moment of the next commission window."""
    jumps = {
        "ouverture": (moments.next_opening() + timedelta(minutes=5), "juste après l’ouverture de la prochaine séance"),
        "cloture": (moments.next_closing() + timedelta(minutes=5), "juste après la clôture de la séance"),
        "reponse": (clock.now() + timedelta(days=11), "onze jours plus tard (délai de réponse passé)"),
        "present": (timezone.now(), "au présent"),
    }
    form = ClockForm(request.POST if request.POST.get("now") else None, initial={"now": clock.now()})
    if request.method == "POST":
        wanted = _wanted(request, form, jumps)
        if wanted is not None:
            with as_system("the demo's clock belongs to whoever tries it"):
                ClockShift.objects.update_or_create(
                    pk=1, defaults={"seconds": int((wanted - timezone.now()).total_seconds())}
                )
            messages.success(request, "L’horloge de la démonstration est déplacée.")
            return redirect("demo:clock")
    choices = [{"key": key, "at": at, "words": words} for key, (at, words) in jumps.items()]
    return page(request, "demo/clock.html", {"form": form, "jumps": choices, "now": clock.now()})


def _wanted(request: HttpRequest, form: ClockForm, jumps: dict[str, tuple[datetime, str]]) -> datetime | None:
    jump = request.POST.get("jump", "")
    if jump in jumps:
        return jumps[jump][0]
    return form.cleaned_data["now"] if form.is_valid() else None
