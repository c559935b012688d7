"""How one person wants to see the pages. A person without a row sees them as they are by default."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ObjectDoesNotExist
from django.db import models


class PersonalSettings(models.Model):
    class Density(models.TextChoices):
        COMPACT = "compact", "Compact"
        COMFORTABLE = "comfortable", "Comfortable"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="personal"
    )
    # The IANA name. "" is the time zone of the site.
    time_zone = models.CharField(max_length=64, blank=True)
    density = models.CharField(max_length=20, choices=Density, default=Density.COMPACT)
    # The names of the chosen columns by the name of the list. A list that is not here has its default columns.
    columns = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "personal settings"

    def __str__(self) -> str:
        return f"Settings of {self.user}"

    @classmethod
    def of(cls, user: User | AnonymousUser) -> PersonalSettings:
        """Return the settings of a person, or those by default. A signed-in person's row is already in memory."""
        if not isinstance(user, User):
            return cls()
        try:
            found: PersonalSettings = user.personal
        except ObjectDoesNotExist:
            return cls(user=user)
        return found
