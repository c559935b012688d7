"""The admin of workers, jobs, the sending switch, the team's settings, exchange rates and the log of deleted panels."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from panels.admin.base import RowAdmin
from panels.models import (
    Controls,
    ExchangeRate,
    JobRun,
    Preferences,
    Worker,
)


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


@admin.register(Preferences)
class PreferencesAdmin(RowAdmin):
    list_display = ("__str__", "reporting_currency")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(RowAdmin):
    list_display = ("currency", "day", "per_euro", "source", "stored_at", "stored_by")
    list_select_related = ("stored_by",)
    list_filter = ("source",)
    search_fields = ("currency",)
    ordering = ("-day", "currency")


@admin.register(LogEntry)
class LogEntryAdmin(RowAdmin):
    list_display = ("action_time", "user", "object_repr", "change_message")
    list_select_related = ("user",)
    search_fields = ("object_repr",)
