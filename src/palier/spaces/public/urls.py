"""Addresses that need no account."""

from django.urls import path

from palier.spaces import delays
from palier.spaces.public import grids, views
from palier.spaces.public.odds import odds
from palier.spaces.public.simulator import simulator

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("offres/", views.offers, name="offers"),
    path("offres/carte/", views.offers_map, name="offers_map"),
    path("offres/<int:pk>/", views.offer, name="offer"),
    path("lieux/", views.places, name="places"),
    path("simulateur/", simulator, name="simulator"),
    path("chances/", odds, name="odds"),
    path("delais/", delays.public_delays, name="delays"),
    path("delais/tous.csv", delays.export, name="delays_export"),
    path("grilles/", grids.grids, name="grids"),
    path("grilles/<int:pk>/", grids.grid, name="grid"),
    path("grilles/<int:pk>/texte/", grids.text, name="grid_text"),
    path("observatoire/", views.observatory, name="observatory"),
    path("mots-a-relire.json", views.careful_words, name="careful_words"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("code-source/", views.source, name="source"),
]
