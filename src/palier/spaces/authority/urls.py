"""Figures for local authorities; grids written, tried before they are voted, published."""

from django.urls import path

from palier.spaces.authority import grids, simulations, views

app_name = "authority"
urlpatterns = [
    path("", views.home, name="home"),
    path("export/", views.export, name="export"),
    *grids.urlpatterns,
    *simulations.urlpatterns,
]
