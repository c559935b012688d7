"""The admin: every row to look at, people to look after, and actions that go through the same activities as the pages.

Nothing here writes a row of the project's own: money, states and history are the activities' alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from panels import limits
from panels.actions import MOST, confirm_action, draft_action
from panels.filters import OrderFilter
from panels.models import (
    ActionLine,
    BalanceReading,
    Batch,
    BatchLine,
    Controls,
    FoundId,
    IdSearch,
    JobRun,
    Order,
    OrderAction,
    OrderEvent,
    Panel,
    Refill,
    Service,
    ServiceChange,
    Worker,
)
from panels.people import grantable_groups, reachable_people
from panels.tasks import ring
from panels.templatetags.dashboard import money, rate


class ReadOnly:
    """Shows every field but those in `hidden`, and lets nothing be added, changed or deleted."""

    hidden: tuple[str, ...] = ()
    opts: Any

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [field.name for field in self.opts.fields if field.name not in self.hidden]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.get_readonly_fields(request, obj)


class RowAdmin(ReadOnly, admin.ModelAdmin):
    """A table that may be long: no second count, no counts beside the filters, sorted by what is indexed."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering: ClassVar[Any] = ("-pk",)


class RowInline(ReadOnly, admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True


# -- panels and their catalogs


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
        return money(panel.balance, panel.currency)

    @admin.action(description="Sync catalog", permissions=["manage"])
    def sync(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        self._ask(request, panels, "sync")

    @admin.action(description="Check balance", permissions=["manage"])
    def check_balance(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        self._ask(request, panels, "balance")

    def _ask(self, request: HttpRequest, panels: QuerySet[Panel], kind: str) -> None:
        pks = list(panels.filter(is_active=True).values_list("pk", flat=True))
        asked = f"{kind}_requested_at"
        Panel.objects.filter(pk__in=pks, **{f"{asked}__isnull": True}).update(**{asked: timezone.now()})
        for pk in pks:
            ring(kind, pk)
        self.message_user(request, f"{len(pks)} active panel(s) are asked; their pages show what they answer.")

    @admin.action(description="Pause", permissions=["manage"])
    def pause(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        # A pause that lasts already keeps its own reason.
        running = [panel for panel in panels if not panel.is_paused() or panel.paused_until]
        for panel in running:
            limits.pause(panel, Panel.Pause.BY_HAND, "")
        self.message_user(request, f"{len(running)} panel(s) were paused. Orders for them wait here.")

    @admin.action(description="Resume", permissions=["manage"])
    def resume(self, request: HttpRequest, panels: QuerySet[Panel]) -> None:
        paused = [panel for panel in panels if panel.paused_reason]
        for panel in paused:
            limits.resume(panel)
            for kind in ("submit", "confirm", "poll", "care"):
                ring(kind, panel.pk)
        self.message_user(request, f"{len(paused)} panel(s) were resumed. Orders that wait for them go out now.")


@admin.register(BalanceReading)
class BalanceReadingAdmin(RowAdmin):
    list_display = ("panel", "at", "amount", "why")
    list_filter = ("panel", "why")
    list_select_related = ("panel",)

    @admin.display(description="balance")
    def amount(self, reading: BalanceReading) -> str:
        return money(reading.balance, reading.currency)


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
    list_display = ("at", "service", "panel", "field", "old", "new")
    list_filter = ("at", "service__panel")
    list_select_related = ("service__panel",)
    search_fields = ("=service__remote_id", "service__search_text")

    def panel(self, change: ServiceChange) -> Panel:
        return change.service.panel


# -- orders


class EventInline(RowInline):
    model = OrderEvent
    fields = ("at", "actor", "what", "detail")


class RefillInline(RowInline):
    model = Refill


@admin.register(Order)
class OrderAdmin(RowAdmin):
    hidden = ("charge_sort", "cost_sort")
    list_display = (
        "id", "state", "progress", "panel", "remote_id", "service", "quantity", "cost", "alarm", "placed_by",
        "created_at",
    )  # fmt: skip
    list_filter = ("created_at", "state", "progress", "panel", "cancel_state")
    list_select_related = ("panel", "service", "placed_by")
    # What is looked in is the filter's to say; without any, there would be no field to type in.
    search_fields = ("remote_id",)
    search_help_text = "Our number, the panel's id, the start of the link, or a service's id or name."
    ordering = ("-created_at", "-pk")
    inlines = (EventInline, RefillInline)
    actions = ("refresh", "refill", "cancel", "withdraw")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        text = search_term.strip()[:500]
        return (OrderFilter({}).search(queryset, "q", text) if text else queryset), False

    def view_on_site(self, obj: Order) -> str:
        return obj.get_absolute_url()

    @admin.display(ordering="charge_sort")
    def cost(self, order: Order) -> str:
        return money(order.cost, order.currency)

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
        """Lead to the action's own page, which shows count and cost and is where it is confirmed."""
        action = self._draft(request, orders, kind)
        return redirect(action) if action else None

    def _draft(self, request: HttpRequest, orders: QuerySet[Order], kind: str) -> OrderAction | None:
        pks = list(orders.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(pks) <= MOST:
            return draft_action(kind, pks, request.user)
        text = f"An action takes at most {MOST:,} orders. Nothing was changed: filter for fewer of them."
        self.message_user(request, text, messages.ERROR)
        return None


@admin.register(OrderEvent)
class OrderEventAdmin(RowAdmin):
    list_display = ("at", "order", "what", "actor", "detail")
    list_filter = ("what",)
    list_select_related = ("order", "actor")
    search_fields = ("=order__id", "=order__remote_id")


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
    list_display = ("id", "state", "source", "filename", "created_by", "created_at")
    list_filter = ("state", "source")
    list_select_related = ("created_by",)
    search_fields = ("=id", "filename", "created_by__username")
    date_hierarchy = "created_at"


@admin.register(BatchLine)
class BatchLineAdmin(RowAdmin):
    list_display = ("id", "batch", "number", "has_errors", "is_left_out", "service", "cost", "currency", "order")
    list_filter = ("has_errors", "is_left_out")
    list_select_related = ("batch", "service", "order")
    search_fields = ("=batch__id", "=number", "=order__id", "=remote_id")


# -- how it runs


@admin.register(Worker)
class WorkerAdmin(RowAdmin):
    list_display = ("host", "pid", "alive", "started_at", "seen_at", "stopped_at")
    search_fields = ("host",)
    ordering = ("-seen_at",)

    @admin.display(boolean=True)
    def alive(self, worker: Worker) -> bool:
        return worker.is_alive


@admin.register(JobRun)
class JobRunAdmin(RowAdmin):
    list_display = ("name", "started_at", "finished_at", "leased_until", "last_error")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Controls)
class ControlsAdmin(RowAdmin):
    list_display = ("__str__", "sending_stopped_at", "sending_stopped_by")
    list_select_related = ("sending_stopped_by",)


# -- people

admin.site.unregister((User, Group))


@admin.register(User)
class PeopleAdmin(UserAdmin):
    """People. Who is no superuser reaches only those who may do nothing that he may not do himself."""

    actions = None
    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    plain_fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "groups")}),
        ("Important dates", {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(pk__in=reachable_people(request.user))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return self.plain_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ("last_login", "date_joined")

    def get_list_filter(self, request: HttpRequest) -> Any:
        return super().get_list_filter(request) if request.user.is_superuser else ("is_active",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups" and not request.user.is_superuser:
            kwargs["queryset"] = grantable_groups(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is deleted: orders and their stories name who did what. Make people inactive instead."""
        return False


@admin.register(Group)
class SuperuserGroupAdmin(GroupAdmin):
    """Groups decide what people may do, so that only superusers see and change them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_view_permission
    has_add_permission = has_module_permission
    has_delete_permission = has_view_permission
