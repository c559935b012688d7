"""The tables from which drafts were made, and the titles whose columns people have chosen."""

from __future__ import annotations

import zlib

from django.conf import settings
from django.db import models

from panels.models.batch import Batch


class SourceTable(models.Model):
    """A table as a person sent it. It is kept with its draft, so that its columns can be chosen, also once more.

    Without a layout, nobody has chosen the columns yet, and the draft has no lines.
    """

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, primary_key=True, related_name="source_table")
    # Lines without titles begin with the name of their panel, because no panel was chosen for them.
    has_panel = models.BooleanField()
    # Compressed, because a table may have 20 MB.
    packed = models.BinaryField()
    # The row with the titles and the columns by place, as `tables.layout.Layout` has them.
    layout = models.JSONField(null=True)
    # Pairs of a title and its column, as the lines of the draft were read. "" is a title that was not read.
    titles = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Table of {self.batch}"

    @property
    def content(self) -> bytes:
        """The bytes of the file or of the pasted text."""
        return zlib.decompress(self.packed)

    @staticmethod
    def pack(content: bytes) -> bytes:
        """Compress a file or a pasted text."""
        return zlib.compress(content, 1)


class ColumnTitle(models.Model):
    """A title that people give to a column, with the column that a person chose for it. All of the team share it."""

    MAX_KEY = 100

    # What a table is about: `tables.columns.TableKind.slug`.
    kind = models.CharField(max_length=20)
    # The result of `tables.columns.fold_title`.
    key = models.CharField(max_length=MAX_KEY)
    title = models.CharField(max_length=MAX_KEY)
    # "" is a column that is not read.
    column = models.CharField(max_length=30, blank=True)
    chosen_at = models.DateTimeField(auto_now=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("kind", "key")
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="one_column_per_title"),)

    def __str__(self) -> str:
        return f"“{self.title}” as {self.column or 'not read'}"
