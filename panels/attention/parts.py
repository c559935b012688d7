"""The parts of a reason to look: a subject (a sort of rows), a need (a kind of reason), and a finding (a row)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.text import slugify


@dataclass(frozen=True)
class Button:
    """Settles a finding. Only people with the permission see it, and only for rows that `is_for` matches.

    With `fields`, it posts these to its address, and the answer is the list as it is then. Otherwise it is a link.
    """

    label: Callable[[Any], str]
    permission: str
    address: Callable[[Any], str]
    fields: Mapping[str, Callable[[Any], str]] | None = None
    is_for: Callable[[Any], bool] = lambda _: True
    # The question before the button does anything, "" for a button that works at once.
    asks: Callable[[Any], str] = lambda _: ""
    # The label of a text field beside the question, which is posted as "word". "" for none.
    takes: str = ""
    # The label of the link for people without the permission. They see the page, and it says who can decide.
    look: str = "Show"

    def offer(self, row: Any) -> Offer:
        """Return the button as it is for a row."""
        fields = None if self.fields is None else tuple((name, read(row)) for name, read in self.fields.items())
        return Offer(self.label(row), self.address(row), fields, self.asks(row), self.takes)

    def offer_look(self, row: Any) -> Offer:
        """Return the link to the button's page for a person who may not use the button."""
        return Offer(self.look, self.address(row), None)


class Offer(NamedTuple):
    """A button for one row. `fields` is None for a link. `question` is asked before, if it is not empty.

    `takes` is the label of a text field beside the question, "" for none.
    """

    label: str
    address: str
    fields: tuple[tuple[str, str], ...] | None
    question: str = ""
    takes: str = ""


@dataclass(frozen=True)
class Listing:
    """The words for the rows of a kind, and the query string of the list of orders that has all of them."""

    words: str
    query: str

    @property
    def address(self) -> str:
        return f"{reverse('order_list')}?{self.query}"


@dataclass(frozen=True)
class Subject:
    """A sort of rows that can need a person.

    With `one_per`, all rows with equal values in these fields are one finding. The finding has these fields, the
    `number` of the rows, and the pk of the `newest` row.
    """

    name: str
    model: type[Model]
    title: Callable[[Any], str]
    address: Callable[[Any], str]
    place: Callable[[Any], str] = lambda _: ""
    state: Callable[[Any], str] = lambda _: ""
    related: tuple[str, ...] = ()
    order: tuple[str, ...] = ("pk",)
    most: int = 8
    one_per: tuple[str, ...] = ()
    listing: Listing | None = None
    # Only people with it can do something, so nobody else sees these rows. "" is everybody.
    permission: str = ""


@dataclass(frozen=True)
class Need:
    """One reason why a person must look at a row.

    A kind with `is_information` has only a number and a list on the overview. It does not count as needing a person.
    """

    name: str
    subject: Subject
    weight: int
    # It uses `Now()` for times, because the query is built once.
    when: Q
    sentence: Callable[[Any], str]
    # The last one is a link for each row.
    buttons: tuple[Button, ...]
    # "" if the state of the row is enough.
    badge: Callable[[Any], str] = lambda _: ""
    # None if the time is not recorded.
    since: Callable[[Any], datetime | None] = lambda _: None
    listing: Listing | None = None
    is_information: bool = False
    # Annotations of the row that the sentence reads, so that no row needs a query of its own.
    values: Mapping[str, Any] = field(default_factory=dict)
    # Adds to its rows on a page what the sentence reads, with one query for all of them.
    prepare: Callable[[list[Any]], None] | None = None

    @property
    def flag(self) -> str:
        """The name of the annotation that marks the rows of this kind."""
        return f"needs_{self.name}"

    def rows(self) -> QuerySet[Any]:
        """Return the rows of this kind."""
        return self.subject.model._default_manager.filter(self.when)


@dataclass(frozen=True)
class Finding:
    """One row, its kinds (the highest weight first), and the buttons that the person may use."""

    row: Any
    kinds: tuple[Need, ...]
    buttons: tuple[Offer, ...]

    @property
    def key(self) -> str:
        """A name for the row of the finding."""
        number = getattr(self.row, "pk", None) or self.row.newest
        return f"need-{slugify(self.kinds[0].subject.name)}-{number}"

    @property
    def title(self) -> str:
        return self.kinds[0].subject.title(self.row)

    @property
    def address(self) -> str:
        """The address of the row's own page."""
        return self.kinds[0].subject.address(self.row)

    @property
    def place(self) -> str:
        """The panel of the row, or "" if the title names it."""
        return self.kinds[0].subject.place(self.row)

    @property
    def since(self) -> datetime | None:
        return self.kinds[0].since(self.row)

    @property
    def sentences(self) -> list[str]:
        return [kind.sentence(self.row) for kind in self.kinds]

    @property
    def badges(self) -> list[str]:
        """The badge of the row's state, and the badges of its kinds."""
        every = [self.kinds[0].subject.state(self.row), *[kind.badge(self.row) for kind in self.kinds]]
        return [each for each in every if each]


@dataclass(frozen=True)
class Attention:
    """Everything on the overview that needs a person."""

    # The number of rows of each kind that has a list.
    numbers: list[tuple[int, Listing]]
    findings: list[Finding]
    # The subjects with more rows than are shown.
    cut_short: list[Subject]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.findings)
