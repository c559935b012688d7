"""How one person wants to see the pages. A person without a row sees them as they are by default."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.urls import reverse


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
    # Whether the person has rows of OrderLimit. Without it, each order would need a query to know.
    has_limits = models.BooleanField(default=False, db_default=False, editable=False)
    # When the person last looked at the changes of services. None if they never did.
    changes_seen_at = models.DateTimeField(null=True, editable=False)
    # The page after the sign-in. None is the overview.
    start_view = models.ForeignKey("SavedView", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

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

    @property
    def start_address(self) -> str:
        """The address of the page after the sign-in: the chosen view if the person may see it, else the overview."""
        view = self.start_view
        if view and view.is_visible_to(self.user) and self.user.has_perm(view.permission):
            return view.get_absolute_url()
        return reverse("overview")
