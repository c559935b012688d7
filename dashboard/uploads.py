"""Keeps no more of uploaded files than a form reads, because Django writes files of any size to the disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

from panels.tables.decoding import MAX_BYTES


class Quota(FileUploadHandler):
    """Passes on the first bytes of the files of a request, up to a little more than the form allows.

    So the form refuses a larger file by the size of its beginning.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._passed = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        """Return the bytes for the next handler, or None if there were enough."""
        if self._passed > MAX_BYTES:
            return None
        self._passed += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        """Leave the file to the next handler."""
        return
