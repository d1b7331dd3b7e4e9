from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "palier.reviews"
    label = "reviews"
    verbose_name = "Examen de l’occupation"

    def ready(self) -> None:
        from palier.allocations.actions import after_lease
        from palier.commissions.actions import after_signature
        from palier.commissions.business import BUSINESS, Business
        from palier.reviews.actions import session, tenancies

        after_lease.append(tenancies.begin)
        after_signature.append(session.give)
        BUSINESS.append(
            Business(
                communes=session.communes,
                count=session.count,
                check=session.check,
                record=session.record,
                cancel=session.cancel,
            )
        )
