"""Temporary: the theme's author replaces this file."""
from django.shortcuts import render
def gallery(request):
    return render(request, "components/gallery.html")
