"""The admin of orders, batches, refills and the searches for lost panel order IDs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from panels.admin.base import RowAdmin, RowInline
from panels.bell import ring
from panels.filters.order_search import OrderSearch
from panels.models import (
    ActionLine,
    Batch,
    BatchLine,
    ColumnTitle,
    FoundId,
    IdSearch,
    Order,
    OrderAction,
    OrderEvent,
    OrderReading,
    OrderText,
    Panel,
    Refill,
    SourceTable,
)
from panels.money.costs import cost_of
from panels.orders.actions import MOST, confirm_action, draft_action
from panels.pages import numbers
from panels.pages.paging import COUNT_UP_TO, count_rows


class EventInline(RowInline):
    model = OrderEvent
    fields = ("at", "actor", "what", "detail")


class ReadingInline(RowInline):
    model = OrderReading


class RefillInline(RowInline):
    model = Refill


@admin.register(Order)
class OrderAdmin(RowAdmin):
    hidden = ("charge_sort", "cost_sort")
    list_display = (
        "id", "state", "progress", "panel", "remote_id", "ordered", "quantity", "cost", "client", "reference", "alarm",
        "placed_by", "created_at",
    )  # fmt: skip
    list_filter = ("created_at", "state", "progress", "panel", "client", "cancel_state")
    list_select_related = ("panel", "service", "placed_by", "client")
    # `OrderSearch` decides which fields are searched. Without an entry here, the admin shows no search box.
    search_fields = ("remote_id",)
    search_help_text = "IDs, and any part of link, name, comment, reference, note, client, campaign, batch and service."
    ordering = ("-created_at", "-pk")
    inlines = (EventInline, RefillInline, ReadingInline)
    actions = ("refresh", "refill", "cancel", "withdraw")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        text = search_term.strip()[:500]
        return (OrderSearch(text).filter(queryset) if text else queryset), False

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Order], *args: Any, **options: Any
    ) -> Paginator[Any]:
        """Return pages whose number is limited, because counting all orders that a search finds takes long."""
        paginator: Paginator[Any] = super().get_paginator(request, queryset, *args, **options)
        text = request.GET.get("q", "").strip()[:500]
        if text:
            is_long = not request.GET.keys() - {"q", "p", "o"} and OrderSearch(text).is_long
            paginator.count = COUNT_UP_TO + 1 if is_long else count_rows(queryset)
        return paginator

    def view_on_site(self, obj: Order) -> str:
        return obj.get_absolute_url()

    @admin.display(description="Service as ordered")
    def ordered(self, order: Order) -> str:
        return f"{order.service_remote_id} · {order.service_title}" if order.ordered else "-"

    @admin.display(ordering="charge_sort")
    def cost(self, order: Order) -> str:
        return numbers.cost(cost_of(order), order.currency)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("panels.change_order")

    def has_refill_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(("panels.change_order", "panels.add_refill"))

    @admin.action(description="Refresh", permissions=["act"])
    def refresh(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        action = self._draft(request, orders, OrderAction.Kind.REFRESH)
        if action is None:
            return None
        confirm_action(action)
        ring("act", action.pk)
        return redirect(action)

    @admin.action(description="Refill…", permissions=["refill"])
    def refill(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        return self._ask_first(request, orders, OrderAction.Kind.REFILL)

    @admin.action(description="Cancel…", permissions=["act"])
    def cancel(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        return self._ask_first(request, orders, OrderAction.Kind.CANCEL)

    @admin.action(description="Withdraw…", permissions=["act"])
    def withdraw(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        return self._ask_first(request, orders, OrderAction.Kind.WITHDRAW)

    def _ask_first(self, request: HttpRequest, orders: QuerySet[Order], kind: str) -> HttpResponse | None:
        """Redirect to the page of the action, which shows count and cost and asks for the confirmation."""
        action = self._draft(request, orders, kind)
        return redirect(action) if action else None

    def _draft(self, request: HttpRequest, orders: QuerySet[Order], kind: str) -> OrderAction | None:
        pks = list(orders.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(pks) <= MOST:
            return draft_action(kind, pks, request.user)
        text = f"An action takes at most {MOST:,} orders. Nothing was changed. Filter for fewer orders."
        self.message_user(request, text, messages.ERROR)
        return None


@admin.register(OrderEvent)
class OrderEventAdmin(RowAdmin):
    list_display = ("at", "order", "what", "actor", "detail")
    list_filter = ("what",)
    list_select_related = ("order", "actor")
    search_fields = ("=order__id", "=order__remote_id")


@admin.register(OrderReading)
class OrderReadingAdmin(RowAdmin):
    list_display = ("at", "order", "progress", "remains", "start_count", "is_lasting")
    list_filter = ("progress", "is_lasting")
    list_select_related = ("order",)
    search_fields = ("=order__id", "=order__remote_id")


@admin.register(OrderText)
class OrderTextAdmin(RowAdmin):
    list_display = ("id", "text")
    search_fields = ("=id",)


@admin.register(Refill)
class RefillAdmin(RowAdmin):
    list_display = ("id", "order", "panel", "state", "progress", "remote_id", "requested_by", "requested_at", "error")
    list_filter = ("state", "progress", "order__panel")
    list_select_related = ("order__panel", "requested_by")
    search_fields = ("=remote_id", "=order__id", "=order__remote_id")

    def panel(self, refill: Refill) -> Panel:
        return refill.order.panel


class FoundInline(RowInline):
    model = FoundId


@admin.register(IdSearch)
class IdSearchAdmin(RowAdmin):
    list_display = ("id", "order", "panel", "asked", "asked_from", "asked_to", "requested_at", "searched_at", "error")
    list_filter = ("order__panel", "is_single")
    list_select_related = ("order__panel",)
    search_fields = ("=order__id",)
    inlines = (FoundInline,)

    def view_on_site(self, obj: IdSearch) -> str:
        return obj.order.get_absolute_url()

    def panel(self, search: IdSearch) -> Panel:
        return search.order.panel


@admin.register(FoundId)
class FoundIdAdmin(RowAdmin):
    list_display = ("remote_id", "order", "panel", "remote_status", "charge", "currency", "remains", "asked_at")
    list_filter = ("search__order__panel",)
    list_select_related = ("search__order__panel",)
    search_fields = ("=remote_id", "=search__order__id")

    def order(self, found: FoundId) -> Order:
        return found.search.order

    def panel(self, found: FoundId) -> Panel:
        return found.search.order.panel


@admin.register(OrderAction)
class OrderActionAdmin(RowAdmin):
    list_display = ("id", "kind", "created_by", "created_at", "confirmed_at", "finished_at")
    list_filter = ("kind", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("=id", "created_by__username")
    date_hierarchy = "created_at"

    def view_on_site(self, obj: OrderAction) -> str:
        return obj.get_absolute_url()


@admin.register(ActionLine)
class ActionLineAdmin(RowAdmin):
    list_display = ("id", "action", "order", "outcome", "detail")
    list_filter = ("outcome",)
    list_select_related = ("action", "order")
    search_fields = ("=action__id", "=order__id", "=order__remote_id")


@admin.register(Batch)
class BatchAdmin(RowAdmin):
    list_display = ("id", "name", "state", "source", "filename", "created_by", "created_at")
    list_filter = ("state", "source")
    list_select_related = ("created_by",)
    search_fields = ("=id", "name", "filename", "created_by__username")
    date_hierarchy = "created_at"


@admin.register(BatchLine)
class BatchLineAdmin(RowAdmin):
    list_display = ("id", "batch", "number", "has_errors", "is_left_out", "service", "cost", "currency", "order")
    list_filter = ("has_errors", "is_left_out")
    list_select_related = ("batch", "service", "order")
    search_fields = ("=batch__id", "=number", "=order__id", "=remote_id")


@admin.register(SourceTable)
class SourceTableAdmin(RowAdmin):
    hidden = ("packed",)
    list_display = ("batch", "titles", "layout")
    list_select_related = ("batch",)
    search_fields = ("=batch__id", "batch__filename")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceTable]:
        return super().get_queryset(request).defer("packed")


@admin.register(ColumnTitle)
class ColumnTitleAdmin(RowAdmin):
    list_display = ("title", "kind", "column", "chosen_by", "chosen_at")
    list_filter = ("kind",)
    list_select_related = ("chosen_by",)
    search_fields = ("key", "title")
    ordering = ("kind", "key")
