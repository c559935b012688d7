"""Words in which a panel refused orders, and which are not known here, with the meaning that a person gives them.

A row is written when these words have refused several orders in a row. The orders are marked with it.

    ask ──▶ panel    the panel refuses everybody: orders that are refused in these words are put back from now on
     ▲  └─▶ orders   the panel refuses these orders: they stay refused, and these words never pause the panel again
     │
     └───── the panel took money for an order that it refused in these words
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from panels.models.panel import Panel


class RefusalWords(models.Model):
    class Meaning(models.TextChoices):
        ASK = "", "not decided"
        PANEL = "panel", "the panel"
        ORDERS = "orders", "these orders"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="refusal_words", db_index=False)
    # The result of `protocol.folding.fold`, by which words are the same.
    folded = models.CharField(max_length=300)
    # The panel's own words, as they came last.
    text = models.TextField()
    meaning = models.CharField(max_length=10, choices=Meaning, default=Meaning.ASK, blank=True)
    # The time when the first marked order was sent, and the time when these words paused the panel last.
    began_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # The marked orders that were refused until then stay refused, because a person said that the words are about them.
    final_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        verbose_name_plural = "refusal words"
        constraints = (models.UniqueConstraint(fields=("panel", "folded"), name="one_row_per_words"),)
        indexes = (models.Index(fields=("panel",), condition=models.Q(meaning=""), name="words_to_decide"),)

    def __str__(self) -> str:
        return f"“{self.text}” at {self.panel}"

    def get_absolute_url(self) -> str:
        return reverse("refusal_words", args=[self.pk])
