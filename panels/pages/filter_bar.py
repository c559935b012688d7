"""The bar above a list: search, filters, presets, saved views, and a chip for each active filter.

The filter set is an argument, so this module knows no list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django_htmx.http import push_url

from panels.models import PersonalSettings, SavedView
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.paging import CURSORS
from panels.pages.view_menu import Entry, ViewMenu

TEMPLATE = "panels/_filter_bar.html"
FORM_ID = "filters"
SEARCH = "q"
# What the address says beside the filters. It stays when a filter changes.
KEPT = ("sort", "view")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the address of the list without it."""

    text: str
    address: str
    is_wrong: bool


@dataclass(frozen=True)
class Preset:
    """A link to a common filter. number: the rows that wait for the person, 0 for none."""

    label: str
    address: str
    is_current: bool
    number: int = 0


@dataclass(frozen=True)
class Control:
    """A field of the form as HTML, with its label and the messages about its value."""

    id: str
    label: str
    html: str
    kind: str
    errors: Any


class FilterBar:
    """The bar of one list. `target` is the id of the part of the page that shows its rows."""

    def __init__(self, found: Any, request: HttpRequest, *, list_name: str, target: str) -> None:
        self.list_name = list_name
        self.target = target
        self.path = request.path
        self._user = request.user
        self._menu = ViewMenu.of(request)
        self._found = found
        self._form: forms.Form = found.form
        self._given = _filled(request.GET)
        known = (*self._form.fields, *KEPT)
        self._pairs = [pair for pair in self._given if pair[0] in known]

    @cached_property
    def filters(self) -> Pairs:
        """The names and values of the active filters, in the order of the form."""
        given = dict(self._pairs)
        return [(name, given[name]) for name in self._form.fields if name in given and name not in KEPT]

    @property
    def query(self) -> str:
        """The filters and the sorting as the query string of an address. Equal filters have equal strings."""
        return urlencode([*self.filters, *(pair for pair in self._pairs if pair[0] == "sort")])

    @property
    def search(self) -> Control | None:
        """The search field, if the list can be searched."""
        return self._control(SEARCH) if SEARCH in self._form.fields else None

    @property
    def controls(self) -> list[Control]:
        """The visible fields beside the search. A choice without anything to choose is left out."""
        names = [name for name, field in self._form.fields.items() if name != SEARCH and not field.widget.is_hidden]
        given = dict(self._pairs)
        return [control for name in names if (control := self._control(name)).html or name in given]

    @property
    def kept(self) -> Pairs:
        """The values of the address that no visible field holds."""
        fields = self._form.fields
        return [pair for pair in self._pairs if pair[0] in KEPT or fields[pair[0]].widget.is_hidden]

    @cached_property
    def chips(self) -> list[Chip]:
        """A chip for each active filter beside the search."""
        chips = [(name, self._words(name, value)) for name, value in self.filters if name != SEARCH]
        return [Chip(text, self._address_without(name), name in self._form.errors) for name, text in chips if text]

    @property
    def is_active(self) -> bool:
        """Whether any filter is in use, the search included."""
        return bool(self.chips) or any(name == SEARCH for name, _ in self.filters)

    @property
    def is_later_page(self) -> bool:
        """Whether the address names a later page."""
        return not {"after", "before"}.isdisjoint(name for name, _ in self._given)

    @property
    def is_narrowed(self) -> bool:
        """Whether the list may have rows that this address does not show."""
        return self.is_active or self.is_wrong or self.is_later_page

    @property
    def is_open(self) -> bool:
        """Whether the fields are shown unfolded, because a message is beside one of them."""
        return any(name != SEARCH and not self._form.fields[name].widget.is_hidden for name in self._form.errors)

    @property
    def presets(self) -> list[Preset]:
        """The common filters of this list. They replace the present filter."""
        now = sorted(self.filters)
        numbers: Mapping[str, int] = getattr(self._found, "preset_numbers", {})
        return [
            Preset(label, f"{self.path}?{query}", sorted(_filled(QueryDict(query))) == now, numbers.get(label, 0))
            for label, query in getattr(self._found, "PRESETS", {}).items()
        ]

    @property
    def is_wrong(self) -> bool:
        """Whether the filter cannot be read."""
        return bool(self._form.errors)

    @property
    def wrong_fields(self) -> str:
        """The names of the fields with an error."""
        return ", ".join(str(self._form[name].label) for name in self._form.errors)

    @property
    def hidden_errors(self) -> list[str]:
        """The messages about values that have no visible field."""
        hidden = [name for name, field in self._form.fields.items() if field.widget.is_hidden]
        return [f"{self._form[name].label}: {text}" for name in hidden for text in self._form.errors.get(name, ())]

    # -- saved views

    @property
    def views(self) -> list[Entry]:
        """The saved views of this list."""
        return self._menu[self.list_name]

    @cached_property
    def view(self) -> SavedView | None:
        """The saved view that is open."""
        return self._menu.find_open(self.list_name) if self.list_name else None

    @property
    def is_changed(self) -> bool:
        """Whether the filter differs from the filter of the open view."""
        return self.view is not None and self.query != self.view.query

    @property
    def may_change(self) -> bool:
        """Whether the person may change the open view."""
        return self.view is not None and self.view.may_change(self._user)

    @property
    def is_start(self) -> bool:
        """Whether the open view is the start page of the person."""
        return self.view is not None and PersonalSettings.of(self._user).start_view_id == self.view.pk

    def label(self, name: str) -> str:
        """Return the label of a filter."""
        return str(self._form[name].label)

    def in_words(self, name: str, value: str) -> str:
        """Return a value of a filter in words."""
        return _value_in_words(self._form.fields[name], value, value)

    def address_with(self, name: str, value: str) -> str:
        """Return the address with another value of a filter, or without the filter if it has this value already."""
        others = [pair for pair in self._pairs if pair[0] != name]
        return address(self.path, others if (name, value) in self._pairs else [*others, (name, value)])

    def _address_without(self, name: str) -> str:
        return address(self.path, [pair for pair in self._pairs if pair[0] != name])

    def _words(self, name: str, value: str) -> str:
        """Return an active filter in words, "" if its value filters nothing."""
        field = self._form[name]
        if name in self._form.errors:
            return f"{field.label}: {value[:60]}"
        cleaned = self._form.cleaned_data[name]
        if isinstance(field.field.widget, forms.CheckboxInput):
            return str(field.label) if cleaned else ""
        return f"{field.label}: {_value_in_words(field.field, value, cleaned)}"

    def _control(self, name: str) -> Control:
        field = self._form[name]
        errors = self._form.errors.get(name) or ()
        return Control(field.auto_id, str(field.label), draw(field), field.widget_type, errors)


def _value_in_words(field: Any, value: str, cleaned: Any) -> str:
    if hasattr(field, "in_words"):
        return str(field.in_words(value))
    if isinstance(field.widget, (forms.Select, forms.RadioSelect)):
        return next((str(label) for key, label in field.choices if str(key) == value), value)
    if isinstance(cleaned, dt.date):
        return date_format(cleaned, "j M Y")
    return str(cleaned) if field.widget.is_hidden else value


# -- fields as HTML


def draw(field: forms.BoundField) -> str:
    """Return the HTML of a field, "" for a choice without choices. Templates of widgets would take too long here."""
    widget, value = field.field.widget, field.value()
    attrs: dict[str, Any] = {"name": field.html_name, "id": field.auto_id, **widget.attrs}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}
    if isinstance(widget, forms.RadioSelect):
        return _segments(field.html_name, field.field, str(value or ""))
    if isinstance(widget, forms.Select):
        options = _options(field.field, str(value or ""))
        return format_html("<select{}>{}</select>", flatatt(attrs), options) if options else ""
    if isinstance(widget, forms.CheckboxInput):
        return format_html("<input{}>", flatatt({"type": "checkbox", "checked": widget.check_test(value)} | attrs))
    return format_html("<input{}>", flatatt({"type": widget.input_type, "value": value or ""} | attrs))


def _options(field: Any, value: str) -> SafeString:
    choices = [(str(key), label) for key, label in field.choices]
    if not any(key for key, _ in choices if key != field.null_value):
        return SafeString()
    options = [
        f'<option value="{escape(key)}"{" selected" * (key == value)}>{escape(label)}</option>'
        for key, label in choices
    ]
    # Each part is escaped above. format_html_join takes ten times as long, and a team has hundreds of campaigns.
    return mark_safe("".join(options))  # noqa: S308


def _segments(name: str, field: Any, value: str) -> SafeString:
    return format_html_join(
        "",
        '<label><input type="radio" name="{}" value="{}"{}><span>{}</span></label>',
        ((name, key, flatatt({"checked": str(key) == value}), label) for key, label in field.choices),
    )


# -- addresses


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the address with this query."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def _filled(query: QueryDict) -> Pairs:
    """Return the names and values of a query without its empty values."""
    return [(name, str(value)) for name, value in query.items() if value]


def clean_query(query: QueryDict) -> str:
    """Return the query of a list without empty values, page and view."""
    return urlencode([pair for pair in _filled(query) if pair[0] not in (*CURSORS, "view")])


def without_empty(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead an address with empty values to the address without them. Forms without JavaScript send such values."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if all(request.GET.values()):
            return view(request, *args, **kwargs)
        clean = address(request.path, _filled(request.GET))
        if not wants_fragment(request):
            return HttpResponseRedirect(clean)
        response = view(request, *args, **kwargs)
        return push_url(response, clean) if _trigger(request) == FORM_ID else response

    return answer


def render_list(request: HttpRequest, template: str, context: Mapping[str, Any], *, partial: str) -> HttpResponse:
    """Render like `render_page` a list with `bar` in its context.

    A fragment that a person asked for also has the chips and presets, because its filter may differ from the page's.
    """
    is_fragment = wants_fragment(request)
    context = {**context, "is_fragment": is_fragment}
    response = render_page(request, template, context, partial=partial)
    if is_fragment and _trigger(request) not in ("", context["bar"].target):
        response.content += render_to_string(f"{TEMPLATE}#state", context, request).encode()
    return response


def _trigger(request: HttpRequest) -> str:
    """Return the id of the element that sent the request. A list that polls sends its own id."""
    return request.htmx.trigger or ""  # type: ignore[attr-defined]
