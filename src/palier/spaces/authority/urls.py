"""Figures for local authorities, and grids tried before they are voted."""

from django.urls import path

from palier.spaces.authority import simulations, views

app_name = "authority"
urlpatterns = [
    path("", views.home, name="home"),
    path("export/", views.export, name="export"),
    *simulations.urlpatterns,
]
