"""The mail that tells a household what happened to its application."""

from __future__ import annotations

from palier.applications.models import Application
from palier.applications.offers import describe
from palier.common import mail
from palier.common.isolation import as_system
from palier.demands.models import Demand


def tell(application: Application, template: str, subject: str, **context: object) -> None:
    """Queue the household's mail; a household registered at a desk without e-mail is told on paper by its desk.

    `template`: `allocation_lapsed` is of the kind `allocations.lapsed`.
    """
    with as_system("the household's address is needed to write to it"):
        demand = Demand.objects.select_related("person").get(pk=application.demand_id)
        if demand.person is not None:
            area, what = template.split("_", 1)
            mail.post(
                to=demand.person.email,
                kind=f"{area}s.{what}",
                subject=subject,
                template=template,
                context={
                    "offer": describe(application.offer),
                    "name": demand.person.first_name,
                    "action_path": f"/mon-espace/candidatures/{application.pk}/",
                    "action_label": "Voir ma candidature",
                    **context,
                },
                person=demand.person_id,
                thread=demand.pk,
            )
