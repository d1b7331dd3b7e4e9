"""The menu of each space, and what every page needs to know."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from palier.accounts.actor import VISITOR
from palier.accounts.roles import Role
from palier.commissions.discussion import unread_total

# role → (label, named URL, icon); the first one is the home of the space.
MENUS: dict[str, list[tuple[str, str, str]]] = {
    Role.APPLICANT: [
        ("Mon espace", "applicant:home", "house"),
        ("Ma demande", "applicant:demand", "file"),
        ("Mes pièces", "applicant:documents", "folder"),
        ("Mon employeur", "applicant:job", "briefcase"),
        ("Mes offres", "applicant:offers", "search"),
        ("Mes candidatures", "applicant:applications", "list"),
        ("Mon logement", "applicant:tenancy", "key"),
        ("Mes repères", "applicant:bearings", "chart"),
        ("Mon historique", "applicant:timeline", "clock"),
        ("Mes données", "applicant:rights", "shield"),
    ],
    Role.DESK: [
        ("Guichet", "desk:home", "house"),
        ("Échéances", "desk:terms", "calendar"),
        ("Doublons", "desk:likenesses", "users"),
        ("Pièces à vérifier", "desk:pieces", "folder"),
        ("Situations à reconnaître", "desk:recognitions", "shield"),
        ("Registre national", "desk:exchanges", "send"),
    ],
    Role.LANDLORD: [
        ("Tableau de bord", "landlord:home", "house"),
        ("Logements", "landlord:dwellings", "building"),
        ("Offres", "landlord:offers", "key"),
        ("Réservations", "landlord:flow", "flag"),
        ("Instruction", "landlord:instruction", "file"),
        ("Discussions", "landlord:discussions", "chat"),
        ("Attributions", "landlord:allocations", "handshake"),
        ("Délais", "spaces:delays", "hourglass"),
        ("Occupation", "landlord:reviews", "users"),
        ("Statistiques", "spaces:statistics", "chart"),
        ("Objectifs", "spaces:objectives", "scale"),
        ("Systèmes", "landlord:systems", "settings"),
    ],
    Role.SECRETARY: [
        ("Séances", "landlord:sessions", "calendar"),
        ("Discussions", "landlord:discussions", "chat"),
        ("Dossiers prêts", "landlord:ready", "file"),
        ("Membres", "landlord:seats", "users"),
        ("Règlement", "landlord:rules", "list"),
        ("Attributions", "landlord:allocations", "handshake"),
        ("Contestations", "landlord:contests", "scale"),
        ("Occupation", "landlord:reviews", "users"),
        ("Statistiques", "spaces:statistics", "chart"),
        ("Objectifs", "spaces:objectives", "scale"),
    ],
    Role.RESERVATION_HOLDER: [
        ("Mes logements réservés", "holder:home", "key"),
        ("Mon flux", "holder:flow", "chart"),
        ("Objectifs", "spaces:objectives", "scale"),
        ("Situations à reconnaître", "holder:recognitions", "shield"),
        ("Délais", "spaces:delays", "hourglass"),
    ],
    Role.EMPLOYER: [
        ("Emplois à confirmer", "employer:home", "briefcase"),
        ("Suivi", "employer:following", "chart"),
        ("Priorités", "employer:priorities", "list"),
        ("Entreprise", "employer:company", "building"),
        ("Agents", "employer:agents", "users"),
    ],
    Role.MEMBER: [
        ("Mes séances", "member:home", "calendar"),
        ("Me faire remplacer", "member:away", "users"),
        ("Statistiques", "spaces:statistics", "chart"),
    ],
    Role.AUTHORITY: [
        ("Observatoire", "authority:home", "chart"),
        ("Grilles", "authority:grids", "list"),
        ("Simulations", "authority:simulations", "scale"),
        ("Commissions", "spaces:statistics", "handshake"),
        ("Objectifs", "spaces:objectives", "scale"),
    ],
    Role.SUPPORT: [("Assistance", "staff:support", "help")],
    Role.ADMINISTRATOR: [
        ("Organisations", "staff:organisations", "building"),
        ("Réglages", "staff:settings", "settings"),
        ("Reprises", "staff:takeovers", "download"),
    ],
}
# Where the messages of commissions that wait to be read are counted.
UNREAD = {"landlord:discussions", "member:home"}
PUBLIC_MENU = [
    ("Trouver un logement", "public:offers", "search"),
    ("Simulateur", "public:simulator", "scale"),
    ("L’observatoire", "public:observatory", "chart"),
]


def home_url(role: str) -> str:
    """Where a role lands after signing in."""
    return reverse(MENUS[role][0][1])


def context(request: HttpRequest) -> dict[str, object]:
    """Template context of every page."""
    actor = getattr(request, "actor", VISITOR)
    menu = MENUS.get(actor.role, [])
    return {
        "actor": actor,
        "demo": settings.DEMO,
        "space_nav": [entry for item in menu if (entry := _entry(request, *item))],
        "public_nav": [entry for item in PUBLIC_MENU if (entry := _entry(request, *item))],
    }


def _entry(request: HttpRequest, label: str, name: str, icon: str) -> dict[str, object] | None:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    entry = {"label": label, "url": url, "icon": icon, "current": request.path == url, "counts": name in UNREAD}
    # Counted when a template draws the menu: a fragment does not.
    return {**entry, "unread": partial(unread_total, request.actor)} if entry["counts"] else entry
