"""Where a demand stands in its life, in one sentence, with the one next step. The household and the desk read the same."""

from __future__ import annotations

from dataclasses import dataclass

from palier.common import clock
from palier.common.templatetags.palier_words import day
from palier.demands.living import NEW_ONE
from palier.demands.models import Demand, Notice
from palier.demands.states import REMOVAL_GROUNDS
from palier.law import calendar


@dataclass(frozen=True, slots=True)
class Standing:
    """`step`: the next step ("renew", "answer", "contest", "reactivate", "begin"), empty when there is none."""

    step: str
    tone: str
    tag: str
    title: str
    text: str


def standing(demand: Demand) -> Standing:
    """What presses most comes first: a rejection, then a letter without answer, then the end of validity."""
    if demand.state != "active":
        return _removed(demand)
    notices = {n.ground: n for n in demand.notices.filter(closed_on=None).order_by("pk")}
    if "RADIRR" in notices:
        return _rejected(notices["RADIRR"])
    if "RADCON" in notices:
        return _unreached(notices["RADCON"])
    return _valid(demand, notices.get("RADREN"))


def _rejected(notice: Notice) -> Standing:
    when = (
        f"à partir du {day(notice.removal_on)}" if notice.removal_on else "un mois après le courrier qui vous avertit"
    )
    return Standing(
        "contest", "danger", "Rejet à contester", "Une commission a jugé votre demande irrecevable",
        f"Elle est toujours active, mais elle peut être radiée {when}. Si c’est une erreur ou si votre situation a "
        "changé, dites-le, et elle ne sera pas radiée sans un nouvel examen.",
    )  # fmt: skip


def _unreached(notice: Notice) -> Standing:
    return Standing(
        "answer", "warning", "Réponse attendue", "Un courrier attend votre réponse",
        f"Il vous a été envoyé le {day(notice.sent_on)}. Dites que vous êtes là : votre demande reste active. Sans signe "
        f"de votre part, elle peut être radiée à partir du {day(notice.removal_on)}.",
    )  # fmt: skip


def _valid(demand: Demand, notice: Notice | None) -> Standing:
    found = calendar.life(demand.first_registered_on, demand.confirmed_on, clock.today())
    if found.state == calendar.VALID:
        return Standing(
            "", "success", "Active", f"Votre demande est valable jusqu’au {day(demand.expires_on)}",
            f"Nous vous écrirons le {day(found.notice_on)} pour la renouveler. Rien à faire d’ici là, sauf si votre "
            "situation change.",
        )  # fmt: skip
    if found.state == calendar.TO_RENEW:
        return Standing(
            "renew", "warning", "À renouveler", f"Votre demande est à renouveler avant le {day(demand.expires_on)}",
            "Relisez ce que vous avez déclaré, puis confirmez. Votre numéro et votre ancienneté ne changent pas.",
        )  # fmt: skip
    late = f"jusqu’à la veille du {day(notice.removal_on)}" if notice and notice.removal_on else "dès aujourd’hui"
    return Standing(
        "renew", "danger", "À renouveler, en retard", f"Votre demande n’est plus valable depuis le {day(demand.expires_on)}",
        f"Rien n’est perdu : vous pouvez encore la renouveler {late}, avec le même numéro et la même ancienneté.",
    )  # fmt: skip


def _removed(demand: Demand) -> Standing:
    why = f"Votre demande est radiée depuis le {day(demand.removed_on)}"
    ground = REMOVAL_GROUNDS[demand.removal_ground]
    until = demand.reactivation_until
    if until is not None and clock.today() <= until:
        return Standing(
            "reactivate", "warning", "Radiée, peut être réactivée", why,
            f"Motif : {ground}. Vous pouvez la réactiver jusqu’au {day(until)}, avec le même numéro et la même ancienneté.",
        )  # fmt: skip
    return Standing("begin", "neutral", "Radiée", why, f"Motif : {ground}. {NEW_ONE}")
