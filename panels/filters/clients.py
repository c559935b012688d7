"""The filter of clients."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from panels.filters.base import ListFilter
from panels.models import Campaign, Client
from panels.models.client import fold_name


class ClientFilter(ListFilter):
    """The clients that the list shows."""

    PRESETS: ClassVar = {"With prices": "prices=yes"}

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name of a client or campaign"}),
    )
    prices = django_filters.ChoiceFilter(
        choices=[("yes", "With a mark-up"), ("no", "Without")],
        label="Prices",
        method="with_prices",
        empty_label="With or without",
    )

    class Meta:
        model = Client
        fields: ClassVar[list[str]] = []

    def search(self, clients: QuerySet[Client], _: str, text: str) -> QuerySet[Client]:
        """Keep clients with every word in the name or in the name of a campaign."""
        for word in fold_name(text).split()[:10]:
            campaigns = Campaign.objects.filter(client=OuterRef("pk"), name_key__contains=word)
            clients = clients.filter(Q(name_key__contains=word) | Exists(campaigns))
        return clients

    def with_prices(self, clients: QuerySet[Client], _: str, choice: str) -> QuerySet[Client]:
        """Keep clients with or without a mark-up."""
        return clients.filter(markup_percent__isnull=choice == "no")
