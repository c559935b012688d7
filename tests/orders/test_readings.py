"""A reading is stored for each change that matters, and old readings are thinned."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Order, OrderReading
from panels.orders import readings
from panels.orders.readings import MOST, MOST_MOVES, Told, note_news, thin
from tests.factories import make_placed

pytestmark = pytest.mark.django_db
T0 = timezone.now().replace(microsecond=0)


def tell(order, minutes=0, **values):
    """Give an order the values of an answer, and return the remains of its reading, None if it is not stored."""
    before, now = Told.about(order), T0 + timedelta(minutes=minutes)
    for name, value in values.items():
        setattr(order, name, value)
    reading = note_news(order, before, now)
    order.status_at = now
    return reading


def make_new(**fields):
    return make_placed(**{"progress": "", "quantity": 1000, "status_at": None} | fields)


# -- which readings are stored


def test_a_change_of_progress_or_start_count_is_stored():
    order = make_new()
    for values in ({"progress": "pending"}, {"start_count": 7}, {"progress": "in_progress"}, {"start_count": 0}):
        reading = tell(order, **values)
        assert (reading.progress, reading.start_count, reading.is_lasting) == (order.progress, order.start_count, True)
        assert reading.order_id == order.pk
    assert order.reading_count == 4


def test_the_same_values_are_not_stored_again():
    order = make_new()
    assert tell(order, progress="in_progress", remains=500)
    assert tell(order, progress="in_progress", remains=500) is None


def test_remains_are_stored_when_they_have_moved_by_a_fiftieth_since_the_last_stored_reading():
    order = make_new(quantity=1000)
    assert tell(order, progress="in_progress", remains=1000)
    # Each step is small. Together they count.
    stored = [remains for remains in range(999, 900, -7) if tell(order, remains=remains)]
    assert stored == [978, 957, 936, 915]
    assert order.read_remains == 915
    # More was delivered, and a refill began.
    assert tell(order, remains=895)
    assert tell(order, remains=915)


def test_all_runs_of_a_drip_feed_are_the_order():
    order = make_new(quantity=100, params={"runs": "10", "interval": "5"})
    assert tell(order, progress="in_progress", remains=1000)
    assert tell(order, remains=981) is None
    assert tell(order, remains=980)


def test_an_order_without_a_quantity_is_measured_by_its_last_remains():
    order = make_new(quantity=None)
    assert tell(order, progress="in_progress", remains=300)
    assert tell(order, remains=295) is None
    assert tell(order, remains=294)
    assert tell(order, remains=0)
    assert tell(order, remains=-1)


def test_remains_that_are_told_for_the_first_time_are_stored():
    order = make_new(progress="in_progress")
    assert tell(order, remains=1000).remains == 1000


def test_remains_below_zero_are_stored_as_told():
    order = make_new(progress="in_progress", remains=5, read_remains=5, reading_count=1)
    assert tell(order, remains=-40).remains == -40


def test_an_order_has_at_most_sixty_readings_and_the_last_are_for_its_status():
    order = make_new(progress="in_progress")
    moves = [remains for remains in [0, 1000] * 100 if tell(order, remains=remains)]
    assert len(moves) == MOST_MOVES
    words = [word for word in ("paused", "in_progress") * 100 if tell(order, progress=word)]
    assert len(words) == MOST - MOST_MOVES
    assert order.reading_count == MOST == 60


def test_moves_past_a_tenth_of_the_order_last():
    order = make_new(quantity=1000)
    told = [tell(order, progress="in_progress", remains=remains) for remains in range(1000, -1, -25)]
    assert [reading.remains for reading in told if reading.is_lasting] == [1000, *range(975, 0, -100)]


# -- when an order moved and ended


@pytest.mark.parametrize(
    "values",
    [
        {"progress": "in_progress"},
        {"progress": "partial"},
        {"progress": "completed"},
        {"remains": 999},
        {"remains": 1},
        {"progress": "processing", "remains": 500},
    ],
)
def test_an_order_moved_between_the_last_answer_without_and_the_first_with(values):
    order = make_new()
    tell(order, 1, progress="pending", remains=1000)
    tell(order, 2, start_count=7)
    tell(order, 5, **values)
    tell(order, 9, progress="completed", remains=0)
    assert (order.moved_after, order.moved_before) == (T0 + timedelta(minutes=2), T0 + timedelta(minutes=5))


@pytest.mark.parametrize(
    "values",
    [
        {"progress": "processing"},
        {"progress": "canceled"},
        {"progress": "refunded"},
        {"progress": "paused"},
        {"remains": 1000},
        {"remains": 1200},
        {"remains": 0},
        {"remains": -3},
    ],
)
def test_what_shows_no_delivery_is_no_movement(values):
    order = make_new(progress="pending")
    tell(order, 5, **values)
    assert (order.moved_after, order.moved_before) == (None, None)


def test_without_a_quantity_only_the_status_shows_a_movement():
    order = make_new(quantity=None, progress="pending")
    tell(order, 5, remains=10)
    assert order.moved_before is None
    tell(order, 6, progress="in_progress")
    assert order.moved_before == T0 + timedelta(minutes=6)


def test_an_order_that_had_moved_before_anybody_looked_has_no_time_of_it():
    order = make_new(progress="in_progress")
    tell(order, 5, progress="completed")
    assert (order.moved_after, order.moved_before) == (None, None)


def test_a_first_answer_that_shows_the_end_has_no_answer_before():
    order = make_new()
    tell(order, 5, progress="completed", remains=0)
    assert (order.moved_after, order.moved_before) == (None, T0 + timedelta(minutes=5))
    assert (order.finished_after, order.finished_before) == (None, T0 + timedelta(minutes=5))


def test_an_end_that_is_taken_back_is_forgotten_and_the_first_movement_stays():
    order = make_new()
    tell(order, 1, progress="pending")
    tell(order, 2, progress="completed")
    # Still ended.
    tell(order, 3, progress="partial")
    assert (order.finished_after, order.finished_before) == (T0 + timedelta(minutes=1), T0 + timedelta(minutes=2))
    tell(order, 4, progress="in_progress")
    assert (order.finished_after, order.finished_before) == (None, None)
    tell(order, 6, progress="completed")
    assert (order.finished_after, order.finished_before) == (T0 + timedelta(minutes=4), T0 + timedelta(minutes=6))
    assert order.moved_before == T0 + timedelta(minutes=2)


# -- thinning


def make_reading(order, days, *, is_lasting):
    return OrderReading.objects.create(order=order, at=timezone.now() - timedelta(days=days), is_lasting=is_lasting)


def test_of_readings_older_than_ninety_days_only_the_lasting_ones_stay(monkeypatch):
    monkeypatch.setattr(readings, "PIECE", 2)
    order = make_placed()
    kept = [make_reading(order, 400, is_lasting=True), make_reading(order, 89, is_lasting=False)]
    for days in (91, 92, 93, 94, 400):
        make_reading(order, days, is_lasting=False)
    assert thin(threading.Event()) == 5
    assert list(OrderReading.objects.order_by("pk")) == kept
    assert thin(threading.Event()) == 0


def test_thinning_stops_with_the_worker_and_after_its_time(monkeypatch):
    make_reading(make_placed(), 100, is_lasting=False)
    stopping = threading.Event()
    stopping.set()
    assert thin(stopping) == 0
    monkeypatch.setattr(readings, "THIN_FOR", 0.0)
    assert thin(threading.Event()) == 0
    assert OrderReading.objects.count() == 1
    assert Order.objects.count() == 1
