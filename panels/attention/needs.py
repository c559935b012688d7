"""Declares everything that needs a person: each kind once, in NEEDS, for every page.

A kind defines which rows of its subject need a person, their weight, their sentence and their buttons. To add a kind,
add a `Need` to NEEDS.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from panels.attention import sentences
from panels.attention.buttons import (
    APPROVE,
    CATALOG_SEEN,
    CHARGES_SEEN,
    CHECK,
    DECIDE,
    DISMISS_MAIL,
    OPEN_PANEL,
    REFUSE,
    RELEASE,
    RESUME,
    RESUME_BATCH,
    SEARCH,
    SEEN,
    SEND_ELSEWHERE,
    SEND_MAIL,
    link,
    show_person,
)
from panels.attention.held import find_cases, find_elsewhere, say_asked, say_held
from panels.attention.jobs import JOB_NEEDS
from panels.attention.parts import Listing, Need
from panels.attention.subjects import (
    ASKED_BATCHES,
    ASKED_ORDERS,
    BATCHES,
    MAILS,
    ORDERS,
    PANELS,
    REFUSALS,
    SERVICES,
    WORDS,
)
from panels.catalog import falls
from panels.models import Batch, IdSearch, Order, Panel, Refill, RefusalWords
from panels.models.order_states import NEEDS_A_PERSON
from panels.models.panel import HAS_ERRORS
from panels.models.panel_pause import IS_PAUSED
from panels.models.planning import unindexed
from panels.orders import approval, funds
from panels.pages.numbers import total
from panels.pages.states import badge, panel_badge

State = Order.State
DAY = timedelta(days=1)
UNREAD_FOR = timedelta(hours=3)
# An order that ended later than this after its creation is not found, because the index is by creation.
LONGEST_QUEUE = timedelta(days=7)


def _show_words(panel_pk: int) -> str:
    return reverse("panel_words", args=[panel_pk])


_SEARCHES = IdSearch.objects.filter(order=OuterRef("pk"), attempt=OuterRef("attempt")).order_by()


# With the conditions of their indexes. After so long, the panel does not recover by itself.
_UNREAD = Q(unreadable_since__lt=Now() - UNREAD_FOR, next_check_at__isnull=False)
UNREAD_ORDERS = Order.objects.filter(_UNREAD, panel=OuterRef("pk")).order_by()
UNREAD_REFILLS = Refill.objects.alias(at=unindexed("order__panel_id")).filter(_UNREAD, at=OuterRef("pk")).order_by()
REFUSED_LATELY = Q(state=State.REFUSED, created_at__gte=Now() - DAY - LONGEST_QUEUE, finished_at__gte=Now() - DAY)
# Index by panel, because a panel has few orders that wait, and a service may have had any number of orders.
_WAITING = Order.objects.filter(state=State.QUEUED, held_reason="", held_for_funds_at=None).order_by()
WAITS_LONG = Q(waits_since__lt=Now() - timedelta(hours=1)) & Q(
    Exists(_WAITING.filter(panel=OuterRef("panel"), service=OuterRef("pk")))
)

_OF_BATCH = Order.objects.filter(batch=OuterRef("pk"), state=State.QUEUED, held_reason="").order_by()

_TO_DECIDE = RefusalWords.objects.filter(panel=OuterRef("pk"), meaning=RefusalWords.Meaning.ASK).order_by()
# The words are the finding of such a pause. Their button ends it.
_IS_PAUSED_FOR_WORDS = Q(Exists(_TO_DECIDE), paused_reason=Panel.Pause.UNCLEAR)
_WITH_UNKNOWN_WORD = Refill.objects.alias(at=unindexed("order__panel_id")).filter(is_word_unknown=True).order_by()


def _show_held_for_funds(panel: Panel) -> str:
    return f"{reverse('order_list')}?panel={panel.pk}&state=funds"


def _show_unread_orders(panel: Panel) -> str:
    return f"{reverse('order_list')}?panel={panel.pk}&state=unread"


def _show_unread_refills(panel: Panel) -> str:
    return f"{reverse('refill_list')}?panel={panel.pk}"


def _unread(name: str, rows: QuerySet[Any]) -> dict[str, Any]:
    """Return the number of these rows of a panel, and the earliest time since when they are not followed."""
    together = rows.annotate(of_panel=OuterRef("pk")).values("of_panel")
    return {
        f"{name}_number": Subquery(together.annotate(number=Count("pk")).values("number")),
        f"{name}_since": Subquery(together.annotate(since=Min("unreadable_since")).values("since")),
    }


# NEEDS_A_PERSON stands in the queries because it is the condition of their index.
NEEDS = (
    Need(
        name="trouble",
        subject=PANELS,
        weight=90,
        when=Q(is_active=True) & (HAS_ERRORS | IS_PAUSED & ~_IS_PAUSED_FOR_WORDS),
        sentence=sentences.trouble,
        buttons=(RESUME, CHECK, OPEN_PANEL),
        badge=panel_badge,
    ),
    Need(
        name="refusal",
        subject=REFUSALS,
        weight=85,
        when=Q(meaning=RefusalWords.Meaning.ASK),
        sentence=sentences.ask_for_meaning,
        buttons=(link("Decide", "panels.change_panel"),),
        badge=lambda _: badge("refusal", label="Unknown refusal", kind="warn"),
        since=lambda words: words.asked_at,
    ),
    Need(
        name="unknown",
        subject=ORDERS,
        weight=80,
        when=NEEDS_A_PERSON & Q(state=State.UNKNOWN),
        values={
            "is_searched": Exists(_SEARCHES),
            "is_searching": Exists(_SEARCHES.filter(requested_at__isnull=False)),
        },
        sentence=sentences.search_in_words,
        buttons=(SEARCH, DECIDE),
        since=lambda order: order.created_at,
        listing=Listing("unknown", "state=unknown"),
    ),
    Need(
        name="alarm",
        subject=ORDERS,
        weight=70,
        when=NEEDS_A_PERSON & Q(alarm__gt=""),
        sentence=lambda order: order.alarm,
        buttons=(SEEN, link("Review", "panels.change_order")),
        badge=lambda _: badge("alarm", label="Alarm", kind="bad"),
        since=lambda order: order.created_at,
        listing=Listing("with an alarm", "attention=on"),
    ),
    Need(
        name="overcharged",
        subject=SERVICES,
        weight=65,
        when=Q(overcharged_at__isnull=False),
        sentence=sentences.overcharged,
        buttons=(CHARGES_SEEN, link("Open service", "panels.change_order")),
        badge=lambda _: badge("overcharged", label="Overcharged", kind="bad"),
        since=lambda service: service.overcharged_at,
    ),
    Need(
        name="fell",
        subject=PANELS,
        weight=63,
        when=Q(catalog_fell_at__isnull=False, is_active=True),
        sentence=falls.in_words,
        buttons=(CATALOG_SEEN, OPEN_PANEL),
        badge=lambda _: badge("fell", label="Catalog shrunk", kind="warn"),
        since=lambda panel: panel.catalog_fell_at,
    ),
    Need(
        name="unread_orders",
        subject=PANELS,
        weight=62,
        when=Q(Exists(UNREAD_ORDERS), is_active=True),
        values=_unread("unread_orders", UNREAD_ORDERS),
        sentence=lambda panel: sentences.not_followed(panel.unread_orders_number, "order", panel.unread_orders_since),
        buttons=(link("Show orders", "panels.view_order", _show_unread_orders),),
        badge=lambda _: badge("unreadable", label="Orders not followed"),
    ),
    Need(
        name="unread_refills",
        subject=PANELS,
        weight=35,
        when=Q(Exists(UNREAD_REFILLS), is_active=True),
        values=_unread("unread_refills", UNREAD_REFILLS),
        sentence=lambda panel: sentences.not_followed(
            panel.unread_refills_number, "refill", panel.unread_refills_since
        ),
        buttons=(link("Show refills", "panels.view_refill", _show_unread_refills),),
        badge=lambda _: badge("unreadable", label="Refills not followed"),
    ),
    Need(
        name="held",
        subject=ORDERS,
        weight=60,
        when=NEEDS_A_PERSON & Q(state=State.QUEUED, held_reason__gt=""),
        sentence=say_held,
        prepare=find_elsewhere,
        buttons=(RELEASE, SEND_ELSEWHERE, DECIDE),
        since=lambda order: order.created_at,
        listing=Listing("on hold", "state=held"),
    ),
    Need(
        name="asked",
        subject=ASKED_ORDERS,
        weight=68,
        when=Q(state=State.ASKED, batch=None),
        sentence=say_asked,
        prepare=find_cases,
        buttons=(APPROVE, REFUSE, link("Open order", approval.MAY_APPROVE)),
        since=lambda order: order.created_at,
    ),
    Need(
        name="asked_batch",
        subject=ASKED_BATCHES,
        weight=69,
        when=Q(pk__in=Order.objects.filter(state=State.ASKED, batch__isnull=False).order_by().values("batch")),
        sentence=say_asked,
        prepare=find_cases,
        buttons=(APPROVE, REFUSE, link("Open batch", approval.MAY_APPROVE)),
        badge=lambda _: badge("asked"),
        since=lambda batch: batch.confirmed_at,
    ),
    *JOB_NEEDS,
    Need(
        name="mail",
        subject=MAILS,
        weight=40,
        when=Q(given_up_at__isnull=False),
        sentence=lambda mail: f"It was not sent after {mail.tries} tries. {mail.error}",
        buttons=(SEND_MAIL, DISMISS_MAIL, link("Open person", "auth.change_user", show_person)),
        badge=lambda _: badge("warn", label="Mail not sent", kind="warn"),
        since=lambda mail: mail.given_up_at,
    ),
    Need(
        name="short",
        subject=PANELS,
        weight=65,
        when=Q(Exists(funds.held().filter(panel=OuterRef("pk")).order_by())),
        sentence=sentences.shortage,
        buttons=(CHECK, link("Show waiting orders", "panels.view_order", _show_held_for_funds)),
        badge=lambda _: badge("low", label="Orders wait for money"),
    ),
    Need(
        name="waiting_service",
        subject=SERVICES,
        weight=55,
        when=WAITS_LONG,
        sentence=sentences.wait_in_words,
        buttons=(link("Open service", "panels.view_service"),),
        badge=lambda _: badge("warn", label="Waits", kind="warn"),
        since=lambda service: service.waits_since,
    ),
    Need(
        name="low",
        subject=PANELS,
        weight=50,
        when=Q(is_active=True, balance__lt=F("low_balance")),
        sentence=lambda panel: format_html(
            "{} left, below {}.", total(panel.balance, panel.currency), total(panel.low_balance, panel.currency)
        ),
        buttons=(CHECK, OPEN_PANEL),
        badge=lambda _: badge("low", label="Low balance"),
    ),
    Need(
        name="paused_batch",
        subject=BATCHES,
        weight=45,
        when=Q(Exists(_OF_BATCH), state=Batch.State.PAUSED),
        values={"number": Subquery(_OF_BATCH.values("batch").annotate(number=Count("pk")).values("number"))},
        sentence=sentences.waits_in_batch,
        buttons=(RESUME_BATCH, link("Open batch", "panels.view_batch")),
        badge=lambda _: badge("paused", label="Paused"),
    ),
    Need(
        name="word",
        subject=WORDS,
        weight=30,
        when=Q(is_word_unknown=True, next_check_at__isnull=False),
        sentence=sentences.keep,
        buttons=(link("Say what it means", "panels.change_panel", lambda word: _show_words(word.panel), "Show words"),),
        badge=lambda _: badge("word", label="Unknown status", kind="warn"),
    ),
    Need(
        name="refill_word",
        subject=PANELS,
        weight=30,
        when=Q(Exists(_WITH_UNKNOWN_WORD.filter(at=OuterRef("pk")))),
        sentence=lambda _: "A status of its refills is not known here. The refills keep the progress from before.",
        buttons=(link("Say what it means", "panels.change_panel", lambda panel: _show_words(panel.pk), "Show words"),),
        badge=lambda _: badge("word", label="Unknown refill status", kind="warn"),
    ),
    Need(
        name="refused",
        subject=ORDERS,
        weight=10,
        when=REFUSED_LATELY,
        sentence=lambda order: Truncator(order.error_text).chars(200),
        buttons=(link("Open order", "panels.view_order"),),
        since=lambda order: order.finished_at,
        listing=Listing("refused in 24 h", "state=refused"),
        is_information=True,
    ),
)
