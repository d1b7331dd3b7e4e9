"""Synthetic data for each printed document: nobody here exists, no address is real."""

from __future__ import annotations

from typing import Any

SERVICE = {
    "name": "Guichet d’essai du Calvados",
    "address": ["4 quai de l’Exemple", "14000 Caen"],
    "phone": "02 00 00 00 00",
    "email": "guichet@exemple.test",
}
NUMBER = "0140325000142PALIE"

ATTESTATION: dict[str, Any] = {
    "issued_on": "2026-11-23",
    "kind": "renewal",
    "number": NUMBER,
    "received_on": "2025-03-14",
    "renewed_on": "2026-03-02",
    "expires_on": "2027-03-02",
    "renewal_notice_on": "2027-02-02",
    "service": SERVICE,
    "applicant": {
        "name": "Maëlys Fictif-Durand",
        "address": ["12 rue Inventée", "Appartement 3", "14000 Caen"],
        "coapplicant": "Bakary Fictif",
    },
    "wishes": ["Caen", "Hérouville-Saint-Clair", "Ifs"],
    "landlords": [
        {"name": "Habitat Exemple", "places": "Caen, Ifs"},
        {"name": "Logis d’Essai", "places": "Caen, Hérouville-Saint-Clair"},
        {"name": "Coopérative Modèle", "places": "Ifs"},
    ],
    "mediation": {
        "name": "Commission de médiation du Calvados (données d’essai)",
        "address": ["1 place de l’Essai", "14000 Caen"],
        "months": 36,
        "from": "2028-03-14",
        "order": "Délai fixé par arrêté du préfet (exemple).",
    },
    "news": {"url": "palier.exemple.test", "phone": "02 00 00 00 00"},
    "summary": [
        {
            "title": "Votre ménage",
            "rows": [
                ["Personnes à loger", "4, dont une naissance attendue"],
                ["Ressources mensuelles", "2 140 €"],
                ["Revenu fiscal de référence 2024", "24 310 €"],
            ],
        },
        {
            "title": "Votre logement actuel",
            "rows": [["Situation", "Locataire dans le parc privé"], ["Loyer", "690 € par mois"]],
        },
        {
            "title": "Vos souhaits",
            "rows": [["Types", "T3, T4"], ["Communes", "Caen, Hérouville-Saint-Clair, Ifs"], ["Autour", "Oui"]],
        },
    ],
    "documents_due": [
        {"label": "Pièce d’identité", "who": "Maëlys Fictif-Durand", "why": "Pour enregistrer la demande"},
        {"label": "Avis d’imposition 2025", "who": "Bakary Fictif", "why": "Obligatoire pour étudier la demande"},
    ],
    "documents_possible": [
        {"label": "Trois dernières quittances de loyer", "why": "Vous êtes locataire"},
        {"label": "Certificat de grossesse", "why": "Une naissance est attendue"},
    ],
    "demo": True,
    "origin": "palier.exemple.test",
}

MEMBERS = [
    {"name": "Odile Modèle", "capacity": "Membre désignée par le bailleur", "voting": True, "presence": "a voté"},
    {"name": "Hugues Essai", "capacity": "Maire de la commune", "voting": True, "presence": "a voté"},
    {"name": "Nour Exemple", "capacity": "Représentante des locataires", "voting": True, "presence": "déporté",
     "recusal": "connaît un candidat"},
    {"name": "Ana Témoin", "capacity": "Association d’insertion", "voting": False, "presence": "n’a pas voté"},
]  # fmt: skip

MINUTES: dict[str, Any] = {
    "number": "2026-47-HEX",
    "commission": "CALEOL Caen Sud",
    "landlord": "Habitat Exemple",
    "opens_at": "2026-11-18T08:00:00+00:00",
    "closes_at": "2026-11-19T12:00:00+00:00",
    "signed_at": "2026-11-19T14:32:00+00:00",
    "president": {"name": "Odile Modèle", "title": "Présidente de la commission"},
    "items": [
        {
            "dwelling": "T3 de 64 m², Caen",
            "address": "8 allée des Essais, 14000 Caen",
            "reference": "HEX-0412",
            "financing": "PLUS",
            "exception": "",
            "exception_note": "",
            "members": MEMBERS,
            "rule": "majorité sur la première place, par éliminations",
            "count": {
                "called": 3, "votes": 2, "quorum": 2, "quorum_reached": True, "order": ["1", "2"], "refused": ["3"],
                "open_ties": [["1", "2"]], "meeting": False,
                "steps": [
                    "Deux membres ont voté : le quorum est atteint.",
                    "Points : candidat 1 3, candidat 2 3, candidat 3 0.",
                    "Égalité entre candidat 1 et candidat 2 au rang 1 : à départager en séance.",
                ],
            },
            "settlements": [
                {"tie": ["1", "2"], "order": ["1", "2"], "reason": "Naissance attendue : le besoin est plus pressant."}
            ],
            "candidates": [
                {"key": 2, "position": 2, "number": "0141123000087PALIE", "household": "Personne seule, deux enfants",
                 "points": "82", "registered_on": "2023-11-06", "decision": "Attribution sous condition suspensive",
                 "rank": 2, "reasons": [], "reason_text": "", "condition": "Avis d’imposition sur les revenus de 2024",
                 "condition_due": "2026-12-04"},
                {"key": 1, "position": 1, "number": NUMBER, "household": "Couple, un enfant, une naissance attendue", "points": "96",
                 "registered_on": "2025-03-14", "decision": "Attribution par classement", "rank": 1, "reasons": [],
                 "reason_text": "", "condition": "", "condition_due": ""},
                {"key": 3, "number": "0140624000311PALIE", "household": "Personne seule",
                 "points": "41,5", "registered_on": "2024-06-21", "decision": "Non-attribution", "rank": None,
                 "reasons": ["Le logement est trop grand pour votre ménage"],
                 "reason_text": "Un T2 conviendrait mieux.",
                 "condition": "", "condition_due": ""},
            ],
        },
        {
            "dwelling": "T2 de 47 m², Ifs",
            "address": "3 rue du Modèle, 14123 Ifs",
            "reference": "HEX-0977",
            "financing": "PLAI",
            "exception": "Candidat désigné par le préfet (DALO)",
            "exception_note": "Désignation du 9 novembre 2026.",
            "members": MEMBERS[:2],
            "rule": "majorité sur la première place, par éliminations",
            "count": {
                "called": 2, "votes": 2, "quorum": 2, "quorum_reached": True, "order": ["9"], "refused": [],
                "open_ties": [], "steps": ["Deux voix pour le seul candidat."], "meeting": False,
            },
            "candidates": [
                {"key": 9, "number": "0140826000512PALIE", "household": "Personne seule", "points": "120",
                 "registered_on": "2026-08-03", "decision": "Attribution", "rank": 1, "reasons": [], "reason_text": "",
                 "condition": "", "condition_due": ""},
            ],
        },
        {
            "dwelling": "T4 de 81 m², Caen",
            "address": "2 place de l’Essai, 14000 Caen",
            "members": MEMBERS[:1],
            "postponed": "Quorum non atteint : 1 sur 3 ont voté, il en fallait 2",
            "count": None,
            "candidates": [
                {"key": 12, "position": 1, "number": "0140926000733PALIE", "household": "Couple, trois enfants",
                 "points": "88", "registered_on": "2026-09-01", "decision": "Sans décision : logement reporté",
                 "rank": None, "reasons": [], "reason_text": "", "condition": ""},
            ],
        },
    ],
    "previous_seal": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "seal": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "demo": True,
}  # fmt: skip

_LETTER: dict[str, Any] = {
    "dated_on": "2026-11-20",
    "place": "Caen",
    "sender": {
        "name": "Habitat Exemple",
        "address": ["20 boulevard du Modèle", "14000 Caen"],
        "phone": "02 00 00 00 01",
        "email": "attributions@exemple.test",
    },
    "recipient": {"name": "Madame Maëlys Fictif-Durand", "address": ["12 rue Inventée", "Appartement 3", "14000 CAEN"]},
    "number": NUMBER,
    "reference": "HEX-0412",
    "dwelling": {
        "label": "T3 de 64 m² à Caen",
        "address": "8 allée des Essais, 14000 Caen",
        "rent": 412.5,
        "charges": 96,
        "floor": "2e étage",
        "lift": False,
    },
    "commission": {"name": "CALEOL Caen Sud", "session": "2026-47-HEX", "held_on": "2026-11-19"},
    "appeal": {"court": "tribunal administratif de Caen", "delay": "2 mois"},
    "signatory": {"name": "Odile Modèle", "title": "Présidente de la commission"},
    "answer_url": "palier.exemple.test/mon-espace",
    "demo": True,
}

LETTERS: dict[str, dict[str, Any]] = {
    "allocation": {**_LETTER, "decision": "allocation", "answer_by": "2026-12-03T22:59:00+00:00"},
    "ranked": {**_LETTER, "decision": "ranked", "rank": 2, "of": 3, "answer_by": None},
    "conditional": {
        **_LETTER,
        "decision": "conditional",
        "answer_by": "2026-12-03T22:59:00+00:00",
        "condition": {"document": "Avis d’imposition sur les revenus de 2024", "due": "2026-12-04"},
    },
    "non_allocation": {
        **_LETTER,
        "decision": "non_allocation",
        "grounds": [
            {
                "text": "Le logement est trop grand pour votre ménage",
                "advice": "Ajoutez à vos souhaits un type plus petit.",
            },
            {"text": "Un ménage plus prioritaire a été retenu", "advice": "Votre ancienneté continue de compter."},
        ],
    },
    "rejection": {
        **_LETTER,
        "decision": "rejection",
        "grounds": [{"text": "Vos ressources dépassent le plafond de ce logement"}],
        "warning_until": "2026-12-20",
        "removal_on": "2026-12-21",
    },
}

LEASE: dict[str, Any] = {
    "issued_on": "2026-12-15",
    "landlord": _LETTER["sender"],
    "tenants": ["Maëlys Fictif-Durand", "Bakary Fictif"],
    "number": NUMBER,
    "dwelling": {**_LETTER["dwelling"], "surface": 64, "financing": "PLUS"},
    "signed_on": "2026-12-15",
    "starts_on": "2027-01-04",
    "rent": 412.5,
    "charges": 96,
    "deposit": 412.5,
    "aid": 187,
    "keys_at": "2027-01-04T09:30:00+00:00",
    "documents": ["Bail signé", "Règlement de l’immeuble", "Diagnostic de performance énergétique"],
}

REMOVAL: dict[str, Any] = {
    "issued_on": "2026-12-15",
    "service": SERVICE,
    "applicant": ATTESTATION["applicant"],
    "number": NUMBER,
    "received_on": "2025-03-14",
    "removed_on": "2026-12-15",
    "ground": "RADATT",
    "lease": {"landlord": "Habitat Exemple", "dwelling": "T3 de 64 m² à Caen", "signed_on": "2026-12-15"},
    "erased_on": "2027-12-15",
}

OPINION: dict[str, Any] = {
    "dated_on": "2026-12-04",
    "sender": _LETTER["sender"],
    "recipient": {"name": "Maëlys Fictif-Durand", "address": ["12 rue Inventée", "14000 Caen"]},
    "dwelling": "T4 de 82 m² à Caen",
    "signed_on": "2020-11-30",
    "situations": [
        {
            "label": "Logement trop grand pour le ménage (sous-occupation)",
            "text": "4 pièces pour 1 personne : plus d’une pièce de plus que d’habitants (CCH L621-2).",
        }
    ],
    "opinion": ["Logement adapté au ménage : chambre, T1, T2.", "Loyer et charges : jusqu’à 478 € par mois environ."],
    "notes": ["Âge ou handicap : la loi protège le maintien dans ce logement (CCH L442-3-1)."],
    "commission": {"name": "Commission d’essai", "session": "2026-014", "held_on": "2026-12-03"},
    "signatory": {"name": "Yves Exemple", "title": "Président de la commission"},
}
REQUEST: dict[str, Any] = {
    **{key: OPINION[key] for key in ("sender", "recipient", "dwelling", "signed_on")},
    "dated_on": "2026-11-23",
    "answer_by": "2026-12-23",
    "reference": "LOG-00042",
    "year": 2024,
    "adapted": True,
    "wishes": ["Rester dans ce logement", "Un logement plus petit", "Je ne sais pas encore"],
}

REPORT: dict[str, Any] = {
    "year": 2026,
    "dated_on": "2026-11-23",
    "until": "2026-11-23",
    "whole": False,
    "body": "Habitat Exemple",
    "commissions": ["Commission d’essai"],
    "hidden_under": 11,
    "sessions": {"sessions": 48, "dwellings": 160, "candidates": 480, "opinions": 52, "recused": 9},
    "totals": [["Examinés", "480"], ["Classés", "390"], ["Logés", "150"]],
    "decisions": [["Attribution par classement", "320"], ["Rejet pour irrecevabilité", "—"]],
    "objectives": [
        {"label": "Publics prioritaires", "least": "25 %", "reached": "31 %", "word": "Atteint", "why": ""},
        {
            "label": "Premier quartile, hors quartiers prioritaires",
            "least": "25 %",
            "reached": "—",
            "word": "Inconnu",
            "why": "Le seuil du premier quartile n’est pas saisi pour cette période.",
        },
    ],
    "figures": [
        {
            "title": "Composition des ménages",
            "head": "Ménage",
            "unit": "%",
            "note": "Part de chaque groupe.",
            "series": ["Examinés", "Classés", "Logés"],
            "rows": [["Personne seule", "40 %", "41 %", "—"]],
        },
        {
            "title": "Délais après la séance",
            "head": "Trimestre",
            "unit": "jours",
            "note": "",
            "series": ["De la séance à la réponse"],
            "rows": [["T1 2026", "6"]],
        },
    ],
}

BALANCE: dict[str, Any] = {
    "landlord": "Logis d’essai",
    "holder": "Action Logement (essai)",
    "year": 2025,
    "department": "Calvados",
    "base": 41,
    "first": 2,
    "cancelled": 1,
    "excluded": [["Mutation d’un locataire du bailleur", 3]],
    "rows": [
        {
            "name": "Action Logement", "percent": 12.5, "place": "Caen", "objective": 8, "took": 7, "offered": 8, "let": 6,
            "returned": 1, "pending": 1, "late": 1, "first": 1,
        }
    ],
    "dwellings": [
        {
            "on": "2025-03-04", "reference": "LOG-1", "type": "T3", "commune": "Caen", "financing": "PLUS", "qpv": True,
            "built": 1974, "kind": "Première mise en location", "outcome": "Attribué, bail signé",
        },
        {
            "on": "2025-05-20", "reference": "LOG-2", "type": "T2", "commune": "Ifs", "financing": "PLAI", "qpv": False,
            "built": None, "kind": "Dans le flux", "outcome": "Rendu au bailleur",
        },
    ],
    "signed_at": "2026-01-12T09:00:00+01:00",
    "signed_by": "Camille Essai",
    "title": "",
    "due": "2026-02-28",
    "dated_on": "2026-01-12",
    "sha256": "0" * 64,
    "seal": "0123456789abcdef",
}  # fmt: skip

EVERY: list[tuple[str, dict[str, Any]]] = [
    ("attestation", ATTESTATION),
    ("minutes", MINUTES),
    *(("decision_letter", letter) for letter in LETTERS.values()),
    ("lease_summary", LEASE),
    ("removal_certificate", REMOVAL),
    ("occupancy_opinion", OPINION),
    ("occupancy_request", REQUEST),
    ("activity_report", REPORT),
    ("flow_balance", BALANCE),
]
