"""The saved views that a page offers: a person's own and those of the team, from one query a page."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest

from panels.models import SavedView


class Entry(NamedTuple):
    """A saved view, and whether the page shows it."""

    view: SavedView
    is_current: bool


class ViewMenu:
    """The saved views by the name of their list. They are read when a template first needs them."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._lists: dict[str, list[Entry]] | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> ViewMenu:
        """Return the one menu of a request, so that the page and the navigation share the query."""
        found: ViewMenu | None = getattr(request, "view_menu", None)
        if found is None:
            found = cls(request)
            request.view_menu = found  # type: ignore[attr-defined]
        return found

    def __getitem__(self, list_name: str) -> list[Entry]:
        if self._lists is None:
            self._lists = {name: [] for name in SavedView.LISTS}
            opened = self._request.GET.get("view", "")
            for view in SavedView.visible_to(self._request.user):
                self._lists[view.list_name].append(Entry(view, str(view.pk) == opened))
        return self._lists[list_name]

    def find_open(self, list_name: str) -> SavedView | None:
        """Return the view of this list that the address names, None if the person has no such view."""
        return next((view for view, is_current in self[list_name] if is_current), None)
