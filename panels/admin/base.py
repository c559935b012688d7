"""The base of every table of the admin: it shows rows and never writes them."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import DecimalField, Field, Model
from django.http import HttpRequest

from panels.models.fields import plain
from panels.pages.numbers import NO_VALUE


class ReadOnly:
    """Shows every field that is not in `hidden`, and refuses to add, change or delete rows."""

    hidden: tuple[str, ...] = ()
    opts: Any

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [_shown(field) for field in self.opts.fields if field.name not in self.hidden]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.get_readonly_fields(request, obj)


class RowAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A table that may be long: it counts rows once, without the filters, and sorts by an index."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering: ClassVar[Any] = ("-pk",)


class RowInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False
    show_change_link = True


@cache
def _shown(field: Field[Any, Any]) -> Any:
    """Return the name of a field, or the one function that shows it: an amount has no zeros at its end."""
    if not isinstance(field, DecimalField):
        return field.name

    @admin.display(description=field.verbose_name)
    def amount(row: Model) -> str:
        value = getattr(row, field.name)
        return NO_VALUE if value is None else plain(value)

    return amount
