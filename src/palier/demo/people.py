"""The cast of the demo: who may be tried, by name. Invented people on the reserved domain exemple.fr."""

from __future__ import annotations

from dataclasses import dataclass

from palier.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Character:
    """`organisation` is a key of `demo.organisations`; empty for an applicant."""

    key: str
    first_name: str
    last_name: str
    role: str
    title: str
    tells: str
    organisation: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@exemple.fr"


CAST = (
    Character("amina.benali", "Amina", "Benali", Role.APPLICANT, "Demandeuse",
              "aide-soignante, un enfant, locataire d’un T1 trop petit à Caen"),
    Character("famille.morel", "Julie", "Morel", Role.APPLICANT, "Demandeuse",
              "avec deux enfants, menacée d’expulsion : une urgence à faire reconnaître"),
    Character("jeanne.locataire", "Jeanne", "Quesnel", Role.APPLICANT, "Locataire",
              "vit dans un T4 depuis plus de trois ans : son bailleur lui demande qui y vit"),
    Character("claire.guichet", "Claire", "Lemoine", Role.DESK, "Agente de guichet",
              "enregistre les demandes et vérifie les pièces", "desk"),
    Character("marc.employeur", "Marc", "Duval", Role.EMPLOYER, "Ressources humaines",
              "confirme l’emploi des salariés qui l’acceptent", "employer"),
    Character("sophie.bailleur", "Sophie", "Lecerf", Role.LANDLORD, "Chargée d’attribution",
              "publie les logements et instruit les dossiers", "landlord"),
    Character("karim.bailleur", "Karim", "Haddad", Role.LANDLORD, "Chargé d’attribution",
              "travaille chez un autre bailleur", "landlord2"),
    Character("paul.reservataire", "Paul", "Girard", Role.RESERVATION_HOLDER, "Chargé de désignation",
              "désigne les candidats des logements réservés", "holder"),
    Character("helene.maire", "Hélène", "Fontaine", Role.MEMBER, "Maire de Caen (démonstration)",
              "vote pour les logements de sa commune, voix prépondérante", "landlord"),
    Character("yves.membre", "Yves", "Marchand", Role.MEMBER, "Président de la commission",
              "membre désigné par le conseil, signe le procès-verbal", "landlord"),
    Character("ines.membre", "Inès", "Robert", Role.MEMBER, "Représentante des locataires",
              "membre de la commission", "landlord"),
    Character("denis.membre", "Denis", "Aubert", Role.MEMBER, "Membre désigné par le conseil",
              "membre de la commission", "landlord"),
    Character("olga.suppleante", "Olga", "Lefort", Role.MEMBER, "Suppléante",
              "siège à la place de Denis Aubert à la prochaine séance", "landlord"),
    Character("nadia.secretaire", "Nadia", "Perrin", Role.SECRETARY, "Secrétaire de la commission",
              "prépare l’ordre du jour, dépouille et arrête les décisions", "landlord"),
    Character("luc.epci", "Luc", "Renaud", Role.AUTHORITY, "Chargé de mission habitat",
              "suit la demande et les attributions de l’intercommunalité", "authority"),
    Character("zoe.assistance", "Zoé", "Colin", Role.SUPPORT, "Agente d’assistance",
              "voit la même chronologie que le demandeur", "operator"),
    Character("alain.admin", "Alain", "Noël", Role.ADMINISTRATOR, "Administrateur",
              "tient les organismes et les réglages datés", "operator"),
)  # fmt: skip


BY_KEY = {c.key: c for c in CAST}
