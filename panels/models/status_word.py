"""Words of a panel for the status of an order or a refill that are not known here, with the meaning a person gave."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from panels.models.order_states import OrderProgress
from panels.models.panel import Panel
from panels.models.refill import Refill
from panels.protocol.wording import keeps_progress, order_progress, refill_progress


class StatusWord(models.Model):
    class Kind(models.TextChoices):
        ORDER = "order", "order"
        REFILL = "refill", "refill"

    # The word says nothing, so the progress stays as it was.
    NOTHING = "nothing"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="status_words", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    # The result of `protocol.wording.fold_word`, by which words are the same.
    folded = models.CharField(max_length=300)
    # The panel's own word.
    text = models.CharField(max_length=100)
    # A progress of the kind, or NOTHING.
    meaning = models.CharField(max_length=20)
    decided_at = models.DateTimeField(auto_now=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("kind", "folded")
        constraints = (models.UniqueConstraint(fields=("panel", "kind", "folded"), name="one_row_per_status_word"),)

    def __str__(self) -> str:
        return f"“{self.text}” ({self.get_kind_display()}) at {self.panel}"

    @classmethod
    def meanings(cls, kind: str) -> list[tuple[str, str]]:
        """Return the meanings that a word of this kind can have, and their names."""
        progress = Refill.Progress if kind == cls.Kind.REFILL else OrderProgress
        named = [(each.value, str(each.label)) for each in progress]
        return [*named, (cls.NOTHING, "It says nothing: keep the progress")]

    @classmethod
    def is_unknown(cls, kind: str, text: str) -> bool:
        """Say whether a word needs a person, because it is not known at all panels."""
        if kind == cls.Kind.REFILL:
            return refill_progress(text) is None
        return order_progress(text) is None and not keeps_progress(text)

    @property
    def meaning_label(self) -> str:
        """The name of the meaning."""
        return dict(self.meanings(self.kind)).get(self.meaning, self.meaning)

    @property
    def key(self) -> tuple[str, str]:
        """The kind and the folded word."""
        return self.kind, self.folded
