"""Reads a catalog that may come in pages (docs/protocol.md, 3).

    first list ──▶ not a round number of rows ──▶ the whole catalog, unless the panel is known to have pages
        │
        └─ round, or has pages ──▶ the next list by `offset` ──▶ … until a list brings no new service

A list may be cut off where its number of rows is round. So it is no proof that other services are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from panels.protocol.answers import Answer
from panels.protocol.catalog import MOST_SERVICES, Catalog, CatalogRow, read_catalog
from panels.protocol.errors import OutcomeUnknown, PanelError, Refused
from panels.protocol.inquiry import Options

# A panel that never ends costs no more calls than this.
MOST_PAGES = 200
# The pages of panels have a multiple of so many rows. Without pages, a list is cut off only at one of the last.
_PAGES, _CUTS = (100, 250), (250,)
# Makes one call: its fields, the function that reads the answer, and the most bytes of the answer.
Ask: TypeAlias = Callable[[Mapping[str, str], Callable[[Answer], Catalog], int], Catalog]


def may_be_cut_off(listed: int) -> bool:
    """Say whether a panel without pages may have cut off its list at so many rows."""
    return _is_multiple(listed, _CUTS)


def read_pages(options: Options, ask: Ask, most_bytes: int) -> Catalog:
    """Return the services of all pages (docs/protocol.md, 3).

    All pages together have at most `most_bytes`. Raises the error of the first page. An error of a later page is the
    catalog's `failure`. The catalog is whole if its end was seen for certain. Learns `has_pages`, or the number of rows
    at which `offset` changed nothing, so that this is not tried again.
    """
    pages = _Pages(ask, most_bytes)
    told = pages.read().listed
    tried_at = options.option("unpaged_rows")
    try:
        if not told:
            return pages.catalog()
        if options.option("has_pages"):
            pages.read_on()
        elif _is_multiple(told, _PAGES) and tried_at != told:
            _try_offset(options, pages)
        else:
            pages.is_cut_off = may_be_cut_off(told)
            if tried_at not in (None, told):
                options.learned["unpaged_rows"] = None
    except PanelError as error:
        pages.failure = error
    return pages.catalog()


def _try_offset(options: Options, pages: _Pages) -> None:
    """Ask for a second page, learn whether the panel has pages, and read on if it has. An empty page means so too."""
    told = pages.told
    pages.is_cut_off = True
    try:
        page = pages.read_or_nothing(Page(told, 0))
    except OutcomeUnknown:
        # Nothing is learned from this, because it may be about the state of the panel.
        return
    # A service may have been added to the one list between the two calls.
    if 2 * page.new >= page.listed:
        options.learned.update(has_pages=True, unpaged_rows=None)
        pages.read_on(page)
    else:
        options.learned["unpaged_rows"] = told
        pages.is_cut_off = may_be_cut_off(told)


def _is_multiple(number: int, steps: tuple[int, ...]) -> bool:
    return any(number % each == 0 for each in steps)


@dataclass(frozen=True, slots=True)
class Page:
    """The number of the rows of a page, and of those that are about a new service."""

    listed: int
    new: int


class _Pages:
    """The rows of all pages that were read."""

    def __init__(self, ask: Ask, most_bytes: int) -> None:
        self._ask = ask
        self._bytes_left = most_bytes
        self._rows: dict[str, CatalogRow] = {}
        self._unusable = 0
        self._problem = ""
        # The rows of the last page with a new service, which is cut off if it is a full page.
        self._last = 0
        # The rows of all pages, which is where the next page begins.
        self.told = 0
        self.is_cut_off = False
        self.failure: PanelError | None = None

    def read(self) -> Page:
        """Ask for the next page."""
        fields = {"offset": str(self.told)} if self.told else {}
        page = self._ask(fields, self._read_page, self._bytes_left)
        new = sum(row.remote_id not in self._rows for row in page.rows)
        if new or not self.told:
            self._rows |= {row.remote_id: row for row in page.rows}
            self._unusable += page.unusable
            self._problem = page.problem
            self._last = page.listed
            self.told += page.listed
        return Page(page.listed, new)

    def read_on(self, page: Page | None = None) -> None:
        """Read to the end: until a page brings nothing new, or the panel refuses to give one.

        If the page before the end is full, the end is not certain: the answer after it may be empty by mistake.
        """
        for _ in range(MOST_PAGES):
            page = page or self.read_or_nothing(Page(0, 0))
            if not page.new:
                self.is_cut_off = _is_multiple(self._last, _PAGES)
                return
            page = None
            if self.told >= MOST_SERVICES:
                raise OutcomeUnknown(f"The panel's catalog has more than {MOST_SERVICES:,} services.")
        raise OutcomeUnknown(f"The panel's catalog has more than {MOST_PAGES} pages.")

    def read_or_nothing(self, nothing: Page) -> Page:
        """Ask for the next page, and return `nothing` if the panel refuses to give it."""
        try:
            return self.read()
        except Refused as refusal:
            if refusal.is_about_account:
                raise
            return nothing

    def catalog(self) -> Catalog:
        """Return everything that was read."""
        return Catalog(
            tuple(self._rows.values()),
            unusable=self._unusable,
            problem=self._problem,
            listed=self.told,
            is_whole=self.failure is None and not self.is_cut_off,
            failure=self.failure,
        )

    def _read_page(self, answer: Answer) -> Catalog:
        page = read_catalog(answer)
        self._bytes_left -= len(answer.body)
        return page
