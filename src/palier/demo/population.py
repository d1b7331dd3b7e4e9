"""Households that ask for a dwelling, drawn after the published figures: bulk rows for the build of the demo.

Followed figures: 43 % single persons, 27 % lone parents, 73 % under the PLAI ceiling (Cour des comptes 2020,
profile of 2019); 30 to 32 % transfers (USH, 2022 to 2024); mean wait of those still waiting 721 days
(ANCOLS, 2022), more than half over a year (USH, 2025). Everything else is plausible, not measured.
Same scale, day and seed: same rows, to the last character.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from palier.demands.form import identity_keys
from palier.demo import family, wishing
from palier.demo.bodies import desks, landlords
from palier.demo.chance import blocks, table
from palier.demo.family import Family
from palier.demo.livelihoods import Means
from palier.demo.names import email_name, key
from palier.demo.places import homes_of
from palier.demo.scales import SCALES
from palier.law.household import Situation
from palier.territories.geography import CommuneRow

ONLINE_DESKS = ("GDPUB", "PALIE")
ADULT_DAYS = 6575  # eighteen years
LONGEST_WAIT = 7300
# Waits are a mixture of two exponential laws: most households, and those whom nothing suits.
LONG_SHARE, SHORT_MEAN, LONG_MEAN = 0.15, 1 / 600, 1 / 1970
_CHECKED = ("identity", "household", "income", "home")


@dataclass(frozen=True, slots=True)
class JobRow:
    """The applicant's job with a known employer. `state`: of the attestation; beyond declared, consent was given."""

    employer: str
    siret: str
    employer_name: str
    contract: str
    entered_on: date
    workplace: str
    state: str


@dataclass(frozen=True, slots=True)
class DemandRow:
    """One active demand, ready to be inserted.

    `form` is what `demands.form.Form.to_json` writes and `columns` what `demands.form.columns` derives
    from it. `desk`: code of the registering desk, also the end of `number`. `account`: the applicant
    signs in with `email`. `proofs`: sections of the form that a desk has checked on documents.
    """

    index: int
    number: str
    department: str
    desk: str
    first_registered_on: date
    renewed_on: date | None
    expires_on: date
    first_name: str
    last_name: str
    email: str
    account: bool
    form: dict[str, Any]
    columns: dict[str, Any]
    epcis: tuple[str, ...]
    situations: tuple[Situation, ...]
    job: JobRow | None
    proofs: dict[str, str]

    @property
    def register_code(self) -> str:
        return f"0{self.department}"

    @property
    def wishes(self) -> tuple[str, ...]:
        """INSEE codes of the communes wished, in order."""
        return tuple(self.form["wish"]["communes"])


def demands(
    scale: str, *, today: date, seed: object = 14, start: int = 0, stop: int | None = None
) -> Iterator[DemandRow]:
    """The active demands of a scale, in order of index. `start` (a multiple of `chance.BLOCK`) resumes a build."""
    size = SCALES[scale]
    homes = homes_of(size.departments)
    desk_codes = {d: _desks(d) for d in size.departments}
    for first, last, chance in blocks(size.demands, start=start, stop=stop, seed=f"{seed}:demands:{scale}"):
        for index in range(first, last):
            commune = homes[int(chance.random() * len(homes))]
            yield _demand(chance, index, commune, desk_codes[commune.department], today)


def _desks(department: str) -> tuple[str, ...]:
    """The desks by share of the demands that they register: more than half come through the web."""
    local = [(b.register_desk, b.dwellings or 1500) for b in (*landlords(), *desks()) if department in b.departments]
    whole = sum(weight for _, weight in local)
    return table([(ONLINE_DESKS[0], whole * 1.0), (ONLINE_DESKS[1], whole * 0.2), *local])


def _demand(chance: Random, index: int, commune: CommuneRow, desk_codes: tuple[str, ...], today: date) -> DemandRow:
    draw = chance.random
    household = family.found(chance, today)
    wait = _wait(chance, household)
    day = today.toordinal()
    first = date.fromordinal(day - wait)
    renewed = _renewal(chance, day, wait)
    desk = desk_codes[int(draw() * len(desk_codes))]
    applicant = household.adults[0]
    job = _job(chance, applicant.means, commune, day)
    form = _form(chance, household, commune, index, day, today)
    return DemandRow(
        index=index,
        number=f"0{commune.department}{first.month:02d}{first.year % 100:02d}{index % 999_999 + 1:06d}{desk}",
        department=commune.department,
        desk=desk,
        first_registered_on=first,
        renewed_on=renewed,
        expires_on=_a_year_after(renewed or first),
        first_name=applicant.first_name,
        last_name=applicant.last_name,
        email=form["applicant"]["email"],
        account=draw() < 0.72,
        form=form,
        columns=_columns(form, household),
        epcis=wishing.epcis_of(form["wish"]["communes"]),
        situations=wishing.situations(chance, form, household, first),
        job=job,
        proofs=dict.fromkeys(_CHECKED, "document") if draw() < 0.4 else {},
    )


def _wait(chance: Random, household: Family) -> int:
    """Days since the first deposit; families wait longer; nobody deposited as a minor."""
    wait = int(chance.expovariate(LONG_MEAN if chance.random() < LONG_SHARE else SHORT_MEAN) * household.patience)
    most = min(household.adults[0].days_old - ADULT_DAYS, LONGEST_WAIT)
    return wait if wait <= most else int(chance.random() * most)


def _renewal(chance: Random, day: int, wait: int) -> date | None:
    """The last yearly renewal, up to a month before its term; a few are late, within the month before removal."""
    ahead = int(chance.random() * 30)
    years = (wait + ahead) // 365
    since = wait + ahead - years * 365
    if years and since < 25 + ahead and chance.random() < 0.15:
        years -= 1
    return date.fromordinal(day - wait + years * 365 - ahead) if years else None


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)


def _job(chance: Random, means: Means, commune: CommuneRow, day: int) -> JobRow | None:
    firm = means.employer
    if firm is None:
        return None
    drawn = chance.random()
    state = "confirmed" if drawn < 0.5 else "asked" if drawn < 0.6 else "denied" if drawn < 0.62 else "declared"
    entered = date.fromordinal(day - 30 - int(chance.expovariate(1 / 1300)))
    return JobRow(firm.key, firm.siret, firm.name, means.contract, entered, firm.commune or commune.code, state)


def _form(chance: Random, household: Family, commune: CommuneRow, index: int, day: int, today: date) -> dict[str, Any]:
    adults = [family.adult_form(chance, adult, commune, today) for adult in household.adults]
    name = household.adults[0]
    adults[0]["email"] = f"{email_name(name.first_name)}.{email_name(name.last_name)}{index}@exemple.fr"
    home = wishing.home(chance, household, commune, day)
    motives = wishing.motives(chance, home["status"], household)
    return {
        "applicant": adults[0],
        "address": wishing.address(chance, commune),
        "coapplicant": adults[1] if household.signs_two else None,
        "other_adults": adults[2 if household.signs_two else 1 :],
        "dependants": household.children,
        "custody": household.custody,
        "expected": household.expected,
        "home": home,
        "motives": motives,
        "motive_text": "",
        "wish": wishing.wish(chance, household, commune, home),
        "disability": wishing.disability(chance, household),
        "notes": "",
    }


def _columns(form: dict[str, Any], household: Family) -> dict[str, Any]:
    adults = [form["applicant"], *([form["coapplicant"]] if form["coapplicant"] else []), *form["other_adults"]]
    totals = [sum(a["resources"].values()) for a in adults if a["resources"]]
    newest = max((year for a in adults for year in a["tax"]), default="")
    taxes = [a["tax"][newest] for a in adults if newest in a["tax"]]
    motives = form["motives"]
    return {
        "last_name_key": key(form["applicant"]["last_name"])[:80],
        "first_name_key": key(form["applicant"]["first_names"])[:80],
        "birth_date": household.adults[0].birth_date,
        "people": household.people,
        "adults": len(adults),
        "monthly_resources": sum(totals) if totals else None,
        "tax_income": sum(taxes) if taxes else None,
        "wanted_types": list(form["wish"]["types"]),
        "transfer": form["home"]["status"] == "HLM",
        "main_motive": motives[0] if motives else "",
        "identity_keys": identity_keys(
            (a["last_name"], a["birth_name"], a["first_names"], a["birth_date"] or "", "")
            for a in (form["applicant"], form["coapplicant"])
            if a
        ),
    }
