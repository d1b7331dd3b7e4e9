"""From stored ballots to the count of a dwelling, and again: nothing is read but what the count keeps with itself.

The count of a signed session can so be done anew years later, whatever the rules and the seats have become.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from palier.commissions.models import Ballot
from palier.law import ballots as law_ballots
from palier.law.procedure import lacking

# What a count is made from: rule, quorum and seats of that day, candidates still there.
BASIS = ("rule", "quorum", "kinds", "voters", "casting", "candidates")


def cast_of(ballot: Ballot) -> dict[str, Any]:
    """A ballot as the count keeps it."""
    return {
        "seat": ballot.seat_id,
        "ranking": list(ballot.ranking),
        "refused": dict(ballot.refused),
        "meeting": ballot.meeting,
        "revision": ballot.revision,
    }


def result_of(basis: Mapping[str, Any], cast: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The whole count of a dwelling, as a document. `basis`: see BASIS, `quorum` being what the rules ask.

    `cast`: the ballots of those who did not step out. Keys of seats and candidates are texts, as JSON holds them.
    """
    names = basis["candidates"]
    quorum = law_ballots.quorum(
        law_ballots.QuorumRule(basis["quorum"], basis["kinds"]), basis["voters"], [str(b["seat"]) for b in cast]
    )
    ballots = [
        law_ballots.Ballot(
            voter=str(b["seat"]),
            ranking=tuple(key for key in map(str, b["ranking"]) if key in names),
            refused=frozenset(b["refused"]) & set(names),
            meeting=b["meeting"],
        )
        for b in cast
    ]
    result = law_ballots.count(basis["rule"], list(names), ballots, casting_vote=basis["casting"], names=names)
    return {
        "basis": {name: basis[name] for name in BASIS},
        "rule": basis["rule"],
        "called": len(basis["voters"]),
        "votes": len(cast),
        "quorum": quorum.least,
        "quorum_reached": quorum.reached,
        "quorum_lacks": lacking(quorum.least - quorum.present, quorum.missing),
        "groups": [list(group) for group in result.groups],
        "order": list(result.order),
        "refused": list(result.refused),
        "open_ties": [list(t) for t in result.ties],
        "steps": [quorum.text, *result.steps],
        "meeting": result.meeting,
        "ballots": list(cast),
    }
