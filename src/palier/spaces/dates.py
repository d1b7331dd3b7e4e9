"""The date of a document, asked of whoever sends it and of whoever checks it."""

from __future__ import annotations

from django import forms

from palier.common import clock
from palier.documents.models import Piece
from palier.law.document_kinds import DATE_LABELS
from palier.law.proofs import ENDING, date_asked


class DateForm(forms.Form):
    """The date that tells how long a document holds, for the kinds that need one; no field for the others."""

    day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Telle qu’écrite sur la pièce ; laissez vide s’il n’y en a pas.",
        error_messages={"invalid": "Indiquez une date qui existe."},
    )
    use_required_attribute = False

    def __init__(self, *args, piece: Piece, **kwargs):
        known = {"day": piece.dated_on or piece.expires_on}
        super().__init__(*args, initial=known, auto_id=f"piece-{piece.pk}-%s", **kwargs)
        asked = date_asked(piece.kind, clock.today())
        if asked:
            plain = "Date de fin" if asked == ENDING else "Date du document"
            self.fields["day"].label = DATE_LABELS.get(piece.kind, plain)
        else:
            del self.fields["day"]
