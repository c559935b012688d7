"""The mails to people: rows that the worker sends.

A row has no link. The worker makes it when it sends the mail, so no database and no backup ever has one.

```
a name was asked for ──▶ waits, next_at ──▶ sent_at
                          │   ▲
                          ▼   │ a longer wait after each try
                        not taken ──after the last try──▶ given_up_at
```
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Mail(models.Model):
    class Kind(models.TextChoices):
        RESET = "reset", "New password"
        INVITATION = "invitation", "Invitation"
        CHANGE = "change", "Changed sign-in"

    kind = models.CharField(max_length=20, choices=Kind)
    # None until the worker has looked who is meant by `asked_for`.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="mails")
    # The name or the address that a visitor typed.
    asked_for = models.CharField(max_length=254, blank=True)
    # The sentence of a CHANGE, without a secret: "A passkey was added to your account."
    what = models.CharField(max_length=100, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    # When it is tried next, or when the lease of a try ends. None once it is sent or given up.
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("next_at",), name="mail_by_turn", condition=Q(next_at__isnull=False)),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.person or 'a name'}"
