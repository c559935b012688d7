"""The admin of panels, their balances, totals and catalogs."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from panels.admin.base import RowAdmin
from panels.models import (
    BalanceReading,
    DayTotal,
    Entry,
    Panel,
    PanelDay,
    Product,
    ProductGrade,
    RefusalWords,
    Service,
    ServiceChange,
    ServiceFacts,
    ServiceMark,
    ServiceRecord,
    StatusWord,
)
from panels.pages.numbers import exact, rate, total
from panels.pages.times import span
from panels.providers import requests


@admin.register(Panel)
class PanelAdmin(RowAdmin):
    hidden = ("api_key",)
    list_display = ("name", "status", "amount", "balance_checked_at", "catalog_synced_at", "is_active", "api_url")
    list_filter = ("is_active", "paused_reason")
    search_fields = ("name", "api_url")
    ordering = ("name",)
    actions = ("sync", "check_balance", "pause", "resume")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Panel]:
        return super().get_queryset(request).defer("api_key")

    def view_on_site(self, obj: Panel) -> str:
        return obj.get_absolute_url()

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("panels.change_panel")

    @admin.display(description="state")
    def status(self, panel: Panel) -> str:
        return panel.get_paused_reason_display() if panel.state == "paused" else panel.state

    @admin.display(description="balance", ordering="balance")
    def amount(self, panel: Panel) -> str:
        return total(panel.balance, panel.currency)

    @admin.action(description="Sync catalog", permissions=["manage"])
    def sync(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        self._ask(request, panels, "sync")

    @admin.action(description="Check balance", permissions=["manage"])
    def check_balance(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        self._ask(request, panels, "balance")

    def _ask(self, request: HttpRequest, panels: QuerySet[Panel], question: requests.Question) -> None:
        pks = list(panels.filter(is_active=True).values_list("pk", flat=True))
        requests.request_answer(question, pks)
        self.message_user(request, f"{len(pks)} active panel(s) will be asked. Their pages show the answers.")

    @admin.action(description="Pause", permissions=["manage"])
    def pause(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        paused = requests.pause_by_hand(panels)
        self.message_user(request, f"{len(paused)} panel(s) were paused. Their orders wait here.")

    @admin.action(description="Resume", permissions=["manage"])
    def resume(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        resumed = requests.resume(panels)
        self.message_user(request, f"{len(resumed)} panel(s) were resumed. Their waiting orders can be sent again.")


@admin.register(BalanceReading)
class BalanceReadingAdmin(RowAdmin):
    list_display = ("panel", "at", "amount", "why")
    list_filter = ("panel", "why")
    list_select_related = ("panel",)

    @admin.display(description="balance")
    def amount(self, reading: BalanceReading) -> str:
        return total(reading.balance, reading.currency)


@admin.register(Entry)
class EntryAdmin(RowAdmin):
    list_display = ("id", "panel", "at", "kind", "shown_amount", "order", "by_name", "note")
    list_filter = ("panel", "kind")
    list_select_related = ("panel", "order")
    search_fields = ("=order__id",)

    @admin.display(description="amount")
    def shown_amount(self, entry: Entry) -> str:
        return exact(entry.amount, entry.currency)


@admin.register(PanelDay)
class PanelDayAdmin(RowAdmin):
    list_display = ("panel", "day", "calls", "answers", "failures", "average_answer")
    list_filter = ("panel", "day")
    list_select_related = ("panel",)

    @admin.display(description="average answer")
    def average_answer(self, day: PanelDay) -> str:
        return span(day.latency)


@admin.register(DayTotal)
class DayTotalAdmin(RowAdmin):
    list_display = ("panel", "day", "amount", "orders", "expected", "unpriced", "summed_at")
    list_filter = ("panel", "day")
    list_select_related = ("panel",)

    @admin.display(description="cost")
    def amount(self, day: DayTotal) -> str:
        return total(day.cost, day.currency)


@admin.register(RefusalWords)
class RefusalWordsAdmin(RowAdmin):
    list_display = ("panel", "text", "meaning", "asked_at", "decided_at", "decided_by")
    list_filter = ("panel", "meaning")
    list_select_related = ("panel", "decided_by")

    def view_on_site(self, obj: RefusalWords) -> str:
        return obj.get_absolute_url()


@admin.register(StatusWord)
class StatusWordAdmin(RowAdmin):
    list_display = ("panel", "kind", "text", "meaning", "decided_at", "decided_by")
    list_filter = ("panel", "kind")
    list_select_related = ("panel", "decided_by")


@admin.register(Service)
class ServiceAdmin(RowAdmin):
    hidden = ("search_text",)
    list_display = ("remote_id", "name", "panel", "type", "price", "min_quantity", "max_quantity", "is_listed")
    list_display_links = ("remote_id", "name")
    list_filter = ("panel", "is_listed", "type", "refill", "cancel")
    list_select_related = ("panel",)
    search_fields = ("=remote_id", "search_text")

    def view_on_site(self, obj: Service) -> str:
        return obj.get_absolute_url()

    @admin.display(ordering="rate_per_1000")
    def price(self, service: Service) -> str:
        return rate(service.rate_per_1000, service.panel.currency)


@admin.register(ServiceChange)
class ServiceChangeAdmin(RowAdmin):
    list_display = ("at", "service", "panel", "kind", "field", "old", "new", "is_used")
    list_filter = ("at", "kind", "is_used", "panel")
    list_select_related = ("service", "panel")
    search_fields = ("=service__remote_id", "service__search_text")


@admin.register(Product)
class ProductAdmin(RowAdmin):
    list_display = ("title", "platform", "metric", "object", "geo", "best_refill")
    list_filter = ("platform",)
    search_fields = ("search_text",)

    def view_on_site(self, obj: Product) -> str:
        return obj.get_absolute_url()


@admin.register(ProductGrade)
class ProductGradeAdmin(RowAdmin):
    list_display = ("product", "refill", "offers", "panels", "amount", "cheapest")
    list_filter = ("refill",)
    list_select_related = ("product", "cheapest")

    @admin.display(description="price")
    def amount(self, grade: ProductGrade) -> str:
        return rate(grade.price, grade.currency)


@admin.register(ServiceFacts)
class ServiceFactsAdmin(RowAdmin):
    list_display = ("service", "product", "refill_class", "quality", "version", "corrected_at", "corrected_by")
    list_filter = ("refill_class", "version")
    list_select_related = ("service", "product", "corrected_by")


@admin.register(ServiceMark)
class ServiceMarkAdmin(RowAdmin):
    list_display = ("service", "is_favourite", "is_blocked", "note", "marked_at", "marked_by")
    list_filter = ("is_favourite", "is_blocked")
    list_select_related = ("service", "marked_by")


@admin.register(ServiceRecord)
class ServiceRecordAdmin(RowAdmin):
    hidden = ("tally",)
    list_display = ("subject", "orders", "finish_minutes", "delivered", "price", "currency", "computed_at", "stale_at")
    list_select_related = ("service__panel", "product", "panel")
    search_fields = ("service__search_text", "product__search_text")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceRecord]:
        return super().get_queryset(request).defer("tally", "numbers", "panel__api_key", "service__panel__api_key")

    @admin.display(description="of")
    def subject(self, record: ServiceRecord) -> str:
        return str(record.subject)
