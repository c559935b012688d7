"""The price and the type of a service, and its changes in words."""

from decimal import Decimal

import pytest

from panels.models import Service, ServiceChange, ServiceRecord
from panels.templatetags import catalog
from panels.templatetags.catalog import average_time, change_words, price, record_line, rise, type_badge
from tests.factories import make_panel, make_service


def test_the_tags_are_registered():
    tags = {"price", "price_unit", "type_badge", "average_time", "change_words", "elsewhere_link"}
    tags |= {"fact_chips", "record_line", "team_mark"}
    assert set(catalog.register.tags) == tags
    assert catalog.register.filters == {}


@pytest.mark.parametrize(
    ("kind", "bills_per_line", "shown"),
    [
        ("default", False, "0.90\u00a0USD per\u00a01000"),
        ("package", False, "0.90\u00a0USD flat"),
        ("package", True, "0.90\u00a0USD flat"),
        ("custom_comments_package", False, "0.90\u00a0USD flat"),
        ("custom_comments_package", True, "0.90\u00a0USD per\u00a01000"),
        ("", False, "0.90\u00a0USD per\u00a01000"),
    ],
)
def test_a_price_is_for_a_thousand_or_flat(db, kind, bills_per_line, shown):
    panel = make_panel(bills_package_per_line=bills_per_line)
    assert price(make_service(panel, type=kind, rate_per_1000=Decimal("0.90"))) == shown


def test_a_known_type_has_its_name_and_an_unknown_one_stands_out(db):
    known = type_badge(make_service(type="custom_comments"))
    assert "badge--neutral" in known
    assert "<span>Custom Comments</span>" in known
    unknown = type_badge(make_service(type="", raw_type="<i>Mystery</i>"))
    assert "badge--warn" in unknown
    assert "Unknown type: &lt;i&gt;Mystery&lt;/i&gt;" in unknown
    assert "No type" in type_badge(make_service(type="", raw_type=""))


@pytest.mark.parametrize(
    ("told", "minutes", "shown"),
    [
        ("35", 35, "35\u00a0min"),
        ("1 hours 13 minutes", 73, "1\u00a0h 13\u00a0min"),
        ("2880", 2880, "2\u00a0d"),
        ("1-2 hours", None, "1-2 hours"),
        ("", None, "not stated"),
    ],
)
def test_an_average_time_is_written_alike_for_every_panel(told, minutes, shown):
    assert average_time(Service(average_time=told, average_minutes=minutes)) == shown


@pytest.mark.parametrize(
    ("field", "old", "new", "words"),
    [
        ("is_listed", "", "True", ("New", "", "")),
        ("is_listed", "False", "True", ("Listed again", "", "")),
        ("is_listed", "True", "False", ("No longer listed", "", "")),
        ("is_listed", "False", "", ("Listing changed", "", "")),
        ("rate_per_1000", "0.9", "1.25", ("Price", "0.90\u00a0USD", "1.25\u00a0USD")),
        ("refill", "True", "False", ("Refill", "yes", "no")),
        ("cancel", "", "True", ("Cancel", "not stated", "yes")),
        ("max_quantity", "10000", "", ("Max quantity", "10,000", "–")),
        ("product", "A", "B", ("By its name it is another product", "A", "B")),
        ("refill_class", "1", "0", ("Refill by its name", "Any refill", "No refill")),
        ("contradiction", "", "refill", ("The name promises a refill, and the panel's flag says no", "", "")),
        ("contradiction", "", "no refill", ("The name says no refill, and the panel's flag says yes", "", "")),
        ("name", "100 Likes", "200 Likes", ("Name", "100 Likes", "200 Likes")),
    ],
)
def test_a_change_is_put_into_words(field, old, new, words):
    assert tuple(change_words(ServiceChange(field=field, old=old, new=new), "USD")) == words


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("0.9", "1.1", "+22\u00a0%"),
        ("1", "0.5", "−50\u00a0%"),
        ("1", "1.015", "+1.5\u00a0%"),
        ("1", "20", "+1,900\u00a0%"),
        ("0", "1", ""),
    ],
)
def test_a_price_that_changed_has_a_percentage(old, new, shown):
    assert rise(ServiceChange(field="rate_per_1000", old=old, new=new)) == shown
    assert rise(ServiceChange(field="name", old=old, new=new)) == ""


@pytest.mark.django_db
def test_the_line_of_a_record_is_empty_without_one():
    service = make_service()
    assert record_line(service) == ""
    service.record = ServiceRecord(finish_minutes=90, finish_orders=20)
    assert "≤\xa01.5\xa0h" in record_line(service)
