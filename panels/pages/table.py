"""Lists as tables: a list declares its columns once, and each page of the list is drawn from the declaration.

    Table, the declaration ──▶ TablePage, the rows of one page as one person sees them ──▶ panels/_table.html

A cell is a Python function, because each person chooses the columns. A template for each cell would take several times
as long. The function returns safe HTML, or a text that is escaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list

from panels.models import PersonalSettings
from panels.pages.numbers import NBSP, NO_VALUE
from panels.pages.paging import CURSORS, Page
from panels.pages.polling import tag_of

M = TypeVar("M")
# always: it cannot be hidden. default: shown until a person hides it. medium and wide: the same, but not on screens of
# less than 1440 and 1760 px (static/app.css). extra: shown only if a person chose it.
Shown = Literal["always", "default", "medium", "wide", "extra"]
WIDE = ("medium", "wide")
# The place of a cell in the two lines of a row on a phone. Other cells are hidden there.
# remark: words that most rows do not have.
Place = Literal["title", "badge", "figure", "remark", "control", ""]

# A phone shows these cells without their titles, so a dash alone says nothing there.
UNNAMED = ("figure", "remark")
NONE = " table__none"

MOST_ON_A_SCREEN = 12
# Among the chosen columns of a person: those for wide screens are shown on all screens.
ALL_SCREENS = "all_screens"


@dataclass(frozen=True, kw_only=True)
class Column(Generic[M]):
    """A column of a list.

    css: classes for the width and the alignment. sort: the sorting after the first click, such as "-created".
    needs: the permission without which the column does not exist.
    currency: the currency of a row's amount, None if the row has no amount. Where all amounts of a page have the same
    currency, the head names it, and the cells are written by `bare`.
    """

    name: str
    title: str
    cell: Callable[[M], str]
    css: str = ""
    shown: Shown = "default"
    place: Place = ""
    sort: str = ""
    needs: str = ""
    currency: Callable[[M], str | None] | None = None
    bare: Callable[[M], str] | None = None

    @property
    def classes(self) -> str:
        """The classes of the cells and of the head."""
        css = f"table__{self.place or 'hidden'}"
        return f"{self.css} {css}".strip()


@dataclass(frozen=True)
class Table(Generic[M]):
    """The declaration of a list.

    name: in addresses, and in the settings of a person. row: the name of a row, in its id and for its checkbox.
    gone: the words about a row that no longer matches the filter, "" for none. select: the permission to select rows.
    can_select: whether a row can be selected.
    possible: the actions that are possible for a selected row, separated by spaces.
    exported: the columns of the export. watched: values by which a poll sees that a row has changed. rights: the
    permissions that change the page. sorts: the field of each sorting, whose names are those of the address. sort: the
    sorting by default.
    """

    name: str
    row: str
    columns: tuple[Column[M], ...]
    gone: Callable[[M], str] = lambda _: ""
    select: str = ""
    can_select: Callable[[M], bool] = lambda _: True
    possible: Callable[[M], str] = lambda _: ""
    exported: Mapping[str, Callable[[M], Any]] = field(default_factory=dict)
    watched: Callable[[M], Any] = attrgetter("pk")
    rights: tuple[str, ...] = ()
    sorts: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""

    @property
    def several(self) -> str:
        """The name of several rows."""
        return self.name.replace("_", " ")

    def names(self, user: Any) -> list[str]:
        """Return the names of the columns that this person can hide or show."""
        return [each.name for each in self._possible(user) if each.shown != "always"]

    def default_names(self, user: Any) -> list[str]:
        """Return those of these names that are shown until the person chooses."""
        return [each.name for each in self._possible(user) if each.shown not in ("always", "extra")]

    def columns_of(self, user: Any) -> list[Column[M]]:
        """Return the columns that this person sees: the chosen columns, or those by default."""
        chosen = PersonalSettings.of(user).columns.get(self.name)
        if chosen is None:
            return [each for each in self._possible(user) if each.shown != "extra"]
        return [each for each in self._possible(user) if each.shown == "always" or each.name in chosen]

    def is_on_all_screens(self, user: Any) -> bool:
        """Return whether this person sees the columns for wide screens on narrow screens too."""
        return ALL_SCREENS in PersonalSettings.of(user).columns.get(self.name, ())

    def is_selectable(self, user: Any) -> bool:
        """Return whether this person can select rows."""
        return bool(self.select) and user.has_perm(self.select)

    def sort_of(self, query: Mapping[str, str]) -> str:
        """Return the sorting that the address asks for, or the one by default."""
        sort = query.get("sort", "")
        return sort if sort.removeprefix("-") in self.sorts else self.sort

    def field_of(self, sort: str) -> str:
        """Return the field of a sorting, with "-" in front for descending."""
        return ("-" if sort.startswith("-") else "") + self.sorts[sort.removeprefix("-")]

    def _possible(self, user: Any) -> list[Column[M]]:
        return [each for each in self.columns if not each.needs or user.has_perm(each.needs)]


def tag_of_page(table: Table[M], request: HttpRequest, page: Page[Any], *others: object) -> str:
    """Return the tag of a page as a person sees it, for cheap polls. The others are what else the page shows.

    It is made from the rows themselves, so that nothing else has to be written.
    """
    rows = [table.watched(row) for row in page]
    rights = [request.user.has_perm(each) for each in table.rights]
    columns = [column.name for column in table.columns_of(request.user)]
    personal = PersonalSettings.of(request.user)
    looks = (rights, columns, table.is_on_all_screens(request.user), personal.density, personal.time_zone)
    return tag_of(rows, page.is_first, page.is_last, looks, *others)


@dataclass(frozen=True)
class Head:
    """The head of a column. sort: the query of the sorting after a click, "" if the list cannot be sorted by it."""

    name: str
    title: str
    classes: str
    sort: str = ""
    sorted: Literal["ascending", "descending", ""] = ""


class TablePage(Generic[M]):
    """One page of a list as one person sees it."""

    def __init__(
        self, table: Table[M], request: HttpRequest, page: Page[Any], *, sort: str = "", is_filtered: bool = False
    ) -> None:
        self.table = table
        self.page = page
        self.rows: list[M] = page.rows
        self._request = request
        self._user = request.user
        self._sort = sort
        self._is_filtered = is_filtered
        self.is_on_all_screens = table.is_on_all_screens(request.user)

    @property
    def name(self) -> str:
        """The name of the list, which is also that of several rows, but with "_" between words."""
        return self.table.name

    @property
    def several(self) -> str:
        """The name of several rows."""
        return self.table.several

    @property
    def row(self) -> str:
        """The name of one row."""
        return self.table.row

    @cached_property
    def columns(self) -> list[Column[M]]:
        """The columns that the person sees."""
        return self.table.columns_of(self._user)

    @property
    def density(self) -> str:
        """How close the rows are."""
        return PersonalSettings.of(self._user).density

    @property
    def densities(self) -> list[tuple[str, str]]:
        """The densities to choose from: the value and the label of each."""
        return list(PersonalSettings.Density.choices)

    @property
    def is_wide(self) -> bool:
        """Whether the person chose more columns than a common screen shows, so that the table scrolls sideways."""
        return len(self.columns) > MOST_ON_A_SCREEN

    @property
    def filter_key(self) -> str:
        """The person, the list and its filter. A selection of rows is kept until this changes."""
        query = self._request.GET.copy()
        for name in ("sort", "view", "total", *CURSORS):
            query.pop(name, None)
        return f"{self._user.pk}/{self.table.name}?{query.urlencode()}"

    @cached_property
    def is_selectable(self) -> bool:
        """Whether the person can select rows."""
        return self.table.is_selectable(self._user)

    @property
    def choices(self) -> Iterator[tuple[str, str, bool]]:
        """The name and the title of each column that can be hidden, and whether it is shown."""
        shown = {each.name for each in self.columns}
        names = set(self.table.names(self._user))
        return ((each.name, each.title, each.name in shown) for each in self.table.columns if each.name in names)

    @property
    def wide_titles(self) -> str:
        """The titles of the shown columns that need a wide screen."""
        return get_text_list([each.title for each in self.columns if each.shown in WIDE], "and")

    @property
    def heads(self) -> Iterator[Head]:
        """The heads of the columns."""
        for column in self.columns:
            currency = self._currencies.get(column.name, "")
            title = f"{column.title},{NBSP}{currency}" if currency else column.title
            yield Head(column.name, title, self._classes(column), *self._sorting(column.sort))

    @cached_property
    def body(self) -> SafeString:
        """The rows as HTML."""
        cells = [(self._start(each), self._start(each, NONE), self._writer(each)) for each in self.columns]
        return mark_safe("\n".join(self._row(row, cells) for row in self.rows))  # noqa: S308

    def _row(self, row: Any, cells: list[tuple[str, str, Callable[[M], str]]]) -> str:
        written = "".join(
            [
                f"{start if text != NO_VALUE else start_of_none}{_escaped(text)}</td>"
                for start, start_of_none, write in cells
                for text in (write(row),)
            ]
        )
        gone = self.table.gone(row) if self._is_filtered else ""
        marks = format_html(' data-gone="{}"', gone) if gone else ""
        select = self._checkbox(row) if self.is_selectable else ""
        return f'<tr id="{self.table.row}-{row.pk}"{marks}>{select}{written}</tr>'

    def _checkbox(self, row: Any) -> str:
        name, pk, possible = self.table.row, row.pk, self.table.possible(row)
        marks = f'data-select-row="{possible}" aria-label="Select {name} {pk}"'
        box = f'<input type="checkbox" name="{name}" value="{pk}" {marks}>'
        return f'<td class="table__select">{box if self.table.can_select(row) else ""}</td>'

    def _classes(self, column: Column[M]) -> str:
        css = f" table__{column.shown}" if column.shown in WIDE and not self.is_on_all_screens else ""
        return f"{column.classes}{css}"

    def _start(self, column: Column[M], more: str = "") -> str:
        return f'<td class="{self._classes(column)}{more if column.place in UNNAMED else ""}">'

    def _writer(self, column: Column[M]) -> Callable[[M], str]:
        is_in_head = column.name in self._currencies
        return column.bare if column.bare and is_in_head else column.cell

    @cached_property
    def _currencies(self) -> dict[str, str]:
        """The currency in the head of each column whose amounts all have the same currency."""
        found = {}
        for column in self.columns:
            currencies = {column.currency(row) for row in self.rows} - {None} if column.currency else set()
            if len(currencies) == 1 and (currency := currencies.pop()):
                found[column.name] = currency
        return found

    def _sorting(self, first: str) -> tuple[str, Literal["ascending", "descending", ""]]:
        """Return the sorting after a click on a head, and the present sorting by it."""
        if not first:
            return "", ""
        name = first.removeprefix("-")
        if self._sort.removeprefix("-") != name:
            return first, ""
        other = name if self._sort.startswith("-") else f"-{name}"
        return other, "descending" if self._sort.startswith("-") else "ascending"


def _escaped(text: str) -> str:
    """Return a cell as HTML. `conditional_escape` takes several times as long for the hundreds of cells of a page."""
    return text if isinstance(text, SafeString) else escape(text)
