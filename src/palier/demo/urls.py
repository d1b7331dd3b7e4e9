"""Demo mode's own pages; the root configuration leaves them out everywhere else."""

from django.urls import path

from palier.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.cast, name="cast"),
    path("entrer/<str:key>/", views.sign_in, name="sign_in"),
    path("courrier/", views.mailbox, name="mailbox"),
    path("courrier/<int:pk>/", views.mail, name="mail"),
    path("horloge/", views.move_clock, name="clock"),
]
