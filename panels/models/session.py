"""The sessions of people: how long they last, and how they are stored.

A row has a hash of the session's key. So a copy of the database signs nobody in.

```
sign-in ──▶ seen at a page ──▶ not seen for SESSION_IDLE ───────▶ ended
                  └──────────▶ SESSION_LONGEST after sign-in ───▶ ended
```
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as StoreInDatabase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

# The key of the session's data about its sign-in.
SIGN_IN = "sign_in"


class Session(AbstractBaseSession):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")
    network = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=60, blank=True)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return f"{self.device} of {self.user}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


def ends_at(signed_in_at: datetime, seen_at: datetime) -> datetime:
    """Return when a session ends that is not seen again."""
    return min(seen_at + settings.SESSION_IDLE, signed_in_at + settings.SESSION_LONGEST)


class SessionStore(StoreInDatabase):
    """The session engine. `row` is the row that was read, or None."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(pk=_hash(self.session_key), expire_date__gt=timezone.now())
        self.row = found.first()
        if self.row is None:
            self._session_key = None
        return self.row

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(pk=_hash(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session. A new session has no sign-in yet."""
        sign_in = data.get(SIGN_IN, {})
        now = timezone.now()
        signed_in_at = datetime.fromisoformat(sign_in["at"]) if sign_in else now
        return Session(
            session_key=_hash(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=ends_at(signed_in_at, now),
            user_id=data.get(SESSION_KEY),
            network=sign_in.get("network", ""),
            device=sign_in.get("device", ""),
            signed_in_at=signed_in_at,
            seen_at=now,
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(pk=_hash(key)).delete()


def _hash(key: str | None) -> str:
    return sha256((key or "").encode()).hexdigest()[:40]
