"""Refusing a file that is too big while it arrives, before any of it is kept."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


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
        if self.received > settings.DOCUMENT_MAX_BYTES:
            self.request.oversized = self.field_name
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None
