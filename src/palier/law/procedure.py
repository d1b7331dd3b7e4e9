"""A commission's rules of procedure (règlement intérieur): what they hold, whether they can be applied, what they say.

The law leaves the quorum, the form of the sitting and the summons to each commission (CCH R441-9; a digital sitting:
L441-2); it fixes who sits and who votes (L441-2 II, R441-9 II). Nothing here reads a database nor a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from palier.law import ballots, calendar
from palier.law.parameters import parameter_set
from palier.law.reasons import listing

CAPACITIES = {
    "board": "Membre désigné par le conseil",
    "tenants": "Représentant des locataires",
    "mayor": "Maire de la commune ou son représentant",
    "epci": "Président de l’EPCI ou son représentant",
    "prefect": "Préfet ou son représentant",
    "mandate": "Présidence de la commission de l’organisme mandant",
    "advisory": "Membre consultatif",
}
BOARD = ("board", "tenants")
VOTING = tuple(kind for kind in CAPACITIES if kind != "advisory")
# For one dwelling there is one mayor, one EPCI, one State and one mandating body, whatever the number of seats.
ALONE = ("mayor", "epci", "prefect", "mandate")
SHORT = {
    "board": ("membre du conseil", "membres du conseil"),
    "tenants": ("représentant des locataires", "représentants des locataires"),
    "mayor": ("maire", "maires"),
    "epci": ("représentant de l’EPCI", "représentants de l’EPCI"),
    "prefect": ("représentant de l’État", "représentants de l’État"),
    "mandate": ("représentant de l’organisme mandant", "représentants de l’organisme mandant"),
    "advisory": ("membre consultatif", "membres consultatifs"),
}
TALLIES = {
    "hidden": "Cachés jusqu’à la clôture",
    "after_own": "Visibles pour qui a déjà voté sur le logement",
    "visible": "Visibles de tous pendant la séance",
}
MEETING_BY = {
    "voting": "Tout membre délibératif",
    "any": "Tout membre, même consultatif",
    "president": "La présidence seulement",
}
DAYS = {
    "mon": "lundi", "tue": "mardi", "wed": "mercredi", "thu": "jeudi", "fri": "vendredi", "sat": "samedi", "sun": "dimanche",
}  # fmt: skip
# Beyond, a window is rather a day typed wrong: Thursday to Wednesday instead of Wednesday to Thursday.
LONG_WINDOW_HOURS = 96


@dataclass(frozen=True, slots=True)
class Rules:
    """`quorum`: voting members who must have voted; `quorum_kinds`: capacity → how many of them at least.

    `counting`: majority, borda or condorcet (`law.ballots`). `tallies`: see TALLIES. `names_shown`: candidates' names.
    `meeting_by`: who may ask for a meeting in person. `reminder_hours`: before the closing. `notice_days`: between
    the summons and the opening. `opens`, `closes`: the usual weekly window, as « wed 09:00 » on a Paris clock.
    """

    quorum: int = 4
    quorum_kinds: Mapping[str, int] = field(default_factory=dict)
    counting: str = "borda"
    tallies: str = "hidden"
    names_shown: bool = False
    meeting_by: str = "voting"
    reminder_hours: tuple[int, ...] = (3,)
    notice_days: int = 3
    opens: str = "wed 09:00"
    closes: str = "thu 13:00"

    @property
    def window(self) -> dict[str, str]:
        """As `law.calendar.next_window` takes it."""
        return {"opens": self.opens, "closes": self.closes}

    def may_ask_meeting(self, *, voting: bool, president: bool) -> bool:
        """Whether a seat may ask that a dwelling be examined in a meeting (CCH L441-2: on the rules' own terms)."""
        return {"voting": voting, "any": True, "president": president}[self.meeting_by]


@dataclass(frozen=True, slots=True)
class Member:
    """A seat, as far as rules depend on it. `place`: commune or EPCI that it is limited to, empty when it sits for all."""

    capacity: str
    president: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """`field`: the rule it is about, `kind_<capacity>` for a part of the quorum. `blocking`: the rules cannot be applied as they stand."""

    field: str
    text: str
    blocking: bool = True


def called_together(members: Sequence[Member]) -> dict[str, int]:
    """capacity → how many of it can sit for one and the same dwelling."""
    held = {kind: sum(m.capacity == kind for m in members) for kind in VOTING}
    return {kind: min(n, 1) if kind in ALONE else n for kind, n in held.items()}


def remarks(rules: Rules, members: Sequence[Member] = (), *, on: date) -> list[Remark]:
    """What stands against the rules, or deserves a second look. `members`: those in office, when there are any.

    Blocking: a quorum that nobody could reach, a window that closes before it opens, a reminder before the opening,
    an unknown choice.
    """
    found = [*_quorum(rules, members), *_window(rules)]
    for name, value, known in (
        ("counting", rules.counting, ballots.RULES),
        ("tallies", rules.tallies, TALLIES),
        ("meeting_by", rules.meeting_by, MEETING_BY),
    ):
        if value not in known:
            found.append(Remark(name, "Choisissez dans la liste."))
    if not 0 <= rules.notice_days <= 60:
        found.append(Remark("notice_days", "Donnez un nombre de jours entre 0 et 60."))
    elif rules.notice_days < parameter_set("commission", on=on).values["usual_notice_days"]:
        few = (
            "aucun délai"
            if not rules.notice_days
            else f"{rules.notice_days} jour{'s' if rules.notice_days > 1 else ''}"
        )
        found.append(
            Remark("notice_days", f"Convocation : {few}. Les règlements publiés laissent de 3 à 8 jours.", False)
        )
    return found


def _quorum(rules: Rules, members: Sequence[Member]) -> list[Remark]:
    found = []
    here = called_together(members)
    most = sum(here.values())
    if rules.quorum < 1:
        found.append(Remark("quorum", "Le quorum est d’au moins une voix."))
    elif members and rules.quorum > most:
        found.append(
            Remark(
                "quorum",
                f"Quorum impossible : {rules.quorum} voix demandées, et {most} "
                f"membre{'s' if most > 1 else ''} au plus {'peuvent' if most > 1 else 'peut'} voter pour un même logement.",
            )
        )
    for kind, asked in rules.quorum_kinds.items():
        if kind not in VOTING:
            found.append(Remark(f"kind_{kind}", "Seuls des membres délibératifs comptent dans le quorum."))
        elif asked < 1:
            found.append(
                Remark(f"kind_{kind}", f"{CAPACITIES[kind]} : demandez au moins une voix, ou aucune condition.")
            )
        elif kind in ALONE and asked > 1:
            found.append(Remark(f"kind_{kind}", f"{CAPACITIES[kind]} : une seule voix est possible pour un logement."))
        elif members and asked > here[kind]:
            found.append(
                Remark(f"kind_{kind}", f"Quorum impossible : {_count(asked, kind)} demandé, {_held(here[kind])}.")
            )
    if sum(rules.quorum_kinds.values()) > rules.quorum >= 1:
        found.append(
            Remark("quorum", "Les voix demandées par qualité dépassent le quorum : c’est leur somme qui jouera.", False)
        )
    return found


def _held(seats: int) -> str:
    return "aucun siège de cette qualité n’est pourvu" if not seats else f"{seats} seulement siègent"


def _count(number: int, kind: str) -> str:
    return f"{number} {SHORT[kind][number > 1]}"


def window_hours(rules: Rules) -> float:
    """How long the usual window lasts. Raises ValueError on days or hours that are none, or a window of no length."""
    (open_day, open_time), (close_day, close_time) = calendar.moment(rules.opens), calendar.moment(rules.closes)
    days = (close_day - open_day) % 7
    hours = (close_time.hour - open_time.hour) + (close_time.minute - open_time.minute) / 60
    if days == 0 and hours <= 0:
        raise ValueError("the window closes before it opens")
    return days * 24 + hours


def _window(rules: Rules) -> list[Remark]:
    try:
        hours = window_hours(rules)
    except ValueError:
        return [Remark("closes", "La séance doit se clore après son ouverture.")]
    found = []
    if hours > LONG_WINDOW_HOURS:
        found.append(
            Remark("closes", f"La séance durerait {hours / 24:.0f} jours : vérifiez le jour de clôture.", False)
        )
    if any(before < 1 for before in rules.reminder_hours):
        found.append(Remark("reminder_hours", "Un rappel part au moins une heure avant la clôture."))
    late = [before for before in rules.reminder_hours if before >= hours]
    if late:
        found.append(
            Remark(
                "reminder_hours",
                f"Un rappel {late[0]} h avant la clôture tomberait avant l’ouverture : il ne partirait jamais.",
            )
        )
    return found


def composition(members: Sequence[Member], *, on: date) -> list[Remark]:
    """Whether the seats are those of the law (CCH L441-2 II, R441-9 II); only two presidents is blocking.

    Six members named by the board, one of whom represents the tenants; a president elected among the six.
    """
    expected = parameter_set("commission", on=on).values["board_members"]
    board = sum(m.capacity in BOARD for m in members)
    presidents = [m for m in members if m.president]
    found = []
    if len(presidents) > 1:
        found.append(Remark("president", "La commission n’a qu’une présidence."))
    if any(m.capacity not in BOARD for m in presidents):
        found.append(Remark("president", "La présidence est élue parmi les six membres désignés par le conseil."))
    if not presidents:
        found.append(Remark("president", "Aucune présidence : le procès-verbal ne pourra pas être signé.", False))
    if board != expected:
        found.append(
            Remark(
                "board",
                f"{board} membre{'s' if board > 1 else ''} désigné{'s' if board > 1 else ''} par le conseil, "
                f"{expected} sont prévus (CCH R441-9).",
                False,
            )
        )
    for kind, words in (
        ("tenants", "Aucun représentant des locataires parmi les membres du conseil."),
        ("mayor", "Aucun maire : personne n’aura de voix prépondérante."),
        ("prefect", "Aucun siège pour le préfet ou son représentant."),
    ):
        if not any(m.capacity == kind for m in members):
            found.append(Remark(kind, words, False))
    return found


def lacking(votes: int, missing: Mapping[str, int]) -> str:
    """What a quorum still wants: « 2 votes, dont 1 représentant des locataires »; empty when it is reached."""
    kinds = [_count(n, kind) for kind, n in sorted(missing.items())]
    if votes <= 0:
        return f"il manque {listing(kinds)}" if kinds else ""
    some = f"il manque {votes} vote{'s' if votes > 1 else ''}"
    return f"{some}, dont {listing(kinds)}" if kinds else some


def moment_words(moment: str) -> str:
    """« wed 09:00 » → « mercredi à 9 h »."""
    day, _, at = moment.partition(" ")
    hour, _, minute = at.partition(":")
    return f"{DAYS[day]} à {int(hour)} h{'' if minute == '00' else f' {minute}'}"


def in_words(rules: Rules) -> dict[str, str]:
    """Each rule as a label and a sentence, in the order of reading. The casting vote is the law's, not the rules'."""
    kinds = [f"au moins {_count(n, kind)}" for kind, n in sorted(rules.quorum_kinds.items())]
    hours = sorted(set(rules.reminder_hours), reverse=True)
    return {
        "Séance": f"Du {moment_words(rules.opens)} au {moment_words(rules.closes)}",
        "Convocation": "Sans délai fixé" if not rules.notice_days else
        f"{rules.notice_days} jour{'s' if rules.notice_days > 1 else ''} au moins avant l’ouverture",
        "Rappels": f"{listing(f'{h} h' for h in hours)} avant la clôture, à qui n’a pas tout voté" if hours else "Aucun rappel",
        "Quorum": f"{rules.quorum} voix{', dont ' + listing(kinds) if kinds else ''}, logement par logement",
        "Décompte": ballots.RULES[rules.counting],
        "Égalités": "Voix prépondérante du maire, pour les logements de sa commune (CCH L441-2) ; "
        "à défaut, la commission départage en séance",
        "Résultats provisoires": TALLIES[rules.tallies],
        "Noms des candidats": "Montrés aux membres" if rules.names_shown else "Cachés aux membres",
        "Examen en réunion": f"{MEETING_BY[rules.meeting_by]} peut le demander",
    }  # fmt: skip


def differences(before: Rules, after: Rules) -> list[tuple[str, str, str]]:
    """What a version changes, in words: (rule, before, after)."""
    old, new = in_words(before), in_words(after)
    return [(label, old[label], words) for label, words in new.items() if old[label] != words]


def notice(summoned_on: date, opens_on: date, least: int) -> str:
    """What the summons lacks of its days, in words; empty when the notice is long enough."""
    left = (opens_on - summoned_on).days
    if left >= least:
        return ""
    given = "le jour même" if left <= 0 else f"{left} jour{'s' if left > 1 else ''} avant l’ouverture"
    return f"Convocation {given} ; le règlement en demande {least}"
