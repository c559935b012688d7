"""The admin of clients, campaigns, and what was spent and delivered for them."""

from __future__ import annotations

from django.contrib import admin

from panels.admin.base import RowAdmin
from panels.models import Campaign, Client, ClientDay, ClientUnits, LabelChange, Recount
from panels.pages.numbers import total


@admin.register(Client)
class ClientAdmin(RowAdmin):
    list_display = ("name", "markup_percent", "markup_step", "created_by", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("name_key",)

    def view_on_site(self, obj: Client) -> str:
        return obj.get_absolute_url()


@admin.register(Campaign)
class CampaignAdmin(RowAdmin):
    list_display = ("name", "client", "created_by", "created_at")
    list_filter = ("client",)
    list_select_related = ("client", "created_by")
    search_fields = ("name_key", "client__name_key")

    def view_on_site(self, obj: Campaign) -> str:
        return obj.get_absolute_url()


@admin.register(ClientDay)
class ClientDayAdmin(RowAdmin):
    list_display = ("day", "client_pk", "campaign_pk", "panel", "amount", "orders", "expected", "unpriced")
    list_filter = ("panel", "day")
    list_select_related = ("panel",)
    search_fields = ("=client_pk", "=campaign_pk")

    @admin.display(description="cost")
    def amount(self, day: ClientDay) -> str:
        return total(day.cost, day.currency)


@admin.register(ClientUnits)
class ClientUnitsAdmin(RowAdmin):
    list_display = ("day", "client_pk", "campaign_pk", "panel", "platform", "metric", "units", "orders")
    list_filter = ("panel", "day", "platform")
    list_select_related = ("panel",)
    search_fields = ("=client_pk", "=campaign_pk")


@admin.register(Recount)
class RecountAdmin(RowAdmin):
    list_display = ("id", "day", "panel")
    list_filter = ("panel",)
    list_select_related = ("panel",)


@admin.register(LabelChange)
class LabelChangeAdmin(RowAdmin):
    hidden = ("packed",)
    list_display = ("action", "number", "position", "changed")
    list_select_related = ("action",)
    search_fields = ("=action__id",)
