"""Searches orders by IDs, and by words that stand anywhere in what a person knows of an order.

An order has a word in its own text, in the name of its client, campaign or batch, or in the words of its service. Up to
MANY orders are found by indexes, from the word that the fewest texts have. For more orders the list is walked, because
then a walk soon finds enough of them for a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex

from panels.models import Batch, Campaign, Client, Order, OrderText, Service, compiled
from panels.models.order_text import SHORTEST_PART, needle, searchable
from panels.models.search_index import ORDER_INDEX, TEXTS, has_order_index
from panels.pages.paging import COUNT_UP_TO as MANY
from panels.pages.paging import as_one_parameter
from panels.protocol.links import normalise_link

# Up to so many services, the search for orders names their pks.
FEW_SERVICES = 4000
# Up to so many texts with a word are read to find the orders that have the other words too.
MOST_READ = 30_000
MOST_WORDS = 10
# An index looks for the end of a long word only, because the beginnings of links are the same in most texts.
LONGEST_PART = 12
# By the column of an order: the rows whose names are all read. The names of batches are too many for that.
NAMED: dict[str, Any] = {"client": Client, "campaign": Campaign}


@dataclass(frozen=True, slots=True)
class Word:
    """A searched word, and what has it.

    part: what a searchable text with the word contains. is_number: whether it is a number that was typed alone.
    named: by the column of an order, the pks of the rows whose names have the word. texts: the number of texts with the
    word, at most one more than MOST_READ. It is exact up to MANY.
    """

    typed: str
    part: str
    is_number: bool
    named: dict[str, list[int]]
    texts: int

    @property
    def is_own(self) -> bool:
        """Whether an order can have the word in its text or in a name. Otherwise only its service can."""
        return bool(self.texts or self.named)

    @property
    def only_row(self) -> tuple[str, int] | None:
        """The only client or campaign that has the word, if no batch and no text has it: its column and its pk."""
        rows = [(column, pk) for column, pks in self.named.items() for pk in pks]
        return rows[0] if not self.texts and len(rows) == 1 and rows[0][0] in NAMED else None

    @property
    def effort(self) -> int:
        """How many rows are read to find the orders that have the word in their text or in a name."""
        # The orders of a client, campaign or batch are not counted.
        return self.texts + sum(map(len, self.named.values())) * MANY // 2

    @property
    def in_text(self) -> Q:
        """Match the orders that have the word in their text, one by one."""
        texts = OrderText.objects.alias(at=StrIndex("text", Value(self.part)))
        return Q(Exists(texts.filter(pk=OuterRef("pk"), at__gt=0)))

    @property
    def in_names(self) -> list[Q]:
        """Match the orders of the clients, campaigns and batches whose names have the word."""
        return [Q(**{f"{column}__in": as_one_parameter(pks)}) for column, pks in self.named.items()]

    def anywhere(self, services: Sequence[int] | None = None) -> Q:
        """Match the orders that have the word anywhere, one by one. `services` have the word, if they are known."""
        found = reduce(or_, self.in_names, self.in_text if self.texts else Q(pk__in=()))
        if services is not None:
            return found | Q(service__in=as_one_parameter(services)) if services else found
        return found | Q(Exists(Service.objects.filter(self.of_present | self.of_former, pk=OuterRef("service"))))

    @property
    def of_present(self) -> Q:
        """Match the services that have the word in their words, which include the ID. A number is an ID."""
        return Q(remote_id=self.typed) if self.is_number else self._in("search_text")

    @property
    def of_former(self) -> Q:
        """Match the services that had the word in a former name."""
        return Q(pk__in=()) if self.is_number else self._in("former_text")

    def _in(self, column: str) -> Q:
        found = Q(**{f"{column}__contains": self.typed})
        if len(self.typed) < SHORTEST_PART:
            found &= Q(**{f"{column}__regex": rf"(^|\W){re.escape(self.typed)}(\W|$)"})
        return found


class OrderSearch:
    """The orders that a text finds. `#` and a number find only the order with that number."""

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        digits = self._text.removeprefix("#")
        is_number = digits.isdecimal() and digits.isascii() and len(digits) <= 18
        self._number = int(digits) if is_number else None
        self._is_own_number = is_number and self._text.startswith("#")
        self._is_long = False

    @cached_property
    def pks(self) -> list[int] | None:
        """The pks of the found orders, or None if there are more than MANY, or if a name alone finds them."""
        if self._is_own_number:
            return list(Order.objects.filter(pk=self._number or 0).values_list("pk", flat=True))
        if self._name:
            return None
        by_words = self._by_words()
        if by_words is None:
            self._is_long = len(self._words) == 1
            return None
        pks = list(_together([*self._by_id(), *by_words])[: MANY + 1])
        # An order may be found twice.
        self._is_long = len(set(pks)) > MANY
        return pks if len(pks) <= MANY else None

    @cached_property
    def _name(self) -> dict[str, int]:
        """The only client or campaign that the text finds, by the column of an order. Empty if it finds more.

        Its name has all words, and one of them stands nowhere else. The index of the column has the orders in sequence,
        so a page of them is read without the others.
        """
        if self._is_own_number:
            return {}
        for word in self._words:
            row = word.only_row
            if row and all(row[1] in other.named.get(row[0], ()) for other in self._words):
                first, services = self._plan
                is_alone = (services if first is word else _find_services([word])) == []
                return {row[0]: row[1]} if is_alone and not _together(self._by_id()).exists() else {}
        return {}

    @property
    def is_long(self) -> bool:
        """Whether more than MANY orders are known to be found."""
        return self.pks is None and self._is_long

    def filter(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders that the text finds."""
        if self._name:
            return orders.filter(**self._name)
        if self.pks is not None:
            return orders.filter(pk__in=as_one_parameter(self.pks))
        found = Q(remote_id=self._text)
        if self._number is not None:
            found |= Q(pk=self._number)
        if start := normalise_link(self._text):
            found |= Q(link_key__startswith=start)
        services = self._plan[1] if len(self._words) == 1 else None
        return orders.filter(found | reduce(and_, (word.anywhere(services) for word in self._words), Q()))

    def _by_id(self) -> Iterator[QuerySet[Order]]:
        """Find by the panel's ID of the order, its number, and the start of its target in any spelling."""
        # The second condition lets the database use the partial index.
        yield Order.objects.filter(Q(remote_id=self._text) & ~Q(remote_id=""))
        if self._number is not None:
            yield Order.objects.filter(pk=self._number)
        if start := normalise_link(self._text):
            yield Order.objects.filter(_begins("link_key", start)).exclude(link_key="")

    def _by_words(self) -> list[QuerySet[Order]] | None:
        """Find by the words, from indexes. None if that would read too much."""
        first, services = self._plan
        is_alone = len(self._words) == 1
        if (is_alone and self._words[0].texts > MANY) or (first and first.texts > MOST_READ):
            return None
        found: list[QuerySet[Order]] = []
        if services is None:
            # A word that so many services have is found at once, but not beside other words.
            if not is_alone:
                return None
            found.append(Order.objects.filter(service__in=_services_with(self._words)))
            first = self._words[0] if self._words[0].is_own else None
        others = [word for word in self._words if word is not first]
        if first:
            matching = [word.anywhere() for word in others]
            found += [rows.filter(*matching) for rows in _by_index(first, is_full_text=self._is_full_text)]
        if services:
            own = (word.anywhere() for word in others if word.is_own)
            found.append(Order.objects.filter(*own, service__in=services))
        return found

    @cached_property
    def _plan(self) -> tuple[Word | None, list[int] | None]:
        """Choose the word to begin with, and find the services of the orders that have this word in their service.

        Such a service also has the words that only services have. If few services have these, they are enough, and
        there is no word to begin with. The services are None if they are many.
        """
        if len(self._words) == 1 and self._words[0].texts > MANY and len(self._words[0].typed) < SHORTEST_PART:
            # Comparing a short word with all services takes longer than looking at the orders one by one.
            return self._words[0], None
        rest = [word for word in self._words if not word.is_own]
        services = _find_services(rest) if rest else None
        own = sorted((word for word in self._words if word.is_own), key=lambda word: word.effort)
        if services is not None or not own:
            return None, services if rest else []
        for first in own:
            services = _find_services([*rest, first])
            if services is not None:
                return first, services
        return None, None

    @cached_property
    def _is_full_text(self) -> bool:
        """Whether SQLite has its table for the texts. The index of PostgreSQL is no table."""
        return connection.vendor == "sqlite" and has_order_index()

    @cached_property
    def _words(self) -> list[Word]:
        if self._number is not None and len(self._text) < SHORTEST_PART:
            # A short number is an ID, because it stands in many texts.
            return []
        typed = {word: needle(word) for word in self._text.lower().split()[:MOST_WORDS] if needle(word).strip()}
        names = _read_names(typed.values())
        found = []
        for (word, part), texts in zip(
            typed.items(), _count_texts(list(typed.values()), is_full_text=self._is_full_text), strict=True
        ):
            named: dict[str, list[int]] = {}
            for column, pk, name in names:
                if part in name:
                    named.setdefault(column, []).append(pk)
            found.append(Word(word, part, self._number is not None, named, texts))
        return found


def _together(found: Iterable[QuerySet[Order]]) -> QuerySet[Any, int]:
    """Return one query for the pks of the orders of all these. An order may come twice."""
    first, *others = [rows.order_by().values_list("pk", flat=True) for rows in found]
    return first.union(*others, all=True)


def _by_index(word: Word, *, is_full_text: bool) -> Iterator[QuerySet[Order]]:
    """Find the orders that have a word in their text or in a name, each by its own index."""
    if word.texts:
        yield Order.objects.filter(word.in_text, pk__in=_texts_with(_end_of(word.part), is_full_text=is_full_text))
    for named in word.in_names:
        yield Order.objects.filter(named)


def _texts_with(part: str, *, is_full_text: bool) -> Any:
    """Return a query for the pks of the texts that have a part, and on SQLite perhaps of a few more texts."""
    if is_full_text:
        return RawSQL("SELECT rowid FROM order_by_text WHERE order_by_text MATCH %s", [_trigrams(part)])
    return OrderText.objects.filter(text__contains=part).values("pk")


def _end_of(part: str) -> str:
    """Return the end of a part, for an index. The end of a link is that of its target, without what a share adds."""
    end = normalise_link(part).lower().rstrip("/")[-LONGEST_PART:]
    return end if end in part and len(end) >= SHORTEST_PART else part[-LONGEST_PART:]


def _trigrams(part: str) -> str:
    """Return the query for the texts that have all trigrams of a part."""
    found = dict.fromkeys(part[start : start + 3] for start in range(len(part) - 2))
    return " AND ".join('"{}"'.format(each.replace('"', '""')) for each in found)


def _count_texts(parts: Sequence[str], *, is_full_text: bool) -> list[int]:
    """Count the texts with each part, up to one more than MOST_READ, and exactly up to MANY."""
    counts = _count(parts, MANY, is_full_text=is_full_text, is_exact=True)
    common = [part for part, number in zip(parts, counts, strict=True) if number > MANY]
    more = iter(_count(common, MOST_READ, is_full_text=is_full_text, is_exact=False))
    return [number if number <= MANY else max(number, next(more)) for number in counts]


def _count(parts: Sequence[str], most: int, *, is_full_text: bool, is_exact: bool) -> list[int]:
    """Count up to one more than `most`, by one query for all parts."""
    if not parts:
        return []
    ends = [_end_of(part) for part in parts]
    if is_full_text:
        source, where, values = ORDER_INDEX, f"{ORDER_INDEX} MATCH %s", [_trigrams(end) for end in ends]
        if is_exact:
            source += f" CROSS JOIN {TEXTS} ON {TEXTS}.id = {ORDER_INDEX}.rowid"
    else:
        source, where = TEXTS, "text LIKE %s ESCAPE '\\'"
        values = [f"%{connection.ops.prep_for_like_query(end)}%" for end in ends]
    if is_exact:
        where += f" AND {'STRPOS' if connection.vendor == 'postgresql' else 'INSTR'}({TEXTS}.text, %s) > 0"
    count = f"(SELECT COUNT(*) FROM (SELECT 1 FROM {source} WHERE {where} LIMIT {most + 1}) AS found)"
    with connection.cursor() as cursor:
        both = [value for pair in zip(values, parts, strict=True) for value in (pair if is_exact else pair[:1])]
        cursor.execute(f"SELECT {', '.join([count] * len(parts))}", both)
        return list(cursor.fetchone())


def _read_names(parts: Iterable[str]) -> list[tuple[str, int, str]]:
    """Return the searchable names, each with the column of an order and the pk of its row.

    Of the batches, only those that have one of the parts are read. A name that was proposed from the first line of a
    batch has the link of that line, so its other lines are not found by it.
    """
    names = [(column, pk, searchable(name)) for column, pk, name in compiled.fetch(_all_names)]
    having = reduce(or_, (Q(search_text__contains=part) for part in parts), Q(pk__in=()))
    batches = Batch.objects.filter(having).exclude(is_name_proposed=True, filename="").order_by()
    return names + [("batch", pk, text) for pk, text in batches.values_list("pk", "search_text")]


def _all_names() -> QuerySet[Any, Any]:
    text = CharField()
    first, *others = [
        model.objects.order_by().annotate(kind=Value(column, text)).values_list("kind", "pk", "name")
        for column, model in NAMED.items()
    ]
    found: QuerySet[Any, Any] = first.union(*others, all=True)
    return found


def _find_services(words: Iterable[Word]) -> list[int] | None:
    """Return the pks of the services that have all words, or None if there are more than FEW_SERVICES."""
    pks = list(_services_with(words)[: FEW_SERVICES + 1])
    return pks if len(pks) <= FEW_SERVICES else None


def _services_with(words: Iterable[Word]) -> QuerySet[Any, int]:
    """Return the query for the pks of the services that have all words. A renamed service may come twice."""
    present, ever = Q(), Q()
    for word in words:
        present &= word.of_present
        ever &= word.of_present | word.of_former
    # The condition lets the database use the partial index of the renamed services.
    both = (Service.objects.filter(present), Service.objects.filter(ever, former_text__gt=""))
    first, other = (rows.order_by().values_list("pk", flat=True) for rows in both)
    return first.union(other, all=True)


def _begins(name: str, text: str) -> Q:
    """Match values that begin with a text, in the form for which the database uses its index."""
    if connection.vendor == "sqlite":
        return Q(**{f"{name}__gte": text, f"{name}__lt": text + "\U0010ffff"})
    return Q(**{f"{name}__startswith": text})
