"""The landlord's dwellings and offers: describe, publish, confirm, withdraw."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.queries import organisations
from palier.accounts.roles import OrganisationKind, Role
from palier.applications.queries import to_instruct
from palier.common import clock
from palier.common.pages import act, attempt, go, page
from palier.homes import actions
from palier.homes.models import CONTINGENTS, FINANCINGS, KINDS, TYPES, Dwelling, Offer
from palier.homes.queries import candidate_counts, open_contradictions, own_offers
from palier.homes.states import LIVE, OFFER
from palier.law import products
from palier.law.flow import Turn
from palier.law.flow import exclusions as law_exclusions
from palier.law.stopwatch import lost_rent
from palier.reservations import actions as reservations
from palier.reservations.queries import next_turn
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText
from palier.spaces.landlord.freshness import tell_ended
from palier.territories.models import Commune
from palier.territories.queries import current_commune, search_key


class DwellingForm(forms.Form):
    reference = forms.CharField(label="Votre référence", max_length=30)
    address = forms.CharField(label="Adresse", max_length=200)
    postcode = forms.RegexField(
        label="Code postal", regex=r"^\d{5}$", error_messages={"invalid": "Un code postal a cinq chiffres."}
    )
    town = forms.CharField(label="Commune", max_length=80)
    kind = forms.ChoiceField(label="Appartement ou maison", choices=KINDS)
    type = forms.ChoiceField(label="Type", choices=TYPES)
    surface = forms.DecimalField(label="Surface (m²)", min_value=9, max_value=400, max_digits=6, decimal_places=1)
    floor = forms.IntegerField(label="Étage (0 : rez-de-chaussée)", required=False, min_value=-2, max_value=40)
    lift = forms.BooleanField(label="Ascenseur", required=False)
    step_free = forms.BooleanField(label="Accessible sans marche", required=False)
    adapted = forms.BooleanField(label="Adapté au handicap", required=False)
    energy_class = forms.ChoiceField(
        label="Classe énergie", required=False, choices=[("", "Inconnue"), *((c, c) for c in "ABCDEFG")]
    )
    financing = forms.ChoiceField(label="Financement", choices=FINANCINGS)

    def clean(self):
        data = super().clean()
        commune = (
            Commune.objects.filter(search_name=search_key(data.get("town", ""))).order_by("successor", "code").first()
        )
        current = current_commune(commune.code) if commune else None
        if data.get("town") and current is None:
            self.add_error("town", "Nous ne connaissons pas cette commune dans le territoire.")
        data["commune"] = current
        return data


class OfferForm(forms.Form):
    """How a dwelling is offered: what another kind would ask is not read."""

    product = forms.ChoiceField(label="Comment est-il proposé ?", required=False, widget=forms.RadioSelect)
    available_on = forms.DateField(label="Libre le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    rent = forms.DecimalField(
        label="Loyer hors charges, ou redevance (€ par mois)",
        required=False,
        min_value=1,
        max_digits=7,
        decimal_places=2,
    )
    price = forms.DecimalField(label="Prix de vente (€)", required=False, min_value=1, max_digits=9, decimal_places=2)
    rooms = forms.IntegerField(label="Chambres de la colocation", required=False, min_value=2, max_value=20)
    room_surface = forms.DecimalField(
        label="Surface de la chambre (m²)", required=False, min_value=1, max_digits=5, decimal_places=1
    )
    months_at_most = forms.IntegerField(label="Séjour le plus long (mois)", required=False, min_value=1, max_value=120)
    charges = forms.DecimalField(label="Charges (€ par mois)", min_value=0, max_digits=7, decimal_places=2)
    description = forms.CharField(label="Description", required=False, max_length=1000, widget=CarefulText(4))
    use_required_attribute = False

    def __init__(self, *args, financing: str, **kwargs):
        super().__init__(*args, **kwargs)
        open_to_it = [one for one in products.PRODUCTS.values() if financing in one.financings]
        self.fields["product"].choices = [(one.code, one.name) for one in open_to_it]
        self.fields["product"].initial = products.usual(financing)
        # Which kinds ask which field; what none asks is left out.
        self._asking = {
            name: kinds
            for name in _TERMS
            if (kinds := [one.code for one in open_to_it if name in actions.fields_of(one.code)])
        }
        for name in _TERMS:
            if name not in self._asking:
                del self.fields[name]

    @property
    def asked(self):
        """The fields that depend on the kind, and when each is shown."""
        return [(self[name], f"product={'|'.join(kinds)}") for name, kinds in self._asking.items()]

    def clean(self):
        data = super().clean()
        data["product"] = data.get("product") or self.fields["product"].initial
        asked = actions.fields_of(data["product"])
        for name in _TERMS:
            if name not in asked:
                data[name] = None
                self.errors.pop(name, None)
        return data


_TERMS = ("rent", "price", "rooms", "room_surface", "months_at_most")
_FIRST = ("product", "available_on", *_TERMS, "charges")


class ReservedForm(OfferForm):
    """Where no convention covers the dwelling: the landlord says by itself whether it is reserved."""

    contingent = forms.ChoiceField(label="Réservation", choices=CONTINGENTS)
    holder_id = forms.TypedChoiceField(label="Réservataire", required=False, coerce=int, empty_value=None)
    field_order = (*_FIRST, "contingent", "holder_id", "description")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = (OrganisationKind.STATE, OrganisationKind.ACTION_LOGEMENT, OrganisationKind.AUTHORITY)
        self.fields["holder_id"].choices = [("", "Aucun"), *((o.pk, o.name) for o in organisations(*kinds))]

    def clean(self):
        data = super().clean()
        if data.get("product") in products.DIRECT:
            data |= {"contingent": "none", "holder_id": None}
            for name in ("contingent", "holder_id"):
                self.errors.pop(name, None)
        return data


_TURN = ("line", "departure", "first_letting", "exclusion")


class TurnForm(OfferForm):
    """Where conventions cover the dwelling: the turn's holder, or another with the reason."""

    line = forms.TypedChoiceField(label="Qui désigne les candidats ?", coerce=int, widget=forms.RadioSelect)
    departure = forms.CharField(
        label="Pourquoi un autre que celui dont c’est le tour ?", required=False, max_length=300, widget=CarefulText(2),
        help_text="Nécessaire pour un logement du flux ; ce motif est gardé avec le tour.",
    )  # fmt: skip
    first_letting = forms.BooleanField(
        label="Première mise en location : réservée selon l’accord des parties", required=False
    )
    exclusion = forms.ChoiceField(label="Hors du flux", required=False)
    field_order = (*_FIRST, "description", *_TURN)

    def __init__(self, *args, turn: Turn, financing: str, **kwargs):
        super().__init__(*args, financing=financing, **kwargs)
        if financing == "LLI":
            for name in _TURN:
                del self.fields[name]
            return
        called, *others = (row.line for row in turn.standings)
        names = [(called.key, f"{called.name} : c’est son tour"), *((line.key, line.name) for line in others)]
        self.fields["line"].choices = names
        self.fields["line"].initial = called.key
        # The reason is asked beside the choice that needs one.
        self.others = "|".join(str(line.key) for line in others)
        excluded = law_exclusions(clock.today()).items()
        self.fields["exclusion"].choices = [
            ("", "Non, il compte dans le flux"), *((code, label) for code, label in excluded if code != "intermediate")
        ]  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("product") in products.APART:
            for name in _TURN:
                data.pop(name, None)
                self.errors.pop(name, None)
        return data


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi retirez-vous cette offre ?",
        max_length=200,
        widget=CarefulText(2),
        help_text="Les candidats liront cette raison.",
    )


def _days(offer: Offer) -> int:
    return max(0, (clock.today() - offer.vacancy.available_on).days)


@for_roles(Role.LANDLORD)
def home(request: HttpRequest) -> HttpResponse:
    """What waits: offers to confirm, files to instruct, dwellings empty for long."""
    offers = list(own_offers(request.actor).filter(state__in=LIVE).select_related("vacancy"))
    rows = [
        {
            "offer": o,
            "days": _days(o),
            "state": OFFER.states[o.state],
            "lost": lost_rent(o.rent, _days(o)) if o.rent else None,
        }
        for o in offers
    ]
    rows.sort(key=lambda r: -r["days"])
    return page(
        request, "landlord/home.html",
        {"rows": rows[:20], "files": to_instruct(request.actor).count(), "suspended": sum(o.state == "suspended" for o in offers), "live": len(offers), "contradictions": open_contradictions(request.actor).count()},
    )  # fmt: skip


@for_roles(Role.LANDLORD)
def dwellings(request: HttpRequest) -> HttpResponse:
    mine = (
        Dwelling.objects.filter(landlord=request.actor.organisation_id)
        .select_related("commune")
        .order_by("reference", "pk")
    )
    wanted = request.GET.get("reference", "").strip()[:30]
    if wanted:
        mine = mine.filter(reference__startswith=wanted)
    return page(
        request,
        "landlord/dwellings.html",
        {"page": Paginator(mine, 30).get_page(request.GET.get("page")), "wanted": wanted},
    )


@for_roles(Role.LANDLORD)
def new_dwelling(request: HttpRequest) -> HttpResponse:
    form = DwellingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {k: v for k, v in form.cleaned_data.items() if k != "town"}
        made = attempt(form, lambda: actions.add_dwelling(actor=request.actor, **data))
        if made:
            messages.success(request, "Le logement est ajouté à votre parc.")
            return go(request, "landlord:new_offer", made.pk)
    return page(request, "landlord/dwelling_new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.LANDLORD)
def new_offer(request: HttpRequest, pk: int) -> HttpResponse:
    dwelling = Dwelling.objects.select_related("commune", "landlord").get(pk=pk, landlord=request.actor.organisation_id)
    turn = next_turn(dwelling, clock.today())
    data = request.POST if request.method == "POST" else None
    first, financing = {"available_on": clock.today()}, dwelling.financing
    form = (
        TurnForm(data, initial=first, turn=turn, financing=financing)
        if turn
        else ReservedForm(data, initial=first, financing=financing)
    )
    if request.method == "POST" and form.is_valid():
        publish = _by_turn if turn else _reserved
        if attempt(form, lambda: publish(request, pk, form.cleaned_data)):
            messages.success(request, "L’offre est publiée.")
            return go(request, "landlord:offers")
    return page(
        request,
        "landlord/offer_new.html",
        {"form": form, "dwelling": dwelling, "turn": turn, "intermediate": financing == "LLI"},
        status=422 if form.errors else 200,
    )


def _by_turn(request: HttpRequest, pk: int, data: dict) -> Offer:
    return reservations.publish(actor=request.actor, dwelling_id=pk, **data)


def _reserved(request: HttpRequest, pk: int, data: dict) -> Offer:
    made = actions.draft_offer(actor=request.actor, dwelling_id=pk, **data)
    return actions.publish(actor=request.actor, offer_id=made.pk)


@for_roles(Role.LANDLORD)
def offers(request: HttpRequest) -> HttpResponse:
    mine = list(own_offers(request.actor).filter(state__in=LIVE))
    counts = candidate_counts([o.pk for o in mine])
    return page(
        request,
        "landlord/offers.html",
        {"rows": [{"offer": o, "candidates": counts.get(o.pk, 0), "state": OFFER.states[o.state]} for o in mine]},
    )


@require_POST
@for_roles(Role.LANDLORD)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.confirm(actor=request.actor, offer_id=pk),
        "Disponibilité confirmée.",
        "landlord:offers",
    )


@for_roles(Role.LANDLORD)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    offer = own_offers(request.actor).get(pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda: _withdraw(request, pk, form.cleaned_data["reason"])):
            return go(request, "landlord:offers")
    return page(
        request, "landlord/offer_withdraw.html", {"form": form, "offer": offer}, status=422 if form.errors else 200
    )


def _withdraw(request: HttpRequest, pk: int, reason: str) -> bool:
    said = actions.withdraw(actor=request.actor, offer_id=pk, reason=reason)
    if said is None:
        messages.success(request, "Le brouillon est retiré.")
    else:
        tell_ended(request, said.effect, said.freed)
    return True


urlpatterns = [
    path("", home, name="home"),
    path("logements/", dwellings, name="dwellings"),
    path("logements/nouveau/", new_dwelling, name="new_dwelling"),
    path("logements/<int:pk>/offre/", new_offer, name="new_offer"),
    path("offres/", offers, name="offers"),
    path("offres/<int:pk>/confirmer/", confirm, name="confirm_offer"),
    path("offres/<int:pk>/retirer/", withdraw, name="withdraw_offer"),
]
