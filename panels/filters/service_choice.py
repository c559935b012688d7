"""Finds the services that a person may order, and ranks them by what the person typed.

1  the exact ID
2  all words in the name: next to each other, then in their order; then services that have the words in other places
3  services that are priced by the unit, then packages, then subscriptions
4  services that the person ordered lately
5  the price within one currency

Prices in different currencies are not compared. So the best service of each currency comes first, then the second one
of each, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from django.db.models import BooleanField, Case, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length, Substr

from panels.models import Order, Panel, Service, ServiceMark
from panels.protocol.order_types import ORDER_TYPES, Billing
from panels.protocol.refill_words import read_search

MAX_WORDS = 10
# SQLite takes no pattern of more than 50,000 characters.
MAX_TYPED = 200
# The last orders of a person whose services count as recent, and the services that are offered before typing.
RECENT_ORDERS, MAX_RECENT = 50, 8
# Services that the team does not order. The subquery reads only its own small index.
_BLOCKED = Q(pk__in=ServiceMark.objects.filter(is_blocked=True).order_by().values("pk"))


class Like(Func):
    """Whether a text is like a pattern."""

    template = r"(%(expressions)s ESCAPE '\')"
    arg_joiner = " LIKE "
    output_field = BooleanField()


def orderable() -> QuerySet[Service]:
    """Return the services that can be ordered and that the team has not blocked."""
    services = Service.objects.filter(is_listed=True, panel__is_active=True).exclude(_BLOCKED)
    unread = ("description", "search_text", "former_text", "panel__api_key", "record__tally", "record__numbers")
    return services.select_related("panel", "record", "mark").defer(*unread)


def find_matching(typed: str, user: Any, most: int, panel: Panel | None = None) -> list[Service]:
    """Return the best services for the typed words, at most so many, of one panel or of all.

    A word is looked for in the name, the category, the ID and the name of the panel. A word for a refill does not find
    a service whose name says that there is none.
    """
    by_currency = defaultdict(list)
    active = Panel.objects.filter(is_active=True, **({"pk": panel.pk} if panel else {}))
    for each in active.defer("api_key").order_by("name"):
        by_currency[each.currency].append(each)
    recent, typed = _recent_pks(user), typed[:MAX_TYPED]
    ranked = [found for panels in by_currency.values() for found in _number(_rank(typed, panels, recent)[:most])]
    pks = [pk for *_, pk in sorted(ranked)[:most]]
    found = orderable().in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def find_recent(user: Any) -> list[Service]:
    """Return the services that a person ordered last, the last one first."""
    recent = _recent_pks(user)[:MAX_RECENT]
    return sorted(orderable().filter(pk__in=recent), key=lambda service: recent.index(service.pk))


def _recent_pks(user: Any) -> list[int]:
    orders = Order.objects.filter(placed_by=user, service__isnull=False).order_by("-created_at", "-pk")
    return list(dict.fromkeys(orders.values_list("service", flat=True)[:RECENT_ORDERS]))


def _rank(typed: str, panels: Sequence[Panel], recent: Sequence[int]) -> QuerySet[Any, tuple[int, ...]]:
    """Return the ranks and the pk of the services of some panels with one currency, the best first.

    Reads only what the index of the search has.
    """
    words, lacks_refill = read_search(typed)
    services = Service.objects.filter(is_listed=True, panel__in=[panel.pk for panel in panels]).exclude(_BLOCKED)
    for word in words[:MAX_WORDS]:
        named = [panel.pk for panel in panels if word in panel.name.lower()]
        services = services.filter(Q(search_text__contains=word) | (Q(panel__in=named) if named else Q()))
    if lacks_refill is not None:
        services = services.filter(says_no_refill=lacks_refill)
    ranks = services.annotate(
        other=_rank_of(Q(remote_id__iexact=typed)),
        apart=_rank_of(*_in_name(words[:MAX_WORDS])),
        kind=_rank_of(~Q(type__in=_slugs(Billing.FLAT, Billing.SUBSCRIPTION)), Q(type__in=_slugs(Billing.FLAT))),
        older=_rank_of(Q(pk__in=recent)) if recent else Value(0),
    )
    names = ("other", "apart", "kind", "older")
    return ranks.order_by(*names, "rate_per_1000", "pk").values_list(*names, "pk")


def _in_name(words: Sequence[str]) -> list[Q | Like]:
    """Return the conditions that the name has all words: next to each other, and in their order.

    The search text has the ID, the name and the category. It is in lower case, which a database may not manage.
    """
    name = Substr("search_text", Length("remote_id") + 2, Length("name"))
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    return [Like(name, Value(f"%{between.join(escaped)}%")) for between in ((" ", "%") if len(words) > 1 else (" ",))]


def _rank_of(*conditions: Any) -> Case:
    """Return the number of the first condition that is true, or the next number."""
    whens = [When(condition, then=Value(number)) for number, condition in enumerate(conditions)]
    return Case(*whens, default=Value(len(whens)), output_field=IntegerField())


def _slugs(*billings: Billing) -> list[str]:
    return [slug for slug, kind in ORDER_TYPES.items() if kind.billing in billings]


def _number(ranked: Iterable[tuple[int, ...]]) -> Iterable[tuple[int, ...]]:
    """Put the position among the services of equal ranks before the pk, in place of the price."""
    positions: dict[tuple[int, ...], Iterator[int]] = defaultdict(count)
    for *ranks, pk in ranked:
        yield *ranks, next(positions[tuple(ranks)]), pk
