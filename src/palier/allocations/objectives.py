"""Where a landlord stands on the first quartile, from its signed leases and what commissions knew of each household."""

from __future__ import annotations

from collections.abc import Sequence

from palier.allocations.models import Lease
from palier.commissions.models import AgendaItem, Candidate
from palier.common import clock
from palier.law import objectives
from palier.law.products import COMMISSION
from palier.territories.queries import setting


def first_quartile(landlord_id: int, items: Sequence[AgendaItem]) -> list[tuple[str, objectives.Outlook]]:
    """(EPCI, outlook) for each EPCI of an agenda's dwellings outside priority quarters, this year's leases included.

    The income for a consumption unit is the one frozen with the candidate; a lease without it is not counted as known.
    """
    today = clock.today()
    outside = [item for item in items if not item.offer.dwelling.qpv and not item.postponed]
    epcis = {item.offer.dwelling.commune.epci_id: item.offer.dwelling.commune.epci for item in outside}
    found = []
    for key in sorted(key for key in epcis if key):
        rule = {
            name: setting(f"first_quartile_{name}", on=today, territory=key) for name in ("income", "share", "least")
        }
        threshold = rule["income"]
        signed = Lease.objects.filter(
            signed_on__year=today.year,
            proposal__way=COMMISSION,
            proposal__offer__dwelling__landlord=landlord_id,
            proposal__offer__dwelling__qpv=False,
            proposal__offer__dwelling__commune__epci=key,
        ).values_list("proposal__decision__candidate__facts__income_per_unit", flat=True)
        here = [item.pk for item in outside if item.offer.dwelling.commune.epci_id == key]
        modest = set(
            Candidate.objects.filter(item__in=here, facts__income_per_unit__lte=threshold).values_list(
                "item_id", flat=True
            )
        )
        found.append(
            (
                epcis[key].name,
                objectives.outlook(
                    [None if income is None else income <= threshold for income in signed],
                    [item in modest for item in here],
                    threshold=threshold, share=rule["share"], least=rule["least"],
                ),
            )
        )  # fmt: skip
    return found
