"""Invented people, offers and figures for the gallery of components."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from palier.common import clock


def people() -> dict[str, Any]:
    now = clock.now()
    entries = [
        {
            "at": now - timedelta(days=41),
            "sentence": "Votre demande est enregistrée.",
            "by": "Vous",
            "icon": "file",
            "tone": "success",
        },
        {
            "at": now - timedelta(days=12),
            "sentence": "Vous avez candidaté au T3 de la rue des Tilleuls, à Caen.",
            "by": "Vous",
            "icon": "send",
        },
        {
            "at": now - timedelta(days=9),
            "sentence": "Une pièce n’a pas pu être acceptée : l’avis d’impôt.",
            "by": "Bessin Habitat (bailleur)",
            "why": "La page 2 manque. Envoyez les deux pages et votre dossier repart.",
            "icon": "warning",
            "tone": "warning",
            "url": "#fichiers",
            "link": "Compléter mes pièces",
        },
        {
            "at": now - timedelta(hours=3),
            "sentence": "Votre dossier est parmi les trois transmis à la commission.",
            "by": "Bessin Habitat (bailleur)",
            "icon": "gavel",
            "tone": "info",
        },
        {"at": now + timedelta(days=2), "sentence": "La commission se réunit.", "future": True},
        {"sentence": "Vous recevez sa décision, avec ses raisons.", "future": True},
    ]
    steps = ["Vous", "Votre foyer", "Vos ressources", "Votre logement", "Vos souhaits", "Vérifier"]
    return {
        "entries": entries,
        "steps": [{"label": label, "url": f"#etape-{i}"} for i, label in enumerate(steps, 1)],
        "until": now + timedelta(days=8, hours=10),
        "until_soon": now + timedelta(days=2, hours=1),
        "until_past": now - timedelta(days=1),
        "identity": [
            ("Numéro unique", "014 1126 004512 14118", "À garder : il vaut partout en France."),
            ("Demande déposée le", "14 octobre 2026"),
            ("Foyer", "Un adulte, deux enfants"),
            ("Logement actuel", "Hébergée chez un proche"),
            ("Employeur", None),
            ("À renouveler avant le", "14 octobre 2027"),
        ],
        "candidates": [
            {
                "rank": 1,
                "name": "Dossier A",
                "home": "1 adulte, 2 enfants",
                "effort": 0.241,
                "points": 48,
                "status": "Complet",
                "tone": "success",
            },
            {
                "rank": 2,
                "name": "Dossier B",
                "home": "2 adultes, 1 enfant",
                "effort": 0.318,
                "points": 41,
                "status": "Pièce attendue",
                "tone": "warning",
            },
            {
                "rank": 3,
                "name": "Dossier C",
                "home": "1 adulte",
                "effort": 0.287,
                "points": 41,
                "status": "En lecture",
                "tone": "info",
            },
        ],
        "ranked": [
            {
                "id": 11,
                "title": "Dossier A",
                "detail": "1 adulte, 2 enfants · 48 points · effort 24 %",
                "tag": "Urgence reconnue",
                "tag_tone": "warning",
            },
            {"id": 12, "title": "Dossier B", "detail": "2 adultes, 1 enfant · 41 points · effort 32 %"},
            {"id": 13, "title": "Dossier C", "detail": "1 adulte · 41 points · effort 29 %"},
        ],
        "files": [
            {
                "name": "avis-impot-2026.pdf",
                "url": "#avis",
                "size": 482_133,
                "at": now - timedelta(days=9),
                "kind": "Avis d’impôt",
                "status_label": "Refusée",
                "status_tone": "danger",
                "reason": "La page 2 manque.",
                "remove_url": "#retirer",
            },
            {
                "name": "carte-identite.jpg",
                "url": "#carte",
                "size": 1_204_133,
                "at": now - timedelta(days=40),
                "kind": "Identité",
                "status_label": "Acceptée",
                "status_tone": "success",
            },
            {
                "name": "quittance-octobre.pdf",
                "url": "#quittance",
                "size": 91_020,
                "at": now - timedelta(minutes=4),
                "kind": "Quittance",
                "status_label": "À vérifier",
                "status_tone": "info",
                "remove_url": "#retirer-2",
            },
        ],
        "tabs_sample": [
            {"label": "En cours", "url": "#en-cours", "current": True, "count": 1},
            {"label": "Terminées", "url": "#terminees", "count": 4},
            {"label": "Toutes", "url": "#toutes", "count": 5},
        ],
    }


def offers() -> dict[str, Any]:
    now = clock.now()
    return {
        "offers": [
            {
                "url": "#offre-1",
                "title": "T3 lumineux, rue des Tilleuls",
                "place": "Caen (14000), quartier Beaulieu",
                "kind": "Location sociale",
                "financing": "PLUS",
                "landlord": "Bessin Habitat",
                "typology": "T3",
                "surface": 64.5,
                "floor": "2e étage",
                "lift": True,
                "energy": "C",
                "rent": 512,
                "charges": 84,
                "rent_after_aid": 291,
                "effort_rate": 0.19,
                "candidates": 112,
                "rank": 7,
                "confirmed_at": now - timedelta(hours=3),
                "available_on": (now + timedelta(days=20)).date(),
                "deadline": (now + timedelta(days=8)).date(),
                "reasons": [
                    "La taille convient à votre foyer",
                    "Vos revenus sont sous le plafond",
                    "Caen est dans vos souhaits",
                ],
            },
            {
                "url": "#offre-2",
                "title": "Maison T4 avec jardin",
                "place": "Flers (61100)",
                "kind": "Location sociale",
                "financing": "PLAI",
                "landlord": "Bocage Logis",
                "typology": "T4",
                "surface": 82,
                "energy": "D",
                "accessible": "De plain-pied",
                "rent": 468,
                "candidates": 31,
                "confirmed_at": now - timedelta(days=2),
                "deadline": (now + timedelta(days=3)).date(),
                "status_label": "Nouveau",
                "status_tone": "info",
            },
        ],
    }


def figures() -> dict[str, Any]:
    towns = [
        ("Caen", 49.1829, -0.3707, 9240),
        ("Hérouville-Saint-Clair", 49.2044, -0.3253, 2105),
        ("Lisieux", 49.1466, 0.2293, 1380),
        ("Bayeux", 49.2764, -0.7025, 940),
        ("Vire Normandie", 48.8386, -0.8892, 720),
        ("Falaise", 48.8931, -0.1985, 410),
        ("Alençon", 48.4329, 0.0913, 1985),
        ("Flers", 48.7487, -0.5706, 1102),
        ("Argentan", 48.7447, -0.0204, 803),
        ("L’Aigle", 48.7633, 0.6281, 390),
        ("Honfleur", 49.4194, 0.2330, 512),
        ("Mortagne-au-Perche", 48.5203, 0.5462, 220),
    ]
    return {
        "towns": [{"label": n, "lat": a, "lng": b, "value": v, "url": f"#{i}"} for i, (n, a, b, v) in enumerate(towns)],
        "score": [
            {"label": "Logement sur-occupé", "points": 20, "why": "Trois personnes dans 24 m².", "source": "Critère 4"},
            {
                "label": "Ancienneté de la demande",
                "points": 12,
                "why": "13 mois, 1 point par mois, 12 au plus.",
                "capped": True,
            },
            {"label": "Travail dans la commune souhaitée", "points": 10},
            {"label": "Logement refusé en mai 2026", "points": -5, "why": "Ces points reviennent le 3 mai 2027."},
            {
                "label": "Handicap dans le foyer",
                "points": 0,
                "why": "Rien de déclaré. Si c’est le cas, ajoutez un justificatif.",
            },
        ],
        "waits": {
            "title": "Attente avant d’obtenir un logement",
            "kind": "hbar",
            "unit": "mois",
            "category_label": "Intercommunalité",
            "categories": ["Caen la Mer", "CU d’Alençon", "Lisieux Normandie", "Flers Agglo", "Bayeux Intercom"],
            "series": [
                {"name": "La moitié attend moins de", "values": [19, 9, 12, 7, 14]},
                {"name": "Neuf sur dix attendent moins de", "values": [58, 31, 37, 22, 44]},
            ],
            "note": "Ménages logés ces douze derniers mois.",
            "source": "Données inventées pour la démonstration.",
        },
        "flows": {
            "title": "Demandes et attributions",
            "kind": "line",
            "category_label": "Mois",
            "categories": ["Juin", "Juillet", "Août", "Septembre", "Octobre", "Novembre"],
            "series": [
                {"name": "Nouvelles demandes", "values": [1210, 1340, 905, 1502, 1433, 1120]},
                {"name": "Attributions", "values": [402, 388, 291, 430, 441, 318]},
            ],
        },
    }
