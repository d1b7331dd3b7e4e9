"""One file sent to one row of documents, for every space."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from palier.documents.intake import FIELD, refused

ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class UploadForm(forms.Form):
    """What the file holds is judged by the action, not by its name."""

    file = forms.FileField(label="Votre fichier", required=False, allow_empty_file=True)
    kind = forms.CharField(widget=forms.HiddenInput, max_length=40)
    about = forms.CharField(widget=forms.HiddenInput, max_length=20)

    @property
    def uid(self) -> str:
        """The row of the page this was sent from (`documents.queries.DueRow.uid`)."""
        return f"piece-{self.data.get('kind', '')}-{self.data.get('about', '')}"

    @property
    def problem(self) -> str:
        """The first thing wrong, for the row."""
        return next((str(words) for errors in self.errors.values() for words in errors), "")

    def about_whom(self) -> dict[str, str]:
        """What is asked and of whom, as `documents.actions.receive` takes it."""
        return {"kind": self.cleaned_data["kind"], "about": self.cleaned_data["about"]}


def taken(request: HttpRequest) -> UploadedFile | None:
    """The uploaded file; raises the refusal of one that was thrown away for its size while it arrived."""
    if getattr(request, "oversized", "") == FIELD:
        raise refused("too_big")
    return request.FILES.get(FIELD)
