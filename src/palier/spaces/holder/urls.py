"""The dwellings whose turn is the reservation holder's: candidates in order, files to send."""

from __future__ import annotations

from django.urls import path

from palier.spaces.holder import flow, recognitions, views

app_name = "holder"
urlpatterns = [
    path("", views.home, name="home"),
    path("logements/<int:pk>/", views.candidates, name="candidates"),
    path("logements/<int:pk>/recu/", views.receipt, name="receipt"),
    path("logements/<int:pk>/designer/", views.designate, name="designate"),
    path("logements/<int:pk>/rendre/", views.give_back, name="give_back"),
    path("logements/<int:pk>/reserver/", views.reserve, name="reserve"),
    path("dossiers/<int:pk>/", views.file, name="file"),
    *flow.urlpatterns,
    *recognitions.urlpatterns,
]
