"""The filter of orders, and their search."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from panels.filters.base import ME, ListFilter
from panels.filters.order_search import OrderSearch
from panels.models import Batch, Order, Product, Service, ServiceFacts
from panels.models.order_states import NEEDS_A_PERSON, NOT_FOLLOWED, STAGE, Stage
from panels.models.planning import unindexed, unindexed_text
from panels.orders import approval

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# A shift by a time zone must not leave the range of dates.
DAYS = (MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2999, 12, 31)))

# The days from now within which a refill ends.
DAYS_AHEAD = {"7d": dt.timedelta(days=7), "30d": dt.timedelta(days=30)}
ENDS_WITHIN = (("7d", "In 7 days"), ("30d", "In 30 days"))


class OrderFilter(ListFilter):
    """The orders that a list shows, exports or acts on. Dates are whole days in the time zone of the site."""

    NAMES: ClassVar = {"panel": "panel", "who": "person", "client": "client", "campaign": "campaign"}
    TO_APPROVE: ClassVar = "Waiting for approval"
    PRESETS: ClassVar = {
        "Needs you": f"stage={Stage.NEEDS_YOU}",
        TO_APPROVE: f"stage={Stage.APPROVAL}",
        "Running": f"stage={Stage.RUNNING}",
        "Today": "created=today",
        "Mine": f"who={ME}",
        "Problems": f"stage={Stage.PROBLEM}",
        "Finished": "progress=finished",
        "Refill ends in 7 days": "refill=7d",
    }

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=500,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "ID, link, client or service"}),
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
    refill = django_filters.ChoiceFilter(
        label="Refill ends", method="refilled_until", choices=ENDS_WITHIN, empty_label="Any time"
    )
    batch = django_filters.ModelChoiceFilter(
        queryset=Batch.objects.all(), label="Batch", widget=forms.NumberInput(attrs={"placeholder": "Any", "min": 1})
    )
    service = django_filters.ModelChoiceFilter(queryset=Service.objects.all(), widget=forms.HiddenInput)
    product = django_filters.ModelChoiceFilter(
        queryset=Product.objects.all(), method="of_product", widget=forms.HiddenInput
    )
    attention = django_filters.BooleanFilter(
        label="Needs attention", method="needing_a_person", widget=forms.CheckboxInput
    )

    # Filters that find few orders, also among orders of years.
    NARROW: ClassVar = ("q", "campaign", "batch", "service", "refill", "product")
    # The stages in which orders stay. The orders of the other stages are always few.
    LASTING: ClassVar = (Stage.DONE, Stage.PARTLY, Stage.PROBLEM, Stage.WITHDRAWN)

    _search: OrderSearch | None = None
    # Whether a search alone filters, and finds more orders than are counted. Known after `qs`.
    is_long = False

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    @property
    def preset_numbers(self) -> dict[str, int]:
        """How many orders wait for the approval of this person, who may approve."""
        may_approve = self._user is not None and self._user.has_perm(approval.MAY_APPROVE)
        return {self.TO_APPROVE: approval.count_asked()} if may_approve else {}

    def search(self, orders: QuerySet[Order], _: str, text: str) -> QuerySet[Order]:
        """Find by order number, panel order ID, and words in the order, its names and its service."""
        search = self._search = OrderSearch(text)
        used = {name for name, value in self.form.cleaned_data.items() if value not in (None, "", False)}
        self.is_long = used <= {"q"} and search.is_long
        return search.filter(orders)

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
        """Keep the orders of one of the nine stages, by its index unless another index finds them sooner.

        Nearly all orders are done, so every other filter finds fewer, and a sorted walk soon finds a page of them.
        """
        is_sorted = self.data.get("sort", "").removeprefix("-") in ("charge", "cost")
        others = (*self.NARROW, "panel", "who", "client") if stage == Stage.DONE else self.NARROW
        is_found_sooner = any(self.form.cleaned_data.get(name) for name in others if name != "q" or self._is_searched)
        is_hidden = (stage in self.LASTING and is_found_sooner) or (stage == Stage.DONE and is_sorted)
        return orders.alias(stage=unindexed_text(STAGE) if is_hidden else STAGE).filter(stage=stage)

    def _beside_stage(self, name: str) -> Any:
        """Return a column of the index of stages. With a stage of few orders, only that index is used."""
        return F(name) if self.form.cleaned_data.get("stage") in ("", Stage.DONE) else unindexed(name)

    @property
    def _is_searched(self) -> bool:
        """Whether a search finds few enough orders to begin with them."""
        return self._search is not None and self._search.pks is not None

    def _beside_search(self, name: str) -> Any:
        """Return a column of text. Beside a search that finds few orders, its index is not used."""
        return unindexed_text(name) if self._is_searched else F(name)

    def refilled_until(self, orders: QuerySet[Order], _: str, span: str) -> QuerySet[Order]:
        """Keep the orders whose refill ends within the next days. The subquery reads only its own index."""
        now = timezone.now()
        ending = Order.objects.filter(refill_until__gte=now, refill_until__lt=now + DAYS_AHEAD[span])
        return orders.filter(pk__in=ending.order_by().values("pk"))

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
        return orders.alias(is_in=self._beside_search("state")).filter(is_in=state)

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
            ended = orders.filter(~Q(progress__in=["", *running]))
            return ended.alias(is_in=self._beside_search("state")).filter(is_in=Order.State.PLACED)
        return orders.filter(progress=progress)

    def of_product(self, orders: QuerySet[Order], _: str, product: Product) -> QuerySet[Order]:
        """Keep the orders of the services that are offers of a product now."""
        return orders.filter(service__in=ServiceFacts.objects.filter(product=product).values("pk"))

    def needing_a_person(self, orders: QuerySet[Order], _: str, wanted: bool) -> QuerySet[Order]:  # noqa: FBT001
        """Keep orders that wait for a person, as the overview counts them. An empty box filters nothing."""
        return orders.filter(NEEDS_A_PERSON) if wanted else orders
