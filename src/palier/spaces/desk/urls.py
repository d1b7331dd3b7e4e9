"""The registration desk: finding a demand, the whole dossier, documents to check, situations to recognise."""

from django.urls import path

from palier.spaces.desk import acting, checking, exchanges, life, likenesses, recognitions, registering, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("dossiers/<int:pk>/", views.dossier, name="dossier"),
    path("dossiers/<int:pk>/pieces/", views.upload, name="upload"),
    *registering.urlpatterns,
    *acting.urlpatterns,
    *likenesses.urlpatterns,
    *life.urlpatterns,
    *checking.urlpatterns,
    *recognitions.urlpatterns,
    *exchanges.urlpatterns,
]
