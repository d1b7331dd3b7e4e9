"""A member's sessions, dwellings and ballots."""

from __future__ import annotations

from django.urls import path

from palier.spaces.member import confirming, presiding, reviews, stand_in, views

app_name = "member"
urlpatterns = [
    path("", views.home, name="home"),
    path("seances/<int:pk>/", views.session, name="session"),
    *presiding.urlpatterns,
    path("logements/<int:pk>/", views.item, name="item"),
    path("logements/<int:pk>/recu/", views.receipt, name="receipt"),
    path("logements/<int:pk>/classer/", views.cast, name="cast"),
    path("logements/<int:pk>/se-deporter/", views.step_out, name="step_out"),
    path("logements/<int:pk>/discussion/", views.discussion, name="discussion"),
    *reviews.urlpatterns,
    *confirming.urlpatterns,
    *stand_in.urlpatterns,
]
