"""Many rows are inserted and updated by one statement, and no other value changes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from panels.models import Order
from panels.models.writing import insert_rows, update_rows
from tests.factories import make_order, make_panel, make_placed, make_service, make_user

State = Order.State
MOMENT = datetime(2026, 3, 1, 12, 30, 5, 123456, tzinfo=UTC)


def stored(order):
    """Return all values of an order's row."""
    return Order.objects.filter(pk=order.pk).values().get()


def rows_without_pk():
    return [row | {"id": None} for row in Order.objects.order_by("pk").values()]


def new_order(service, **fields):
    return Order(
        **{"panel": service.panel, "service": service, "type": "default", "rate_agreed": service.rate_per_1000} | fields
    )


# -- updating


@pytest.mark.django_db
def test_each_row_gets_its_own_values_and_keeps_all_others():
    orders = [make_placed(remote_status="Pending") for _ in range(3)]
    before = [stored(order) for order in orders]
    changes = [
        (orders[0], {"charge": Decimal("0.123456"), "remains": 5, "params": {"runs": 3, "words": ["ä", None]}}),
        (orders[1], {"charge": None, "remains": None, "params": {}}),
    ]
    assert update_rows(changes) == 2
    assert stored(orders[0]) == before[0] | changes[0][1] | {"charge_sort": Decimal("0.123456")}
    assert stored(orders[1]) == before[1] | changes[1][1]
    assert stored(orders[2]) == before[2]


@pytest.mark.django_db
def test_an_update_keeps_values_that_another_process_wrote_into_other_fields():
    order = make_placed(alarm="")
    Order.objects.update(alarm="Second order at the panel")
    assert update_rows([(order, {"remains": 7})]) == 1
    assert (stored(order)["remains"], stored(order)["alarm"]) == (7, "Second order at the panel")


@pytest.mark.django_db
def test_an_update_writes_null_times_states_and_foreign_keys():
    order, user = make_order(sent_at=MOMENT), make_user()
    values = {"state": State.SENDING, "sent_at": None, "send_deadline": MOMENT, "placed_by": user.pk, "attempt": 2}
    assert update_rows([(order, values)]) == 1
    row = stored(order)
    assert (row["state"], row["sent_at"], row["send_deadline"]) == ("sending", None, MOMENT)
    assert (row["placed_by_id"], row["attempt"]) == (user.pk, 2)


@pytest.mark.django_db
def test_values_that_are_equal_in_python_stay_different_in_an_update_too():
    params = [{"is_on": 1}, {"is_on": True}, {"is_on": 1.0}, {}, {"is_on": False}]
    charges = [Decimal("0.5"), Decimal("0.50"), None, Decimal(0), Decimal("0.5")]
    orders = [make_placed() for _ in params]
    values = [{"params": each, "charge": charge} for each, charge in zip(params, charges, strict=True)]
    assert update_rows(list(zip(orders, values, strict=True))) == len(params)
    found = list(Order.objects.order_by("pk").values_list("params", "charge"))
    assert [repr(each) for each, _ in found] == [repr(each) for each in params]
    assert [charge for _, charge in found] == charges


@pytest.mark.django_db
def test_the_objects_keep_the_values_that_were_read():
    order = make_order()
    assert update_rows([(order, {"state": State.SENDING})]) == 1
    assert order.state == State.QUEUED


@pytest.mark.django_db
def test_a_row_that_has_changed_since_it_was_read_is_not_written():
    orders = [make_order(attempt=number) for number in range(4)]
    Order.objects.filter(pk=orders[1].pk).update(state=State.WITHDRAWN)
    Order.objects.filter(pk=orders[2].pk).update(attempt=9)
    changes = [(order, {"state": State.SENDING, "attempt": order.attempt + 1}) for order in orders]
    assert update_rows(changes, where=("state", "attempt")) == 2
    assert list(Order.objects.order_by("pk").values_list("state", "attempt")) == [
        ("sending", 1),
        ("withdrawn", 1),
        ("queued", 9),
        ("sending", 4),
    ]


@pytest.mark.django_db
def test_a_condition_may_be_an_amount_and_a_time():
    same, other = (make_placed(charge=Decimal("0.123456"), sent_at=MOMENT) for _ in range(2))
    Order.objects.filter(pk=other.pk).update(charge=Decimal("0.123457"))
    assert update_rows([(same, {"remains": 1}), (other, {"remains": 1})], where=("sent_at", "charge")) == 1
    assert (stored(same)["remains"], stored(other)["remains"]) == (1, None)


@pytest.mark.django_db
def test_a_condition_with_null_matches_no_row():
    order = make_order(sent_at=None)
    assert update_rows([(order, {"attempt": 5})], where=("sent_at",)) == 0
    assert stored(order)["attempt"] == 0


@pytest.mark.django_db
def test_a_row_that_is_gone_is_not_counted():
    order, gone = make_order(), make_order()
    Order.objects.filter(pk=gone.pk).delete()
    assert update_rows([(order, {"attempt": 5}), (gone, {"attempt": 5})]) == 1


@pytest.mark.django_db
def test_rows_with_values_of_different_fields_are_refused():
    first, second = make_order(), make_order()
    for other in ({"attempt": 2, "alarm": "Look."}, {"alarm": "Look."}, {}):
        with pytest.raises(ValueError, match="same fields"):
            update_rows([(first, {"attempt": 2}), (second, other)])
    assert stored(first)["attempt"] == 0


@pytest.mark.django_db
def test_only_fields_with_a_column_become_part_of_the_statement():
    order = make_order()
    with CaptureQueriesContext(connection) as captured:
        update_rows([(order, {"alarm": "'; DROP TABLE panels_order; --"})], where=("state",))
    assert '"panels_order" SET "alarm" = ' in captured[0]["sql"]
    assert 'WHERE "id" = ' in captured[0]["sql"]
    assert stored(order)["alarm"] == "'; DROP TABLE panels_order; --"
    with pytest.raises(TypeError, match="events has no column"):
        update_rows([(order, {"events": 1})])
    with pytest.raises(FieldDoesNotExist):
        update_rows([(order, {"alarm = ''; --": 1})])


# -- inserting


@pytest.mark.django_db
def test_inserted_rows_are_those_that_save_would_write():
    service, user = make_service(make_panel()), make_user()
    values = [
        {"link": "https://example.com/1", "quantity": 100, "expected_cost": Decimal("0.09")},
        {"link": "https://example.com/2", "params": {"runs": 2, "words": ["ä", None, 0.5]}},
        {"quantity": 100, "placed_by": user, "charge": Decimal("12.345678"), "sent_at": MOMENT},
    ]
    common = {"created_at": MOMENT, "send_after": MOMENT}
    objects = [new_order(service, **each, **common) for each in values]
    insert_rows(objects)
    assert [order.pk for order in objects] == [None] * 3
    inserted = rows_without_pk()
    Order.objects.all().delete()
    for each, order in zip(values, objects, strict=True):
        new_order(service, token=order.token, **each, **common).save()
    assert inserted == rows_without_pk()


@pytest.mark.django_db
def test_generated_fields_are_left_to_the_database():
    service = make_service()
    insert_rows([new_order(service, charge=Decimal("1.5")), new_order(service)])
    assert list(Order.objects.order_by("pk").values_list("charge_sort", "cost_sort")) == [
        (Decimal("1.5"), Decimal(-1)),
        (Decimal(-1), Decimal(-1)),
    ]


@pytest.mark.django_db
def test_values_of_json_that_are_equal_only_in_python_stay_apart():
    service = make_service()
    params = [{"is_on": 1}, {"is_on": True}, {"is_on": 1.0}, {}, {"is_on": False}]
    insert_rows([new_order(service, params=each) for each in params])
    insert_rows([new_order(service, params=each) for each in reversed(params)])
    found = [repr(each) for each in Order.objects.order_by("pk").values_list("params", flat=True)]
    assert found == [repr(each) for each in [*params, *reversed(params)]]


@pytest.mark.django_db
def test_an_insert_that_breaks_a_rule_of_the_table_fails():
    service = make_service()
    with pytest.raises(IntegrityError):
        insert_rows([new_order(service, remote_id="77"), new_order(service, remote_id="77")])


# -- both


@pytest.mark.django_db
def test_without_rows_there_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows([])
        assert update_rows([], where=("state",)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 40])
def test_one_statement_writes_all_rows(django_assert_num_queries, count):
    service = make_service()
    with django_assert_num_queries(1):
        insert_rows([new_order(service, quantity=number) for number in range(count)])
    orders = list(Order.objects.all())
    with django_assert_num_queries(1):
        assert update_rows([(order, {"quantity": order.quantity + 1}) for order in orders]) == count
    assert sorted(Order.objects.values_list("quantity", flat=True)) == list(range(1, count + 1))
