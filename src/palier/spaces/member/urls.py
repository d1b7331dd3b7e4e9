"""A member's sessions, dwellings and ballots."""

from __future__ import annotations

from django.urls import path

from palier.spaces.member import confirming, discussion, presiding, reviews, stand_in, views

app_name = "member"
urlpatterns = [
    path("", views.home, name="home"),
    path("seances/<int:pk>/", views.session, name="session"),
    *presiding.urlpatterns,
    path("logements/<int:pk>/", views.item, name="item"),
    path("logements/<int:pk>/recu/", views.receipt, name="receipt"),
    path("logements/<int:pk>/classer/", views.cast, name="cast"),
    path("logements/<int:pk>/se-deporter/", views.step_out, name="step_out"),
    path("logements/<int:pk>/discussion/", discussion.discussion, name="discussion"),
    path("logements/<int:pk>/lu/", discussion.read, name="read"),
    path("logements/<int:pk>/participation/", discussion.turnout_of_item, name="item_turnout"),
    path("seances/<int:pk>/participation/", discussion.turnout_of_session, name="turnout"),
    *reviews.urlpatterns,
    *confirming.urlpatterns,
    *stand_in.urlpatterns,
]
