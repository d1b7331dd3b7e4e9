"""axe finds nothing on any page of the chain, on a phone and on a desk; nothing overflows, fails to load or complains."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from palier.accounts.models import Organisation, Person
from palier.accounts.queries import territories
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation import drafting
from palier.cotation.models import Grid
from palier.demo.bodies import everyone
from palier.demo.people import BY_KEY
from palier.demo.playing import character
from palier.demo.underway import begin
from palier.observatory.actions import refresh
from tests.journeys.crawl import pages
from tests.journeys.people import Stage

pytestmark = pytest.mark.browser
# npm axe-core 4.10.3, axe.min.js, MPL-2.0 (its notice is in the file).
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SHA384 = "sha384-17w4i/EfU4m8vRTTBQs69gAb/fjBpQi0/OOcQTspZXbRlDA0OcGoZX3ZUxQpgTYL"
WIDTHS = (1280, 390)
# Who must reach what at least: a crawl that stops early proves nothing.
ROLES = {
    "visitor": ("/", "/offres/", "/offres/N/", "/offres/carte/", "/observatoire/", "/simulateur/", "/chances/", "/grilles/", "/grilles/N/", "/compte/login/", "/compte/signup/",
                "/compte/password/reset/", "/accessibilite/", "/donnees-personnelles/"),
    "amina.benali": ("/mon-espace/", "/mon-espace/demande/", "/mon-espace/demande/etape/menage/", "/mon-espace/pieces/",
                     "/mon-espace/pieces/urgence/", "/mon-espace/employeur/", "/mon-espace/offres/",
                     "/mon-espace/offres/N/postuler/", "/mon-espace/candidatures/", "/mon-espace/candidatures/N/",
                     "/mon-espace/historique/"),
    "famille.morel": ("/mon-espace/", "/mon-espace/demande/", "/mon-espace/demande/retrouver/"),
    "claire.guichet": ("/guichet/", "/guichet/enregistrer/", "/guichet/pieces/", "/guichet/pieces/N/",
                       "/guichet/situations/", "/guichet/situations/N/", "/guichet/dossiers/N/"),
    "marc.employeur": ("/employeur/", "/employeur/attestations/N/"),
    "sophie.bailleur": ("/bailleur/", "/bailleur/logements/", "/bailleur/logements/nouveau/", "/bailleur/offres/",
                        "/bailleur/offres/N/candidats/", "/bailleur/instruction/", "/bailleur/dossiers/N/",
                        "/bailleur/attributions/", "/bailleur/attributions/N/"),
    "nadia.secretaire": ("/bailleur/seances/", "/bailleur/seances/N/", "/bailleur/dossiers-prets/"),
    "paul.reservataire": ("/reservataire/", "/reservataire/logements/N/"),
    "helene.maire": ("/commission/", "/commission/seances/N/", "/commission/logements/N/"),
    "luc.epci": ("/collectivite/", "/collectivite/grilles/", "/collectivite/grilles/N/", "/collectivite/simulations/"),
    "zoe.assistance": ("/equipe/assistance/",),
    "alain.admin": ("/equipe/organisations/", "/equipe/organisations/N/", "/equipe/reglages/"),
}  # fmt: skip


def test_axe_is_the_published_file():
    found = base64.b64encode(hashlib.sha384(AXE.read_bytes()).digest()).decode()
    assert f"sha384-{found}" == SHA384


def fill(stage: Stage) -> None:
    """Offers with candidates, files to instruct, a session that is open, an allocation, a reserved dwelling."""
    holder = next(b for b in everyone() if b.key == BY_KEY["paul.reservataire"].organisation)
    offers = [stage.offer() for _ in range(4)]
    with acting(SYSTEM):
        body = Organisation.objects.get(name=holder.name, kind=holder.kind)
        reserved = stage.build.offer(stage.landlord, contingent="action_logement", holder=body)
    for offer in (*offers[:3], reserved):
        stage.rivals(offer, months=(60, 48, 36, 24, 12))
    demand = stage.household("amina.benali", years=3)
    with acting(SYSTEM):
        stage.build.application(demand, offers[3])
        # No account speaks for the rivals: the landlord's side is what is under way.
        Person.objects.filter(email__startswith="personne").update(is_active=False)
        refresh(clock.today())
        luc = character("luc.epci")
        grid = Grid.objects.get(state="published")
    with acting(luc.scope):
        drafting.start(actor=luc, epcis=territories(luc), origin=str(grid.pk))
    begin(instructed=offers[0], convened=[offers[1]], allocated=offers[2])


def findings(page, role: str, where: str) -> list[str]:
    """What axe, the width and the browser itself have to say of the page shown."""
    found = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        violations = page.evaluate(
            "() => axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
            "v => v.id + ' on ' + v.nodes.slice(0, 2).map(n => n.target.join(' ')).join(' and ')))"
        )
        found += [f"{role} {where} at {width}: {violation}" for violation in violations]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            found.append(f"{role} {where} at {width}: {over} px too wide")
    return found


def test_every_page_of_every_role(stage: Stage, browser):
    fill(stage)
    stage.jump("après l’ouverture")
    found, missed = [], {}
    for role, expected in ROLES.items():
        # The Content Security Policy would rightly refuse axe: this browser alone looks away.
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR", bypass_csp=True)
        page = context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("response", lambda r, said=said: said.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        start = "/"
        if role != "visitor":
            who = BY_KEY[role]
            page.goto(f"{stage.site}/demo/")
            page.get_by_role("button", name=f"{who.first_name} {who.last_name}").click()
            page.wait_for_url(lambda url: "/demo/" not in url)
            start = page.url.removeprefix(stage.site)
        reached = set()
        for where in pages(page, stage.site, start, public=role == "visitor"):
            reached.add(where)
            found += findings(page, role, where)
            found += [f"{role} {where}: {words}" for words in said]
            said.clear()
        if lost := set(expected) - reached:
            missed[role] = lost
        context.close()
    assert not found, "\n".join(found)
    assert missed == {}
