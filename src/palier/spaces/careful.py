"""Free text about people: the box that warns while one types, and the same words once it is sent without JavaScript."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse_lazy

from palier.common import clock
from palier.law import careful


class CarefulText(forms.Textarea):
    """A box of text whose words are compared with the list of `law.careful` while one types."""

    def __init__(self, rows: int = 3, **attrs: Any) -> None:
        super().__init__({"rows": rows, "data-careful": reverse_lazy("public:careful_words"), **attrs})


def remind(request: HttpRequest, *texts: str) -> None:
    """Say once, after a text was kept, which of its words are to be read again."""
    for words in filter(None, (careful.warning(text, clock.today()) for text in texts)):
        messages.warning(request, words)
