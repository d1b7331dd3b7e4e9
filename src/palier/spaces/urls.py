"""After signing in: each role to its own home; and acting under another of one's roles."""

from django.urls import path

from palier.spaces import delays, invitations, objectives, planning, statistics, uploads, views

app_name = "spaces"
urlpatterns = [
    path("", views.home, name="home"),
    path("role/", views.choose_role, name="choose_role"),
    path("non-lus/", views.unread, name="unread"),
    *invitations.urlpatterns,
    *uploads.urlpatterns,
    *delays.urlpatterns,
    *planning.urlpatterns,
    *statistics.urlpatterns,
    *objectives.urlpatterns,
]
