"""Refusing a file that is too big, or that the disk has no room for, while it arrives."""

from __future__ import annotations

from django.conf import settings
from django.core.files import uploadhandler
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from palier.accounts.roles import Role
from palier.documents import store


class BoundedUploadHandler(FileUploadHandler):
    """First of the upload handlers: past the limit the rest of the file is read and thrown away.

    The form's other fields still arrive, so that the page can answer next to the field; the field's
    name is left in `request.oversized`.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > self._most:
            self.request.oversized = self.field_name
            raise SkipFile
        return raw_data

    @property
    def _most(self) -> int:
        """Administrators alone bring whole files of an older tool."""
        actor = getattr(self.request, "actor", None)
        brings_stock = actor is not None and actor.role == Role.ADMINISTRATOR
        return settings.STOCK_MAX_BYTES if brings_stock else settings.DOCUMENT_MAX_BYTES

    def file_complete(self, file_size):
        return None


class TemporaryFileUploadHandler(uploadhandler.TemporaryFileUploadHandler):
    """Django's own; on a full disk the rest is thrown away, and the field's name left in `request.no_room`."""

    def receive_data_chunk(self, raw_data, start):
        try:
            with store.full_disk_told():
                super().receive_data_chunk(raw_data, start)
                self.file.flush()
        except store.NoRoom:
            self.request.no_room = self.field_name
            raise SkipFile from None
