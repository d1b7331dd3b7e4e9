"""One household from the first search to the keys, through every role, each in its own browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from palier.allocations.models import Lease
from palier.applications.models import Application
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands.form import Home
from palier.demands.models import Demand
from palier.demo.models import Mail
from palier.employers.models import Company
from palier.homes.models import Offer
from tests.journeys import moves
from tests.journeys.people import Stage, pdf_text, png, submit

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "camille.durand@exemple.fr", "un-mot-de-passe-assez-long"


def test_from_the_first_search_to_the_keys(stage: Stage):
    offer = publish_an_offer(stage)
    home = stage.visitor("camille")
    find_it_as_a_visitor(stage, home, offer)
    open_an_account(stage, home)
    register_a_demand(stage, home)
    have_documents_checked(stage, home)
    have_the_job_confirmed(stage, home)
    apply(stage, home, offer)
    stage.rivals(offer, months=(48, 36, 24, 12))
    stage.rivals(offer, months=(0, 0), home=Home(status="LP", kind="A", type="T3", surface=70, occupants=2, rent=380))
    be_instructed(stage, home, offer)
    moves.prepare_the_session(stage, offer)
    moves.vote(stage, favourite=-1)
    moves.count_and_sign(stage)
    accept_visit_and_sign_the_lease(stage, home)
    read_the_whole_story(stage, home)
    with acting(SYSTEM):
        demand = Demand.objects.get(person__email=EMAIL)
        offer.refresh_from_db()
        assert (demand.state, demand.removal_ground, offer.state) == ("removed", "RADATT", "let")
        assert Lease.objects.count() == 1
        assert not Application.objects.filter(live_slot__isnull=False).exists()


def publish_an_offer(stage: Stage) -> Offer:
    """Step 6: a dwelling, its vacancy, its rent, its contingent."""
    page = stage.as_("sophie.bailleur", "/bailleur/logements/nouveau/")
    page.get_by_label("Votre référence").fill("CAE-0042")
    page.get_by_label("Adresse").fill("8 rue de Bayeux")
    page.get_by_label("Code postal").fill("1400")
    page.get_by_label("Commune").fill("Caen")
    page.get_by_label("Type").select_option("T3")
    page.get_by_label("Surface").fill("64")
    page.get_by_label("Étage").fill("2")
    page.get_by_label("Classe énergie").select_option("C")
    page.get_by_label("Financement").select_option("PLUS")
    submit(page, "Ajouter")
    expect(page.get_by_label("Code postal")).to_have_value("1400")
    expect(page.locator(".error-summary")).to_contain_text("Un code postal a cinq chiffres.")
    page.get_by_label("Code postal").fill("14000")
    submit(page, "Ajouter")
    page.get_by_label("Loyer hors charges").fill("402.50")
    page.get_by_label("Charges").last.fill("78")
    stage.shot(page, "bailleur-offre")
    submit(page, "Publier l’offre")
    expect(page.locator("main")).to_contain_text("L’offre est publiée")
    with acting(SYSTEM):
        return Offer.objects.get(dwelling__reference="CAE-0042")


def find_it_as_a_visitor(stage: Stage, page: Page, offer: Offer) -> None:
    """Step 1."""
    page.goto(f"{stage.site}/offres/?lieu=Caen&type=T3")
    expect(page.locator("main")).to_contain_text("1 offre")
    stage.shot(page, "recherche")
    page.get_by_role("link", name=re.compile("T3 de 64 m² à Caen")).first.click()
    page.wait_for_url(f"**/offres/{offer.pk}/")
    expect(page.locator("main")).to_contain_text("confirmé", ignore_case=True)
    stage.shot(page, "offre")


def open_an_account(stage: Stage, page: Page) -> None:
    """Step 2: the address, the link in the mail, the password."""
    page.goto(f"{stage.site}/compte/signup/")
    page.get_by_label(re.compile("e-mail|électronique|courriel", re.I)).fill(EMAIL)
    page.get_by_label("Mot de passe", exact=False).fill(PASSWORD)
    submit(page, "Recevoir le lien")
    stage.deliver()
    with acting(SYSTEM):
        mail = Mail.objects.get(to=EMAIL)
    link = re.search(r"(/compte/\S*confirm\S*)", mail.text).group(1)
    page.goto(stage.site + link)
    page.locator("main form button").first.click()
    page.wait_for_url("**/mon-espace/**")
    stage.shot(page, "compte-ouvert")


def register_a_demand(stage: Stage, page: Page) -> None:
    """Step 3: five steps; an impossible date is refused beside its field and nothing is lost."""
    page.goto(f"{stage.site}/mon-espace/demande/")
    page.get_by_role("link", name="Commencer").click()
    page.get_by_label("Madame").check()
    page.get_by_label("Nom", exact=True).fill("Durand")
    page.get_by_label("Prénoms").fill("Camille")
    page.get_by_label("Date de naissance").fill("2031-02-03")
    page.get_by_label("Française").check()
    page.locator("[name=phone]").fill("06 39 98 00 12")
    page.locator("[name=line]").fill("3 rue Froide")
    page.get_by_label("Code postal").fill("14000")
    page.get_by_label("Commune").fill("Caen")
    submit(page, "Continuer")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("à venir")
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Durand")
    stage.shot(page, "demande-erreur")
    page.get_by_label("Date de naissance").fill("1991-02-03")
    submit(page, "Continuer")
    page.wait_for_url("**/menage/")
    page.get_by_label("Votre situation de famille").select_option("C")
    page.get_by_label("Prénom", exact=True).first.fill("Noé")
    page.locator("input[name$=_0_birth_date], input[name='child_0_birth_date']").first.fill("2018-05-06")
    submit(page, "Continuer")
    page.wait_for_url("**/ressources/")
    page.get_by_label("Votre situation professionnelle").select_option("CDI")
    page.locator("[name=profession]").fill("Vendeuse")
    page.locator("[name=res_SAL]").fill("1480")
    for year in (2024, 2025):
        page.locator(f"[name=tax_{year}]").fill("14900")
    submit(page, "Continuer")
    page.wait_for_url("**/logement/")
    page.get_by_label("Vous êtes actuellement").select_option("LP")
    page.locator("[name=type]").select_option("T1")
    page.locator("[name=surface]").fill("24")
    page.locator("[name=occupants]").fill("2")
    page.locator("[name=rent]").fill("540")
    submit(page, "Continuer")
    page.wait_for_url("**/handicap/")
    stage.shot(page, "demande-handicap")
    submit(page, "Continuer")
    page.wait_for_url("**/souhaits/")
    page.get_by_label("Votre motif principal").select_option("13")
    page.locator("[name=types][value=T3]").check()
    page.locator("[name=place_1]").fill("Caen")
    stage.shot(page, "demande-souhaits")
    submit(page, "Continuer")
    page.wait_for_url("**/recapitulatif/")
    page.get_by_label("Je déclare").check()
    stage.shot(page, "demande-recapitulatif")
    submit(page, "Enregistrer ma demande")
    expect(page.locator("main")).to_contain_text("Numéro unique")
    stage.shot(page, "demande-enregistree")
    with acting(SYSTEM):
        demand = Demand.objects.get(person__email=EMAIL)
    answer = page.request.get(f"{stage.site}/mon-espace/demande/attestation/")
    assert (answer.status, demand.number in pdf_text(answer.body())) == (200, True)


def have_documents_checked(stage: Stage, page: Page) -> None:
    """Step 4: one document each; the first is refused with a reason, replaced, then accepted with the others."""
    page.goto(f"{stage.site}/mon-espace/pieces/")
    _send(page, "À envoyer", "carte.png")
    desk = stage.as_("claire.guichet", "/guichet/pieces/")
    desk.locator("main a[href*='/guichet/pieces/']").first.click()
    desk.get_by_role("radio").first.check()
    desk.get_by_label("Précision").fill("La photo est floue, reprenez-la à la lumière.")
    stage.shot(desk, "guichet-piece")
    submit(desk, "Refuser la pièce")
    page.reload()
    expect(page.locator("main")).to_contain_text("La photo est floue")
    stage.shot(page, "pieces-refusee")
    _send(page, "À remplacer", "carte-nette.png")
    sent = 1
    while _asked(page, "À envoyer").count():
        _send(page, "À envoyer", f"piece-{sent}.png")
        sent += 1
    for _ in range(sent):
        desk.goto(f"{stage.site}/guichet/pieces/")
        desk.locator("main a[href*='/guichet/pieces/']").first.click()
        submit(desk, "Accepter")
    desk.goto(f"{stage.site}/guichet/pieces/")
    expect(desk.locator("main a[href*='/guichet/pieces/']")).to_have_count(0)
    page.reload()
    stage.shot(page, "pieces-acceptees")


def _asked(page: Page, tag: str) -> Locator:
    """The cards of documents in that state."""
    return page.locator(".card-p", has=page.locator(".tag", has_text=tag))


def _send(page: Page, tag: str, name: str) -> None:
    _asked(page, tag).first.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": png(name)}
    )
    page.locator(".file-row", has_text=name).wait_for()


def have_the_job_confirmed(stage: Stage, page: Page) -> None:
    """Step 5: declared, agreed, confirmed; the employer has no way to the file."""
    with acting(SYSTEM):
        siret = Company.objects.get(organisation__memberships__person__email="marc.employeur@exemple.fr").siret
    page.goto(f"{stage.site}/mon-espace/employeur/modifier/")
    page.get_by_label("Numéro SIRET").fill(siret)
    page.get_by_label("Nom de l’employeur").fill("Clinique d’essai")
    page.get_by_label("Votre matricule").fill("A-117")
    page.get_by_role("radio").first.check()
    submit(page, "Enregistrer")
    submit(page, "J’accepte que mon employeur soit interrogé")
    desk = stage.as_("marc.employeur", "/employeur/")
    expect(desk.locator("main")).to_contain_text("Camille Durand")
    stage.shot(desk, "employeur")
    desk.get_by_role("link", name=re.compile("Camille Durand|Répondre")).first.click()
    submit(desk, "Confirmer l’emploi")
    page.reload()
    expect(page.locator("main")).to_contain_text("confirmé", ignore_case=True)


def apply(stage: Stage, page: Page, offer: Offer) -> None:
    """Steps 7 and 8."""
    page.goto(f"{stage.site}/mon-espace/offres/")
    expect(page.locator("main")).to_contain_text("T3 de 64 m² à Caen")
    stage.shot(page, "mes-offres")
    page.locator(f"a[href*='/mon-espace/offres/{offer.pk}/postuler/']").first.click()
    stage.shot(page, "postuler")
    page.get_by_role("button", name="Je postule").dblclick()
    page.wait_for_url("**/candidatures/*/")
    expect(page.locator("main")).to_contain_text("Déposée")
    with acting(SYSTEM):
        assert Application.objects.filter(demand__person__email=EMAIL).count() == 1


def be_instructed(stage: Stage, page: Page, offer: Offer) -> None:
    """Step 9, the landlord: seven candidates in order, five files, three of them admissible."""
    with acting(SYSTEM):
        mine = Application.objects.get(demand__person__email=EMAIL)
    moves.close_the_list(stage, offer, candidates=7)
    with acting(SYSTEM):
        sent = list(Application.objects.filter(state="sent").order_by("pk").values_list("pk", flat=True))
    # Camille registered today like two others: the points of her cramped home put her among the five.
    assert (len(sent), mine.pk in sent) == (5, True)
    moves.admit(stage, [mine.pk, *[pk for pk in sent if pk != mine.pk][:2]])
    page.goto(f"{stage.site}/mon-espace/candidatures/{mine.pk}/")
    expect(page.locator("main")).to_contain_text("Dossier recevable")
    stage.shot(page, "candidature")


def accept_visit_and_sign_the_lease(stage: Stage, page: Page) -> None:
    """Step 12. Whoever the commission put first, the others are told."""
    with acting(SYSTEM):
        mine = Application.objects.get(demand__person__email=EMAIL)
        assert mine.state == "allocated"
    page.goto(f"{stage.site}/mon-espace/candidatures/{mine.pk}/")
    stage.shot(page, "attribution")
    desk = stage.as_("sophie.bailleur", "/bailleur/attributions/")
    desk.get_by_role("link", name=re.compile("Ouvrir")).first.click()
    desk.get_by_text("Proposer des créneaux").click()
    desk.get_by_label("Premier créneau").fill((clock.today() + timedelta(days=3)).strftime("%Y-%m-%dT10:00"))
    submit(desk, "Proposer ces créneaux")
    page.reload()
    submit(page, "Choisir")
    expect(page.locator("main")).to_contain_text("Réservé")
    submit(page, "J’accepte ce logement")
    expect(page.locator("main")).to_contain_text("Vous avez accepté ce logement")
    desk.reload()
    submit(desk, "Enregistrer le bail")
    expect(desk.locator("main")).to_contain_text("Bail signé")
    stage.shot(desk, "bailleur-bail")


def read_the_whole_story(stage: Stage, page: Page) -> None:
    """Step 13: every step, and who read the file."""
    page.goto(f"{stage.site}/mon-espace/historique/")
    text = page.inner_text("main")
    for words in ("Vous avez postulé", "transmis au bailleur", "Le bail est signé"):
        assert words in text, words
    stage.shot(page, "historique")
    assert {"Votre candidature est enregistrée"} <= set(stage.mails(EMAIL))
