"""Palier's own team: the support desk and the administrators."""

from django.urls import path

from palier.spaces.staff import administration, support, takeover

app_name = "staff"
urlpatterns = [
    path("assistance/", support.find, name="support"),
    path("assistance/<int:pk>/", support.dossier, name="dossier"),
    path("organisations/", administration.organisations, name="organisations"),
    path("organisations/<int:pk>/", administration.organisation, name="organisation"),
    path("reglages/", administration.settings_list, name="settings"),
    path("reglages/<slug:key>/", administration.setting, name="setting"),
    *takeover.urlpatterns,
]
