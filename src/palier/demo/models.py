"""Mail delivered in demo mode, and how far the territory has been built."""

from __future__ import annotations

from django.db import models


class Mail(models.Model):
    """A mail that would have left; invented addresses only."""

    at = models.DateTimeField()
    to = models.EmailField(db_index=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]


class BuildStep(models.Model):
    """A finished step of the build, so that an interrupted build goes on where it stopped."""

    name = models.CharField(max_length=40, unique=True)
    size = models.CharField(max_length=12)
    finished_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
