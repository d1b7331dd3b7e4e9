"""Sending a stored document, so that nothing in it may act in the reader's browser."""

from __future__ import annotations

from typing import BinaryIO
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpResponse

from palier.accounts.actor import Actor
from palier.documents import store
from palier.documents.models import Piece
from palier.documents.preview import page_picture
from palier.documents.sharing import ORIGINAL, page_copy, reading_copy
from palier.documents.states import SHOWN

# Nothing runs, nothing is fetched, no form leaves. Browsers refuse their own PDF viewer under `sandbox`,
# hence the sandbox for pictures, and for PDF a closed policy and a file rewritten without scripts
# (documents.cleaning).
CLOSED = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'; form-action 'none'"
SANDBOX = "default-src 'none'; sandbox"
SUFFIX = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def send_page(piece: Piece, page: int, actor: Actor) -> HttpResponse:
    """One page as a picture, under the same guards as the document itself; marked, for whoever reads a copy."""
    if piece.scan == "waiting" or piece.state not in SHOWN or piece.media_type not in SUFFIX:
        raise Http404
    if actor.role not in ORIGINAL:
        picture = page_copy(piece, page, actor)
    else:
        picture = page_picture(piece, page) if piece.media_type == "application/pdf" else None
    if picture is None:
        raise Http404
    return _guarded(HttpResponse(picture, content_type="image/jpeg"), SANDBOX)


def _guarded(response: HttpResponse, policy: str) -> HttpResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def send_file(piece: Piece, actor: Actor) -> HttpResponse:
    """The document, for its reader alone and never kept by a cache. 404 while the virus check is pending.

    The file itself goes to whoever gave it and to the desk; anybody else gets a copy marked with their name.
    """
    if piece.scan == "waiting" or piece.state not in SHOWN or piece.media_type not in SUFFIX:
        raise Http404
    try:
        stream = _original(piece) if actor.role in ORIGINAL else reading_copy(piece, actor)
    except FileNotFoundError as error:
        raise Http404 from error
    if stream is None:
        raise Http404
    media_type = piece.media_type if actor.role in ORIGINAL else "application/pdf"
    response = FileResponse(stream, content_type=media_type)
    suffix = SUFFIX[media_type]
    name = quote(piece.original_name.rsplit(".", 1)[0] + suffix, safe="")
    response.headers["Content-Disposition"] = f"inline; filename=\"piece{suffix}\"; filename*=UTF-8''{name}"
    return _guarded(response, CLOSED if suffix == ".pdf" else SANDBOX)


def _original(piece: Piece) -> BinaryIO:
    return store.path_of(piece.file_name).open("rb")
