"""The indexes of the table of orders: for the worker, for what needs a person, and for the lists and the search."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from panels.models.order_states import NEEDS_A_PERSON, NOT_FOLLOWED, STAGE, UNCHARGED_INDEXED

INDEXES = (
    # Every page looks for orders in both indexes. SQLite uses them only if they have all columns of the query.
    models.Index(
        fields=("panel", "send_after", "id", "service", "state", "held_reason", "held_for_funds_at"),
        condition=Q(state="queued", held_reason="", held_for_funds_at=None),
        name="order_waiting",
    ),
    models.Index(
        fields=("panel", "send_after", "id", "state", "held_reason", "held_for_funds_at"),
        condition=Q(state="queued", held_for_funds_at__isnull=False),
        name="order_held_for_funds",
    ),
    # Every page of a manager counts them. They are in no index of queued orders.
    models.Index(fields=("batch", "id", "state"), condition=Q(state="asked"), name="order_asked"),
    models.Index(fields=("panel", "send_deadline"), condition=Q(state="sending"), name="order_sending"),
    models.Index(fields=("panel", "next_check_at"), condition=Q(next_check_at__isnull=False), name="order_due"),
    models.Index(fields=("panel",), condition=Q(check_requested_at__isnull=False), name="order_check_requested"),
    models.Index(
        fields=("state",),
        condition=NEEDS_A_PERSON,
        name="order_needs_a_person",
    ),
    # Every page counts these words. SQLite uses this small index only if it has all columns of the query.
    models.Index(
        fields=("panel", "remote_status", "is_word_unknown", "next_check_at"),
        condition=Q(is_word_unknown=True, next_check_at__isnull=False),
        name="order_with_unknown_word",
    ),
    # The same holds for this index.
    models.Index(
        fields=("panel", "unreadable_since", "next_check_at"),
        condition=NOT_FOLLOWED,
        name="order_unreadable",
    ),
    models.Index(fields=("cancel_state", "panel"), name="order_by_cancel"),
    models.Index(fields=("panel",), condition=~Q(candidate_id=""), name="order_with_candidate"),
    models.Index(fields=("refused_in", "id"), condition=Q(refused_in__isnull=False), name="order_refused_in"),
    models.Index(fields=("again_of",), condition=Q(again_of__isnull=False), name="order_again_of"),
    models.Index(fields=("remote_id",), condition=~Q(remote_id=""), name="order_by_remote_id"),
    models.Index(fields=("service", "link_key"), name="order_by_service_link"),
    models.Index(fields=("service", "-created_at", "-id"), name="order_of_service"),
    # PostgreSQL needs this operator class to find prefixes with any collation.
    models.Index(fields=("link_key",), opclasses=("varchar_pattern_ops",), name="order_by_link_start"),
    models.Index(fields=("-created_at", "-id"), name="order_by_created"),
    models.Index(fields=("-charge_sort", "-id"), name="order_by_charge"),
    models.Index(fields=("-cost_sort", "-id"), name="order_by_cost"),
    # The latest charges of a service.
    models.Index(fields=("service", "-id"), condition=Q(charge__isnull=False), name="order_charged"),
    # Orders whose expected cost is pending.
    # With the state first, because SQLite would take the index of all states else.
    models.Index(fields=("state", "panel", "sent_at"), condition=UNCHARGED_INDEXED, name="order_uncharged"),
    # Orders sent just before and after an order, and between two readings of the balance.
    models.Index(fields=("panel", "sent_at"), name="order_by_sent"),
    # The last columns are common filters. With them in the index, a query need not read the rows.
    models.Index(fields=("panel", "-created_at", "-id", "placed_by"), name="order_of_panel"),
    models.Index(fields=("state", "-created_at", "-id", "panel", "placed_by"), name="order_in_state"),
    models.Index(fields=("progress", "-created_at", "-id", "panel", "placed_by"), name="order_in_progress"),
    models.Index(STAGE, F("created_at").desc(), F("id").desc(), "panel", "placed_by", "client", name="order_by_stage"),
    models.Index(fields=("placed_by", "-created_at", "-id"), name="order_by_person"),
    models.Index(fields=("batch", "-created_at", "-id"), condition=Q(batch__isnull=False), name="order_of_batch"),
    # With all orders, because orders without a client are looked for too.
    models.Index(fields=("client", "-created_at", "-id", "panel", "placed_by"), name="order_of_client"),
    models.Index(
        fields=("campaign", "-created_at", "-id"), condition=Q(campaign__isnull=False), name="order_of_campaign"
    ),
    models.Index(
        fields=("reference_key",),
        opclasses=("varchar_pattern_ops",),
        condition=~Q(reference_key=""),
        name="order_by_reference",
    ),
    models.Index(fields=("panel", "placed_at"), name="order_by_placed"),
    # Orders whose refill ends soon.
    models.Index(
        fields=("refill_until", "-created_at", "-id", "panel", "placed_by"),
        condition=Q(refill_until__isnull=False),
        name="order_by_refill_until",
    ),
    # Orders by their last change, which the totals of days look for.
    models.Index(Coalesce("changed_at", "placed_at"), name="order_by_touched"),
)
