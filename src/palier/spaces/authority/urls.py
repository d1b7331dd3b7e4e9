"""Figures for local authorities."""

from django.urls import path

from palier.spaces.authority import views

app_name = "authority"
urlpatterns = [path("", views.home, name="home"), path("export/", views.export, name="export")]
