"""Names of fields are folded, and ids are not."""

import pytest

from panels.protocol import fields
from panels.protocol.fields import fields_of
from panels.protocol.wire import read_cancels, read_refills, read_statuses
from tests.protocol.conftest import saying, status


@pytest.mark.parametrize("name", ["order_id", "orderId", "OrderID", "ORDER-ID", "Order Id", "orderid"])
def test_every_spelling_of_a_field_is_one_field(name):
    assert fields_of({name: 5}) == {"orderid": 5}


def test_long_names_are_not_kept_for_later():
    before = fields._fold_name.cache_info().currsize
    assert fields_of({"x" * 5_000: 5}) == {"x" * 5_000: 5}
    assert fields._fold_name.cache_info().currsize == before


@pytest.mark.parametrize("value", [None, [], [{"a": 1}], "text", 5])
def test_only_an_object_has_fields(value):
    assert fields_of(value) == {}


def test_of_two_spellings_the_one_with_a_value_counts():
    assert fields_of({"Order": None, "order": 5, "ORDER": 6}) == {"order": 5}
    assert fields_of({"Charge": 0, "charge": 5}) == {"charge": 0}


def test_ids_that_differ_only_in_their_case_are_two_orders():
    answer = saying({"aB1": status("Completed"), "Ab1": status("Partial"), "a_B1": status("Pending")})
    assert {key: each.remote_status for key, each in read_statuses(answer, ["aB1", "Ab1", "a_B1", "ab1"]).items()} == {
        "aB1": "Completed",
        "Ab1": "Partial",
        "a_B1": "Pending",
    }
    rows = saying([{"Order": "aB1", "Refill": 1, "Cancel": 1}, {"order": "Ab1", "refill": 2, "cancel": 0}])
    assert read_refills(rows, ["aB1", "Ab1"]) == {"aB1": "1", "Ab1": "2"}
    assert read_cancels(rows, ["aB1", "Ab1"])["aB1"] is None
    assert read_cancels(rows, ["aB1", "Ab1"])["Ab1"] is not None
    assert read_cancels(rows, ["ab1"]) == {}
