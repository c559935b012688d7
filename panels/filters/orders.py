"""The filters of the lists, read from the address: one filter set for each list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection
from django.db.models import F, Q, QuerySet

from panels.models import Batch, Order, Panel, Refill, Service
from panels.models.client import fold_name
from panels.models.order_states import NEEDS_A_PERSON, NOT_FOLLOWED, STAGE, RequestState, Stage
from panels.models.planning import unindexed, unindexed_text
from panels.money.totals import midnight, today
from panels.pages.choices import NameChoices, read_names
from panels.protocol.links import normalise_link
from panels.protocol.order_types import type_choices

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# Up to so many services, or orders of a link, the search for orders names their pks.
FEW = 4000
# A shift by a time zone must not leave the range of dates.
DAYS = (MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2999, 12, 31)))
# The person who looks, as a choice among people. A saved view of a team so shows everybody their own rows.
ME = "me"
# The days before today that a span of days includes.
DAYS_BEFORE = {"today": 0, "7d": 6, "30d": 29}


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]
    """A filter set whose choices are the names of rows, and which knows spans of days."""

    # The kind of rows whose names a filter offers.
    NAMES: ClassVar[dict[str, str]] = {}
    # The field whose days are filtered.
    DATED = "created_at"
    SPANS = (("today", "Today"), ("7d", "7 days"), ("30d", "30 days"))

    def __init__(self, data: Mapping[str, Any], user: Any = None) -> None:
        super().__init__(data)
        self._user = user
        for name in self.NAMES:
            self.filters[name].extra["choices"] = NameChoices(partial(self._choices, name))

    def lately(self, rows: QuerySet[Any], _: str, span: str) -> QuerySet[Any]:
        """Keep rows of today, or of the last days with today. A link with this filter stays right on other days."""
        return self.since(rows, "", today() - dt.timedelta(days=DAYS_BEFORE[span]))

    def since(self, rows: QuerySet[Any], _: str, day: dt.date) -> QuerySet[Any]:
        """Keep rows of that day or later."""
        return rows.filter(**{f"{self.DATED}__gte": midnight(day)})

    def until(self, rows: QuerySet[Any], _: str, day: dt.date) -> QuerySet[Any]:
        """Keep rows of that day or earlier."""
        return rows.filter(**{f"{self.DATED}__lt": midnight(day + dt.timedelta(days=1))})

    def of_person(self, rows: QuerySet[Any], name: str, who: str) -> QuerySet[Any]:
        """Keep rows of one person."""
        return rows.filter(**{name: self._user.pk if who == ME else who})

    def _choices(self, name: str) -> list[tuple[str, str]]:
        kind = self.NAMES[name]
        me = [(ME, "Me")] if kind == "person" and self._user else []
        return [*me, *self._names[kind].items()]

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        return read_names(*dict.fromkeys(self.NAMES.values()))


class OrderFilter(ListFilter):
    """The orders that a list shows, exports or acts on. Dates are whole days in the time zone of the site."""

    NAMES: ClassVar = {"panel": "panel", "who": "person", "client": "client", "campaign": "campaign"}
    PRESETS: ClassVar = {
        "Needs you": f"stage={Stage.NEEDS_YOU}",
        "Running": f"stage={Stage.RUNNING}",
        "Today": "created=today",
        "Mine": f"who={ME}",
        "Problems": f"stage={Stage.PROBLEM}",
        "Finished": "progress=finished",
    }

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=500,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "ID, link, reference or service"}),
    )
    panel = django_filters.ChoiceFilter(label="Panel", method="at_panel", empty_label="All panels")
    stage = django_filters.ChoiceFilter(
        choices=Stage.choices, label="State", method="at_stage", empty_label="Any state"
    )
    state = django_filters.ChoiceFilter(
        label="Exact state",
        choices=[("held", "On hold"), ("funds", "Waits for money"), ("unread", "Not followed"), *Order.State.choices],
        method="in_state",
        empty_label="Any exact state",
    )
    progress = django_filters.ChoiceFilter(
        choices=[("running", "Running"), ("finished", "Finished"), *Order.Progress.choices],
        method="in_progress",
        empty_label="Any progress",
    )
    who = django_filters.ChoiceFilter(field_name="placed_by", label="Who", method="of_person", empty_label="Anybody")
    client = django_filters.ChoiceFilter(method="of_client", empty_label="Any client", null_label="No client")
    campaign = django_filters.ChoiceFilter(field_name="campaign_id", empty_label="Any campaign")
    created = django_filters.ChoiceFilter(
        label="Created", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )
    created_from = django_filters.DateFilter(label="From", method="since", widget=DAY, validators=DAYS)
    created_to = django_filters.DateFilter(label="To", method="until", widget=DAY, validators=DAYS)
    batch = django_filters.ModelChoiceFilter(
        queryset=Batch.objects.all(), label="Batch", widget=forms.NumberInput(attrs={"placeholder": "Any", "min": 1})
    )
    service = django_filters.ModelChoiceFilter(queryset=Service.objects.all(), widget=forms.HiddenInput)
    attention = django_filters.BooleanFilter(
        label="Needs attention", method="needing_a_person", widget=forms.CheckboxInput
    )

    # Filters that find few orders, also among orders of years.
    NARROW: ClassVar = ("q", "campaign", "batch", "service")
    # The stages in which orders stay. The orders of the other stages are always few.
    LASTING: ClassVar = (Stage.DONE, Stage.PARTLY, Stage.PROBLEM, Stage.WITHDRAWN)

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def search(self, orders: QuerySet[Order], _: str, text: str) -> QuerySet[Order]:
        """Find by order number, panel order ID, start of the link or reference, or ID or name of the service.

        An order shows the name of its service as ordered, so it is also found by each former name of the service.
        """
        digits = text.removeprefix("#")
        is_number = digits.isdecimal() and digits.isascii() and len(digits) <= 18
        if text.startswith("#") and is_number:
            return orders.filter(pk=int(digits))
        # The second condition lets the database use the partial index.
        found = Q(remote_id=text) & ~Q(remote_id="")
        if is_number:
            found |= Q(pk=int(digits))
        found |= _starting_with(text)
        # The words of a service include its ID.
        services = Service.objects.filter(Q(remote_id=text) if is_number else _all_words(text))
        # The condition lets the database use the partial index of the renamed services.
        renamed = Service.objects.filter(_all_words(text, "search_text", "former_text"), former_text__gt="")
        few, few_renamed = _few(services), _few(renamed)
        if few is not None and few_renamed is not None:
            return orders.filter(found | Q(service__in={*few, *few_renamed}))
        # With many services, a walk through the orders soon finds enough of them for a page.
        of = Q(of__in=services.values("pk"))
        of |= Q(of__in=renamed.values("pk") if few_renamed is None else few_renamed)
        return orders.alias(of=unindexed("service_id")).filter(found | of)

    def at_panel(self, orders: QuerySet[Order], _: str, panel: str) -> QuerySet[Order]:
        """Keep the orders of one panel. The few that are not followed are not looked for by the index of the panel."""
        if self.form.cleaned_data.get("state") == "unread":
            return orders.alias(at=unindexed("panel_id")).filter(at=panel)
        return orders.alias(at=self._beside_stage("panel_id")).filter(at=panel)

    def of_person(self, rows: QuerySet[Any], name: str, who: str) -> QuerySet[Any]:
        """Keep the orders that one person placed."""
        return super().of_person(rows.alias(by=self._beside_stage(f"{name}_id")), "by", who)

    def of_client(self, orders: QuerySet[Order], _: str, client: str) -> QuerySet[Order]:
        """Keep the orders of one client, or those without a client.

        All orders of a campaign are orders of its client. So with a campaign, the index of the campaign is enough, and
        the larger index of the client is not used.
        """
        if client == "null":
            return orders.filter(client=None)
        if self.form.cleaned_data.get("campaign"):
            return orders.alias(of_client=unindexed("client_id")).filter(of_client=client)
        return orders.alias(of_client=self._beside_stage("client_id")).filter(of_client=client)

    def at_stage(self, orders: QuerySet[Order], _: str, stage: str) -> QuerySet[Order]:
        """Keep the orders of one of the eight stages, by its index unless another index finds them sooner.

        Nearly all orders are done, so every other filter finds fewer, and a sorted walk soon finds a page of them.
        """
        is_sorted = self.data.get("sort", "").removeprefix("-") in ("charge", "cost")
        others = (*self.NARROW, "panel", "who", "client") if stage == Stage.DONE else self.NARROW
        is_found_sooner = any(self.form.cleaned_data.get(name) for name in others)
        is_hidden = (stage in self.LASTING and is_found_sooner) or (stage == Stage.DONE and is_sorted)
        return orders.alias(stage=unindexed_text(STAGE) if is_hidden else STAGE).filter(stage=stage)

    def _beside_stage(self, name: str) -> Any:
        """Return a column of the index of stages. With a stage of few orders, only that index is used."""
        return F(name) if self.form.cleaned_data.get("stage") in ("", Stage.DONE) else unindexed(name)

    def in_state(self, orders: QuerySet[Order], _: str, state: str) -> QuerySet[Order]:
        """Keep one state. Orders on hold wait for a person, so they are not among the queued orders."""
        if state == "held":
            return orders.filter(state=Order.State.QUEUED, held_reason__gt="")
        if state == "funds":
            return orders.filter(state=Order.State.QUEUED, held_for_funds_at__isnull=False, held_reason="")
        if state == "unread":
            # The subquery reads their own small index.
            return orders.filter(pk__in=Order.objects.filter(NOT_FOLLOWED).order_by().values("pk"))
        if state == Order.State.QUEUED:
            return orders.filter(state=state, held_reason="")
        return orders.filter(state=state)

    def in_progress(self, orders: QuerySet[Order], _: str, progress: str) -> QuerySet[Order]:
        """Keep one progress, or all running or all finished orders. Running includes placed orders without a status.

        Few orders run, so the index of progress finds them. Nearly all orders are finished, so a walk through the
        placed orders finds a page of them at once. The index of progress would sort all of them first. An order that
        is not placed has no progress, so with another state nothing is kept.
        """
        if self.form.cleaned_data.get("state") not in ("", Order.State.PLACED):
            return orders.none()
        running = [each for each in Order.Progress.values if each not in Order.FINISHED]
        if progress == "running":
            return orders.filter(Q(progress__in=running) | Q(progress="", state=Order.State.PLACED))
        if progress == "finished":
            return orders.filter(~Q(progress__in=["", *running]), state=Order.State.PLACED)
        return orders.filter(progress=progress)

    def needing_a_person(self, orders: QuerySet[Order], _: str, wanted: bool) -> QuerySet[Order]:  # noqa: FBT001
        """Keep orders that wait for a person, as the overview counts them. An empty box filters nothing."""
        return orders.filter(NEEDS_A_PERSON) if wanted else orders


class RefillFilter(ListFilter):
    """The refills that the list shows."""

    NAMES: ClassVar = {"panel": "panel", "who": "person"}
    DATED = "requested_at"
    PRESETS: ClassVar = {
        "Today": "requested=today",
        "Mine": f"who={ME}",
        "Refused": "state=refused",
        "Completed": "progress=completed",
    }

    state = django_filters.ChoiceFilter(choices=RequestState.choices, label="Request", empty_label="Any state")
    progress = django_filters.ChoiceFilter(choices=Refill.Progress.choices, empty_label="Any progress")
    panel = django_filters.ChoiceFilter(field_name="order__panel", label="Panel", empty_label="All panels")
    who = django_filters.ChoiceFilter(field_name="requested_by", label="Who", method="of_person", empty_label="Anybody")
    requested = django_filters.ChoiceFilter(
        label="Requested", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )

    class Meta:
        model = Refill
        fields: ClassVar[list[str]] = []


class BatchFilter(ListFilter):
    """The batches that the list shows."""

    NAMES: ClassVar = {"panel": "panel", "who": "person"}
    PRESETS: ClassVar = {"Drafts": "state=draft", "Today": "created=today", "Mine": f"who={ME}"}

    state = django_filters.ChoiceFilter(choices=Batch.State.choices, empty_label="Any state")
    source = django_filters.ChoiceFilter(choices=Batch.Source.choices, empty_label="Any source")
    panel = django_filters.ChoiceFilter(label="Panel", empty_label="All panels")
    who = django_filters.ChoiceFilter(field_name="created_by", label="Who", method="of_person", empty_label="Anybody")
    created = django_filters.ChoiceFilter(
        label="Created", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )

    class Meta:
        model = Batch
        fields: ClassVar[list[str]] = []


class ServiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The services of all panels that the catalog shows. By default these are the listed services of active panels.

    Only prices in the same currency can be compared, so a range or an order of prices needs a single currency
    (`lacks_currency`).
    """

    SORTS: ClassVar = {"name": "name", "-name": "-name", "price": "rate_per_1000", "-price": "-rate_per_1000"}
    ANSWERS = (("yes", "Yes"), ("no", "No"), ("unknown", "Not stated"))
    NO_CURRENCY = "-"

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": "Words of the name, or an ID", "autocomplete": "off"}),
    )
    panel = django_filters.ChoiceFilter(label="Panel", empty_label="All", method="leave")
    category = django_filters.CharFilter(
        label="Category", method="of_category", max_length=300, widget=forms.TextInput({"list": "categories"})
    )
    type = django_filters.ChoiceFilter(
        label="Type",
        empty_label="All",
        method="of_type",
        choices=[*type_choices(), ("unknown", "Unknown type")],
    )
    refill = django_filters.ChoiceFilter(label="Refill", empty_label="All", method="answered", choices=ANSWERS)
    cancel = django_filters.ChoiceFilter(label="Cancel", empty_label="All", method="answered", choices=ANSWERS)
    currency = django_filters.ChoiceFilter(label="Currency", empty_label="All", method="leave")
    price_from = django_filters.NumberFilter(
        label="Price from", field_name="rate_per_1000", lookup_expr="gte", min_value=0, max_digits=17, decimal_places=8
    )
    price_to = django_filters.NumberFilter(
        label="Price to", field_name="rate_per_1000", lookup_expr="lte", min_value=0, max_digits=17, decimal_places=8
    )
    show = django_filters.ChoiceFilter(
        label="Show",
        empty_label="Listed",
        method="leave",
        choices=(("unlisted", "No longer listed"), ("all", "All, also inactive panels")),
    )
    sort = django_filters.ChoiceFilter(
        method="leave", choices=[(name, name) for name in SORTS], widget=forms.HiddenInput
    )

    def __init__(self, data: Mapping[str, Any], panels: Iterable[Panel]) -> None:
        super().__init__(data, Service.objects.all())
        self._panels = list(panels)
        known = sorted({panel.currency for panel in self._panels})
        self.filters["panel"].extra["choices"] = [(str(panel.pk), panel.name) for panel in self._panels]
        self.filters["currency"].extra["choices"] = [(each or self.NO_CURRENCY, each or "Not known") for each in known]

    @cached_property
    def panels(self) -> list[Panel]:
        """The panels whose services are shown: the active panels, or all panels, or the chosen panel."""
        panel, currency, show = (self._chosen(name) for name in ("panel", "currency", "show"))
        return [
            each
            for each in self._panels
            if (str(each.pk) == panel if panel else each.is_active or show == "all")
            and (not currency or (each.currency or self.NO_CURRENCY) == currency)
        ]

    @property
    def currencies(self) -> list[str]:
        """The currencies of the shown prices, by their values in the filter."""
        return sorted({panel.currency or self.NO_CURRENCY for panel in self.panels})

    @property
    def lacks_currency(self) -> bool:
        """Whether the input asks for a comparison of prices in different currencies."""
        return len(self.currencies) > 1 and (self._has_range or self._chosen("sort") in ("price", "-price"))

    @property
    def sort_field(self) -> str:
        """The field to sort by: the name, or the chosen field if it can be used."""
        return "name" if self.lacks_currency else self.SORTS.get(self._chosen("sort"), "name")

    @property
    def is_refused(self) -> bool:
        """Whether nothing is shown because the input cannot be read or prices cannot be compared."""
        return bool(self.errors) or (self.lacks_currency and self._has_range)

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is in use."""
        return any(value for name, value in self.data.items() if name in self.filters and name != "sort")

    def filter_queryset(self, queryset: QuerySet[Service]) -> QuerySet[Service]:
        """Keep the services that fit all filters, or no service if `is_refused`."""
        if self.is_refused:
            return queryset.none()
        found: QuerySet[Service] = super().filter_queryset(queryset)
        if self._chosen("show") != "all":
            found = found.filter(is_listed=self._chosen("show") != "unlisted")
        if len(self.panels) == len(self._panels):
            return found
        # For several panels, the index of panels does not help to sort.
        at = F("panel_id") if len(self.panels) == 1 else unindexed("panel_id")
        return found.alias(at=at).filter(at__in=[panel.pk for panel in self.panels])

    def search(self, queryset: QuerySet[Service], _: str, text: str) -> QuerySet[Service]:
        """Keep services that have every word, in any order."""
        return queryset.filter(_all_words(text))

    def of_category(self, queryset: QuerySet[Service], _: str, text: str) -> QuerySet[Service]:
        """Keep services whose category has the text. The search text includes the category and has an index."""
        return queryset.filter(search_text__contains=text.lower(), category__icontains=text)

    def of_type(self, queryset: QuerySet[Service], _: str, slug: str) -> QuerySet[Service]:
        """Keep one type. The slug of an unknown type is empty."""
        return queryset.filter(type="" if slug == "unknown" else slug)

    def answered(self, queryset: QuerySet[Service], name: str, answer: str) -> QuerySet[Service]:
        """Keep one answer. If the panel does not state it, the answer is neither yes nor no."""
        return queryset.filter(**{name: {"yes": True, "no": False, "unknown": None}[answer]})

    def leave(self, queryset: QuerySet[Service], _: str, __: str) -> QuerySet[Service]:
        """Change nothing, because this filter depends on others and is applied elsewhere."""
        return queryset

    @property
    def _has_range(self) -> bool:
        return any(self._chosen(name) is not None for name in ("price_from", "price_to"))

    def _chosen(self, name: str) -> Any:
        # Unreadable input is an error of the form, so it chooses nothing.
        return None if name in self.errors else self.form.cleaned_data.get(name)


def _all_words(text: str, *names: str) -> Q:
    """Match rows that have every word in one of these fields. Without fields, the search text is searched."""
    found = Q()
    for word in text.lower().split()[:10]:
        found &= Q(*((f"{name}__contains", word) for name in names or ("search_text",)), _connector=Q.OR)
    return found


def _starting_with(text: str) -> Q:
    """Match the orders whose link or reference begins with a text."""
    starts = {"link_key": normalise_link(text), "reference_key": fold_name(text)}
    starts = {name: start for name, start in starts.items() if start}
    if not starts:
        return Q(pk__in=())
    # In one query, but each by its own index. The condition lets the database use the partial index of references.
    each = [Order.objects.filter(_begins(name, start)).exclude(**{name: ""}) for name, start in starts.items()]
    first, *others = [orders.order_by().values_list("pk", flat=True) for orders in each]
    few = list(first.union(*others, all=True)[: FEW + 1])
    if len(few) <= FEW:
        return Q(pk__in=few)
    found = Q()
    for name, start in starts.items():
        found |= Q(**{f"{name}__startswith": start})
    return found


def _few(rows: QuerySet[Any]) -> list[int] | None:
    """Return the pks of the rows, or None if there are more than FEW."""
    pks = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return pks if len(pks) <= FEW else None


def _begins(name: str, text: str) -> Q:
    """Match values that begin with a text, in the form for which the database uses its index."""
    if connection.vendor == "sqlite":
        return Q(**{f"{name}__gte": text, f"{name}__lt": text + "\U0010ffff"})
    return Q(**{f"{name}__startswith": text})
