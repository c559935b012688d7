"""The base of every table of the admin: it shows rows and never writes them, and it filters only by its own filters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import DecimalField, Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from panels.models.fields import plain
from panels.pages.confirmation import confirmed
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


class OwnFilters(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list that takes the parameters of its own links only, because Django filters by every field and lookup.

    With such a lookup, a hidden field could be guessed letter by letter.
    """

    MAX_PARAMETER = 500

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Return whether a filter of this list, or the row of its dates, has this parameter."""
        filters = self.get_list_filter(request) if request else self.list_filter
        return lookup in self._parameters(filters)

    def _parameters(self, filters: Any) -> Iterator[str]:
        for path in filters:
            if not isinstance(path, str):
                yield path.parameter_name
                continue
            yield from (path, *(f"{path}__{lookup}" for lookup in ("exact", "isnull", "gte", "lt")))
            field: Any = get_fields_from_path(self.model, path)[-1]
            if field.is_relation:
                yield f"{path}__{field.target_field.name}__exact"
        if self.date_hierarchy:
            yield from (f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list. Raises BadRequest for values that no link of the list has."""
        for values in request.GET.lists():
            if any(len(value) > self.MAX_PARAMETER or "\0" in value for value in (values[0], *values[1])):
                raise BadRequest("A parameter of the list is too long or has a NUL.")
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError) as error:
            raise BadRequest("A parameter of the list is out of range.") from error

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a row, None for a key that cannot be one."""
        if not self._is_key(object_id):
            return None
        return super().get_object(request, object_id, from_field)

    def _is_key(self, text: str) -> bool:
        if "\0" in text:
            return False
        key: Any = self.model._meta.pk
        try:
            getattr(key, "target_field", key).clean(text, None)
        except ValidationError:
            return False
        return True

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **options: Any
    ) -> HttpResponse | None:
        """Run an action. Raises BadRequest for a chosen row whose key cannot be one."""
        if not all(map(self._is_key, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("A chosen row has an impossible key.")
        return super().response_action(request, queryset, *args, **options)


class RowAdmin(OwnFilters, ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A table that may be long: it counts rows once, without the filters, and sorts by an index."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering: ClassVar[Any] = ("-pk",)


class Confirmed:
    """Asks people to confirm that it is them before they open or send a form of the admin, or send an action."""

    @method_decorator(confirmed)
    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(*args, **kwargs)  # type: ignore[misc, no-any-return]

    @method_decorator(confirmed)
    def delete_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().delete_view(*args, **kwargs)  # type: ignore[misc, no-any-return]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = super().changelist_view  # type: ignore[misc]
        return (confirmed(view) if request.method == "POST" else view)(request, *args, **kwargs)  # type: ignore[no-any-return]


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
