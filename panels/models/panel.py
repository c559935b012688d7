"""An account at a panel: its address and key, its API options, its pause and limits, and its balance.

`panel_pause` has the rules and the drawing of the pause, `panel_pace` the rules of the limit of calls.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from panels.models.encryption import EncryptedField, Secret
from panels.models.fields import MoneyField
from panels.models.panel_pace import CallSlots
from panels.models.panel_pause import POSSIBLE_PAUSE, PanelQuerySet, PauseReason, PauseRules
from panels.protocol.account import Account
from panels.protocol.catalog_pages import may_be_cut_off

_IS_FAILING = Q(balance_error__gt="") | Q(catalog_error__gt="") | Q(failures__gt=0) | Q(turned_away__gt=0)
# The panels of which `Panel.state` says failing or unreadable, unless they are paused.
HAS_ERRORS = _IS_FAILING | Q(unreadable_since__isnull=False)


class Panel(PauseRules, CallSlots, models.Model):
    # The settings by which a call reaches the panel, or does not. An answer to others says nothing about these.
    CALLED_WITH = ("api_url", "api_key", "body", "user_agent")
    # For so long a reading of the balance shows that an order is too dear. After that, only the panel can tell.
    BALANCE_HOLDS_FOR = timedelta(minutes=5)

    class Body(models.TextChoices):
        FORM = "form", "form (the common form)"
        JSON = "json", "JSON"

    class CancelParameter(models.TextChoices):
        ORDERS = "orders", "orders (the common form)"
        ORDER = "order", "order (one call per order)"

    name = models.CharField(max_length=100, unique=True)
    api_url = models.CharField("API address", max_length=500)
    api_key = EncryptedField("API key")
    # The last four characters of the key. They are stored, because a page must not decrypt the key.
    key_hint = models.CharField(max_length=4, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    reported_currency = models.CharField(max_length=8, blank=True, editable=False)
    currency_override = models.CharField(
        max_length=8, blank=True, help_text="Only if the panel reports a wrong currency or no currency."
    )
    balance = MoneyField(null=True, blank=True, editable=False)
    balance_checked_at = models.DateTimeField(null=True, editable=False)
    balance_requested_at = models.DateTimeField(null=True, editable=False)
    balance_tried_at = models.DateTimeField(null=True, editable=False)
    balance_error = models.TextField(blank=True, editable=False)
    # The last reading, less the expected cost of the orders that were claimed since or were on their way meanwhile.
    free_balance = MoneyField(null=True, editable=False)
    # Learned: the panel took an order above its balance.
    gives_credit = models.BooleanField(default=False, editable=False)
    low_balance = MoneyField(
        "warn below",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="The overview warns when the balance falls below this amount.",
    )

    is_active = models.BooleanField(
        "active", default=True, help_text="An inactive panel is never called. Its history is kept."
    )
    paused_reason = models.CharField(max_length=20, blank=True, choices=PauseReason, editable=False)
    # Set for a pause with a time. Then a rate limit ends, an unreachable panel is asked again, or one order is tried.
    paused_until = models.DateTimeField(null=True, editable=False)
    # Until then the worker asks nothing by itself, with any reason of the pause.
    quiet_until = models.DateTimeField(null=True, editable=False)
    # The lowest balance read since a pause for funds began, or just before. At a panel that gives credit, a higher
    # balance ends the pause.
    paused_balance = MoneyField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    # The number of calls in a row that did not reach the panel. Each one makes the next pause longer.
    failures = models.PositiveIntegerField(default=0, editable=False)
    # The number of orders in a row that may have arrived without an answer. Answered questions do not reset it.
    unanswered_orders = models.PositiveIntegerField(default=0, editable=False)
    # The number of pauses in a row because the panel takes no orders. Each one makes the next pause longer.
    turned_away = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # The words in which the panel refused the last orders, folded, if they are not known here. The services and links
    # of these orders, at most as many as pause the panel. An accepted order ends both.
    refused_words = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    refused_targets = models.JSONField(default=list, db_default=[], blank=True, editable=False)

    # When the panel last answered a call. It is written when a visit ends, and now and then during a long visit.
    answered_at = models.DateTimeField(null=True, editable=False)
    # The last answer about orders or refills that could not be read, its time, and since when no answer about any
    # order could be read (calls/unreadable.py).
    unreadable_text = models.TextField(blank=True, default="", db_default="", editable=False)
    unreadable_at = models.DateTimeField(null=True, editable=False)
    unreadable_since = models.DateTimeField(null=True, editable=False)

    catalog_synced_at = models.DateTimeField(null=True, editable=False)
    sync_requested_at = models.DateTimeField(null=True, editable=False)
    catalog_tried_at = models.DateTimeField(null=True, editable=False)
    catalog_error = models.TextField(blank=True, editable=False)
    # What a sync took away at once, until a person has seen it or it is back (catalog/falls.py), and when.
    catalog_fall = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    catalog_fell_at = models.DateTimeField(null=True, editable=False)
    # Learned: the catalog comes in pages.
    has_pages = models.BooleanField("catalog in pages", default=False, db_default=False, editable=False)
    # The round number of services in the last catalog, if the panel gives no second page. Such a list may be cut off.
    unpaged_rows = models.PositiveIntegerField(null=True, editable=False)

    always_send_quantity = models.BooleanField(
        default=False, help_text="Send the quantity for every service type, because a few panels require it."
    )
    bills_package_per_line = models.BooleanField(
        "bills comment packages per line",
        default=False,
        help_text="This panel charges Custom Comments Packages per 1000 lines instead of a flat price.",
    )
    multi_status = models.BooleanField(
        "check many orders at once", default=True, help_text="Switched off automatically if the panel ignores it."
    )
    multi_refill = models.BooleanField(
        "refill many orders at once", default=True, help_text="Switched off automatically if the panel ignores it."
    )
    # Whether the charge of an order stays as it was when the panel pays back. None while this is not known.
    keeps_charge = models.BooleanField(
        "keeps the charge of canceled orders",
        null=True,
        editable=False,
    )
    # Learned (providers/cancels.py): the panel accepted a cancel, or it has none. None while this is not known.
    takes_cancels = models.BooleanField(null=True, editable=False)
    # The keys of the first orders whose cancels were refused. Empty after the first accepted cancel.
    refused_cancels = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    # When one order was asked alone because a call about many had crashed the panel's script.
    single_tried_at = models.DateTimeField(null=True, editable=False)
    cancel_parameter = models.CharField(
        max_length=10,
        choices=CancelParameter,
        default=CancelParameter.ORDERS,
        help_text="The parameter that the panel expects for cancels.",
    )

    body = models.CharField(
        max_length=10,
        choices=Body,
        default=Body.FORM,
        db_default=Body.FORM,
        help_text="How the fields of a call are sent.",
    )
    user_agent = models.CharField(
        "User-Agent",
        max_length=300,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(r"\A[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z", "Use one line of plain ASCII characters.")
        ],
        help_text="Empty for the name of this program. Set the one of a browser if a firewall refuses the calls.",
    )

    parallel_calls = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Orders that are sent to this panel at the same time. Many panels only work well with 1.",
    )
    calls_per_minute = models.PositiveIntegerField(
        null=True, blank=True, default=60, validators=[MinValueValidator(1)], help_text="Empty means no limit."
    )
    # When the calls a minute were last lowered, because the panel answered 429, and the number that a person had set:
    # None for no limit.
    calls_lowered_at = models.DateTimeField(null=True, editable=False)
    calls_lowered_from = models.PositiveIntegerField(null=True, editable=False)
    next_call_at = models.DateTimeField(null=True, editable=False)
    connect_timeout = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1)], help_text="Seconds."
    )
    read_timeout = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1)],
        help_text="Seconds without data. Some panels need 40 seconds to accept an order.",
    )

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.CheckConstraint(condition=POSSIBLE_PAUSE, name="possible_pause"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("panel_detail", args=[self.pk])

    @property
    def currency(self) -> str:
        """The currency of all amounts at this panel, "" while it is not known."""
        return self.currency_override or self.reported_currency

    @property
    def host(self) -> str:
        return urlsplit(self.api_url).netloc

    def set_key(self, plain: str) -> None:
        """Set a new key. The hint shows at most a third of the key."""
        self.api_key = Secret.conceal(plain)
        self.key_hint = plain[-4:] if len(plain) >= 12 else ""

    def is_same_account(self, other: Panel) -> bool:
        """Return whether an earlier copy of the row has the same address and key."""
        return (self.api_url, self.api_key) == (other.api_url, other.api_key)

    def is_called_alike(self, other: Panel) -> bool:
        """Return whether an earlier copy of the row has the same account, and calls it with the same requests."""
        return all(getattr(self, name) == getattr(other, name) for name in self.CALLED_WITH)

    def sends_alike(self, other: Panel) -> bool:
        """Return whether an earlier copy of the row would send an order in the same way with the same timeouts."""
        mine = (self.connect_timeout, self.read_timeout, self.always_send_quantity)
        theirs = (other.connect_timeout, other.read_timeout, other.always_send_quantity)
        return self.is_called_alike(other) and mine == theirs

    @property
    def sends_one_at_a_time(self) -> bool:
        """Whether orders are sent one at a time, because the panel did not take the last one.

        This limits the orders that are unknown, or refused although the panel means everybody.
        """
        return self.unanswered_orders > 0 or self.turned_away > 0 or self.refused_words > ""

    @property
    def state(self) -> str:
        """How the panel is, on every page: inactive, paused, failing, unreadable, ok or new (`HAS_ERRORS`)."""
        if not self.is_active:
            return "inactive"
        if self.is_paused():
            return "paused"
        if self.balance_error or self.catalog_error or self.failures or self.turned_away:
            return "failing"
        if self.unreadable_since:
            return "unreadable"
        return "ok" if self.balance_checked_at else "new"

    @property
    def is_asked(self) -> bool:
        """Whether a requested balance or catalog has not arrived yet."""
        return self.is_active and bool(self.balance_requested_at or self.sync_requested_at)

    @property
    def is_list_cut_off(self) -> bool:
        """Whether the last catalog may lack services, because its number of services is round."""
        return self.unpaged_rows is not None and may_be_cut_off(self.unpaged_rows)

    @property
    def last_answer_at(self) -> datetime | None:
        """The time of the last answer to any call."""
        times = (self.answered_at, self.balance_checked_at, self.catalog_synced_at)
        return max((at for at in times if at), default=None)

    @property
    def is_balance_low(self) -> bool:
        return self.low_balance is not None and self.balance is not None and self.balance < self.low_balance

    def known_free(self, now: datetime) -> Decimal | None:
        """Return what the balance leaves for orders, None if it is not known or if the panel gives credit."""
        free: Decimal | None = self.free_balance
        return free if self.is_balance_fresh(now) and not self.gives_credit else None

    def is_balance_fresh(self, now: datetime) -> bool:
        """Return whether the balance was read in the last minutes."""
        read_at = self.balance_checked_at
        return read_at is not None and now - self.BALANCE_HOLDS_FOR <= read_at <= now + self.BALANCE_HOLDS_FOR

    def account(self) -> Account:
        """Return the account of this panel, which the client uses."""
        return Account(
            api_url=self.api_url,
            api_key=self.api_key,
            always_send_quantity=self.always_send_quantity,
            multi_status=self.multi_status,
            multi_refill=self.multi_refill,
            single_tried_at=self.single_tried_at,
            has_pages=self.has_pages,
            # A person who asks for the catalog wants every page of it, so the panel is tried again.
            unpaged_rows=None if self.sync_requested_at else self.unpaged_rows,
            cancel_parameter=self.cancel_parameter,
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            total_timeout=self.total_timeout,
            allow_private_hosts=settings.PANEL_ALLOW_PRIVATE_HOSTS,
            allow_http=settings.PANEL_ALLOW_HTTP,
            user_agent=self.user_agent,
            sends_json=self.body == self.Body.JSON,
        )

    @property
    def total_timeout(self) -> float:
        """The most seconds of one whole exchange."""
        return float(self.connect_timeout + self.read_timeout + 20)
