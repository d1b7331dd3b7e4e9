"""The employer: employees who agreed that it be asked, and its answers."""

from django.urls import path

from palier.spaces.employer import views

app_name = "employer"
urlpatterns = [
    path("", views.home, name="home"),
    path("attestations/<int:pk>/", views.attestation, name="attestation"),
    path("attestations/<int:pk>/confirmer/", views.confirm, name="confirm"),
    path("attestations/<int:pk>/dementir/", views.deny, name="deny"),
]
