"""Signs people in by name and password, and reads them together with their settings."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User


class Backend(ModelBackend):
    """Django's own backend, with one query fewer for each page."""

    def get_user(self, user_id: Any) -> User | None:
        """Return an active person with their `PersonalSettings`, or None."""
        user = User.objects.select_related("personal").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
