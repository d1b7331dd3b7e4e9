"""Every address of the site, by audience."""

from django.conf import settings
from django.urls import include, path

from palier.common import components

urlpatterns = [
    path("", include("palier.spaces.public.urls")),
    path("compte/", include("allauth.account.urls")),
    path("espace/", include("palier.spaces.urls")),
    path("mon-espace/", include("palier.spaces.applicant.urls")),
    path("guichet/", include("palier.spaces.desk.urls")),
    path("bailleur/", include("palier.spaces.landlord.urls")),
    path("reservataire/", include("palier.spaces.holder.urls")),
    path("employeur/", include("palier.spaces.employer.urls")),
    path("commission/", include("palier.spaces.member.urls")),
    path("collectivite/", include("palier.spaces.authority.urls")),
    path("equipe/", include("palier.spaces.staff.urls")),
    path("api/v1/", include("palier.spaces.api.urls")),
    path("composants/", components.gallery, name="gallery"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("palier.demo.urls")))

handler400 = "palier.spaces.errors.bad_request"
handler403 = "palier.spaces.errors.forbidden"
handler404 = "palier.spaces.errors.not_found"
handler500 = "palier.spaces.errors.failure"
