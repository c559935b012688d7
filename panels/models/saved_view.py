"""A saved filter of a list. It has a name, and belongs to one person or to the whole team."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from panels.models.client import fold_name

# The permission to make, change and delete the views of the team. Operators and Managers have it.
MAY_SHARE = "panels.change_savedview"


class SavedView(models.Model):
    MAX_NAME = 60
    MAX_QUERY = 2000
    # A person's own views and the team's views that this person made.
    MOST = 50

    class List(models.TextChoices):
        ORDERS = "orders", "Orders"
        BATCHES = "batches", "Bulk"
        SERVICES = "services", "Catalog"
        PRODUCTS = "products", "Products"
        SERVICE_CHANGES = "service_changes", "Catalog changes"
        REFILLS = "refills", "Refills"
        PANELS = "panels", "Panels"
        CLIENTS = "clients", "Clients"
        CHANGES = "changes", "History"
        PEOPLE = "people", "People"

    # For each list: the name of its address, and the permission to see it.
    LISTS: ClassVar[dict[str, tuple[str, str]]] = {
        List.ORDERS: ("order_list", "panels.view_order"),
        List.BATCHES: ("bulk_list", "panels.view_batch"),
        List.SERVICES: ("service_list", "panels.view_service"),
        List.PRODUCTS: ("product_list", "panels.view_service"),
        List.SERVICE_CHANGES: ("change_list", "panels.view_service"),
        List.REFILLS: ("refill_list", "panels.view_refill"),
        List.PANELS: ("panel_list", "panels.view_panel"),
        List.CLIENTS: ("client_list", "panels.view_client"),
        List.CHANGES: ("history_list", "auditlog.view_logentry"),
        List.PEOPLE: ("people_list", "auth.view_user"),
    }

    name = models.CharField(max_length=MAX_NAME)
    # The result of fold_name. A folded name can be longer than the name.
    name_key = models.CharField(max_length=4 * MAX_NAME, editable=False)
    list_name = models.CharField("list", max_length=20, choices=List)
    # The filters and the sorting, without the page.
    query = models.CharField(max_length=MAX_QUERY, blank=True)
    # The admin deletes no person, so the team loses no view.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    is_shared = models.BooleanField("for the team", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name_key", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "list_name", "name_key"), condition=Q(is_shared=False), name="one_own_view_per_name"
            ),
            models.UniqueConstraint(
                fields=("list_name", "name_key"), condition=Q(is_shared=True), name="one_team_view_per_name"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold_name(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the address of its list under its filter. `view` says which view is open there."""
        query = f"{self.query}&" if self.query else ""
        return f"{reverse(self.LISTS[self.list_name][0])}?{query}view={self.pk}"

    @classmethod
    def visible_to(cls, user: Any) -> models.QuerySet[SavedView]:
        """Return a person's own views and those of the team."""
        return cls.objects.filter(Q(owner=user.pk) | Q(is_shared=True))

    def is_visible_to(self, user: Any) -> bool:
        """Say whether this is a view of the person or of the team."""
        return self.is_shared or self.owner_id == user.pk

    @property
    def permission(self) -> str:
        """The permission to see its list."""
        return self.LISTS[self.list_name][1]

    def may_change(self, user: Any) -> bool:
        """Say whether a person may rename, replace or delete it."""
        return bool(user.has_perm(MAY_SHARE) if self.is_shared else self.owner_id == user.pk)
