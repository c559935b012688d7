"""The work that is due, by kind. It is read from the rows alone, so a lost queue loses no work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from panels.bell import ALL
from panels.bulk.adoption import to_adopt
from panels.catalog import facts, records
from panels.id_search.findings import to_search
from panels.models import JobRun, Mail, Order, OrderAction, Panel, Product, Recount
from panels.models.order_states import RequestState
from panels.orders import funds
from panels.orders.queue import queued

SWEEP_EVERY, THIN_EVERY, TIDY_EVERY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The hour of the site's time zone at which the database is backed up. A failed job of each day is tried again later.
BACKUP_HOUR, AGAIN_AFTER = 3, timedelta(hours=1)
# The European Central Bank publishes its rates at about 16:00.
RATES_HOUR, RATES_ZONE = 17, ZoneInfo("Europe/Berlin")
RECOUNT = "count all spend"

SYNC_EVERY, SYNC_AGAIN_AFTER = timedelta(hours=6), timedelta(minutes=30)
BALANCE_EVERY, BALANCE_AGAIN_AFTER = timedelta(minutes=15), timedelta(minutes=5)
# While orders wait for money: at each sweep, unless the balance was read just before.
SHORT_AGAIN_AFTER = SWEEP_EVERY - timedelta(seconds=10)
# After orders went out: at every second sweep while more follow, and so once after the last one.
SPENT_AGAIN_AFTER = 2 * SWEEP_EVERY - timedelta(seconds=10)


def waiting() -> dict[str, list[int]]:
    """Return by kind of work the pks of the panels that have such work.

    For `act` these are the pks of actions. For `mail`, `offers`, `records` and `clients` it is ALL.
    """
    now = timezone.now()
    reading = Panel.objects.open_for_questions(now)
    confirmed = OrderAction.objects.filter(confirmed_at__isnull=False, finished_at__isnull=True)
    return {
        "submit": _with(Panel.objects.open_for_orders(now), queued().filter(send_after__lte=now)),
        # Only placed orders have a next_check_at, and it is indexed.
        "poll": _with(reading, Order.objects.filter(next_check_at__lte=now)),
        "confirm": _with(reading, Order.objects.filter(state=Order.State.UNKNOWN, candidate_id__gt="")),
        "requests": _with(
            reading,
            Order.objects.filter(cancel_state=RequestState.QUEUED),
            Order.objects.filter(refills__state=RequestState.QUEUED),
            Order.objects.filter(refills__next_check_at__lte=now),
        ),
        "sync": _due(reading, "sync_requested_at", "catalog", SYNC_EVERY, SYNC_AGAIN_AFTER),
        "balance": _balances_due(reading, now),
        "adopt": _with(reading, to_adopt()),
        "search": _with(reading, Order.objects.filter(id_searches__in=to_search())),
        "act": list(confirmed.values_list("pk", flat=True)),
        "mail": [ALL] if Mail.objects.filter(next_at__lte=now).exists() else [],
        "offers": [ALL] if facts.stale().exists() or Product.objects.filter(is_stale=True).exists() else [],
        "records": [ALL] if records.stale().exists() else [],
        "clients": [ALL] if Recount.objects.exists() else [],
    }


def _with(panels: QuerySet[Panel], *kinds: QuerySet[Any]) -> list[int]:
    """Return the pks of the panels that have a row in any of these querysets."""
    found = Q()
    for rows in kinds:
        found |= Q(pk__in=rows.values("panel"))
    return list(panels.filter(found).values_list("pk", flat=True))


def _due(panels: QuerySet[Panel], requested: str, what: str, every: timedelta, again_after: timedelta) -> list[int]:
    """Return the pks of the panels that are due: by the time since the last success and try, or on request.

    A request of a person counts during a pause too.
    """
    is_old = _is_past("catalog_synced_at" if what == "catalog" else "balance_checked_at", every)
    is_rested = _is_past(f"{what}_tried_at", again_after)
    asked = Panel.objects.filter(is_active=True, **{f"{requested}__isnull": False})
    return list((panels.filter(is_old, is_rested) | asked).values_list("pk", flat=True))


def _balances_due(reading: QuerySet[Panel], now: datetime) -> list[int]:
    """Return the pks of the panels whose balance is due, for any of the reasons."""
    probed = Panel.objects.to_probe(now).filter(balance_requested_at=None).values_list("pk", flat=True)
    due = _due(reading, "balance_requested_at", "balance", BALANCE_EVERY, BALANCE_AGAIN_AFTER)
    return list(dict.fromkeys([*due, *probed, *_short_of_funds(reading), *_spent(reading, now)]))


def _short_of_funds(panels: QuerySet[Panel]) -> list[int]:
    """Return the pks of the panels whose orders wait for money. Their balances are read each minute."""
    is_short = Q(pk__in=funds.held().order_by().values("panel")) | Q(paused_reason=Panel.Pause.FUNDS)
    rested = panels.filter(is_short, _is_past("balance_tried_at", SHORT_AGAIN_AFTER), balance_requested_at=None)
    return list(rested.values_list("pk", flat=True))


def _spent(panels: QuerySet[Panel], now: datetime) -> list[int]:
    """Return the pks of the panels that got orders since their balance was read. A failed read is tried again later."""
    sent = Order.objects.filter(
        panel=OuterRef("pk"), sent_at__gt=OuterRef("balance_checked_at"), sent_at__lte=now + JobRun.CLOCKS_DIFFER
    ).order_by()
    rested = _is_past("balance_tried_at", SPENT_AGAIN_AFTER)
    return list(
        panels.filter(Exists(sent), rested, balance_error="", balance_requested_at=None).values_list("pk", flat=True)
    )


def latest_backup_time(now: datetime) -> datetime:
    """Return when the latest backup was due: at night, in the site's time zone."""
    return _latest(now, BACKUP_HOUR, timezone.get_default_timezone())


def next_backup_at(run: JobRun, now: datetime) -> datetime:
    """Return when the next backup is due, by the last run: at night, or an hour after a run that made none."""
    return _next_daily(run, now, latest_backup_time(now))


def next_rates_at(run: JobRun, now: datetime) -> datetime:
    """Return when the exchange rates are fetched next: after the bank publishes them, or an hour after a failure."""
    return _next_daily(run, now, _latest(now, RATES_HOUR, RATES_ZONE))


def _latest(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """Return when it was this hour last."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    # In UTC, because a difference of two times of one zone leaves a change of its offset out.
    return (today if today <= local else today - timedelta(days=1)).astimezone(UTC)


def _next_daily(run: JobRun, now: datetime, latest: datetime) -> datetime:
    """Return when a job of every day is due next. `latest` is when it was due last."""
    # A start in the future was written by a clock that was ahead, and says nothing.
    if run.started_at is None or not latest <= run.started_at <= now + JobRun.CLOCKS_DIFFER:
        return latest
    return run.started_at + AGAIN_AFTER if run.has_failed else latest + timedelta(days=1)


def _is_past(name: str, lapse: timedelta) -> Q:
    """Match rows whose time is empty, or longer ago than `lapse`, or in the future because of a wrong clock."""
    now = timezone.now()
    lately = {f"{name}__range": (now - lapse, now + JobRun.CLOCKS_DIFFER)}
    return Q(**{f"{name}__isnull": True}) | ~Q(**lately)


def next_at(panel: Panel, what: str) -> datetime | None:
    """Return when a panel is next asked for its `catalog` or `balance`, or None if the time is not known."""
    if panel.blocks_reading():
        # A panel that did not answer is first asked for its balance. The catalog waits for that answer.
        if what == "catalog" and panel.is_probe_due():
            return None
        if panel.paused_reason == Panel.Pause.AUTH:
            return None
        return max(filter(None, (panel.paused_until, panel.quiet_until)), default=None)
    if what == "catalog":
        done, tried, every, again_after = panel.catalog_synced_at, panel.catalog_tried_at, SYNC_EVERY, SYNC_AGAIN_AFTER
    else:
        done, tried = panel.balance_checked_at, panel.balance_tried_at
        every, again_after = BALANCE_EVERY, BALANCE_AGAIN_AFTER
    never = datetime.min.replace(tzinfo=UTC)
    return max(done + every if done else never, tried + again_after if tried else never, timezone.now())
