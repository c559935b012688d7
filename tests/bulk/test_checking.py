"""A check finds every error of every line, and its number of queries does not depend on the number of lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.bulk.checking import VOIDS, check_lines, find_unfit, save_lines
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import change_line, create_batch
from panels.models import Batch, BatchLine, Order, Service, ServiceMark
from panels.tables.reading import read_paste
from tests.bulk.batches import MISTAKES, SERVICES, big_rows, confirm_batch, line_of
from tests.factories import (
    make_batch,
    make_offer,
    make_order,
    make_panel,
    make_placed,
    make_service,
    read_offers,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", MISTAKES)
def test_a_line_gets_every_error_under_its_column(name):
    cells, expected = MISTAKES[name]
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, **cells))
    assert not line_of(batch, 2).has_errors
    wrong = line_of(batch, 3)
    assert wrong.has_errors
    assert wrong.errors.keys() == expected.keys()
    for column, words in expected.items():
        assert words in " ".join(wrong.errors[column])
    assert wrong.cells.items() >= {key: str(value) for key, value in cells.items() if value != ""}.items()


def test_a_vanished_service_and_an_inactive_panel_are_wrong():
    gone, off = make_service(is_listed=False), make_service(make_panel(is_active=False))
    batch = make_batch(row_of(gone), row_of(off))
    assert "no longer lists" in line_of(batch, 2).errors["service"][0]
    assert "not active" in line_of(batch, 3).errors["panel"][0]


def test_characters_that_no_database_stores_are_an_error():
    batch = make_batch(row_of(make_service(), link="https://example.com/\x00\ud800"))
    assert "\x00" not in line_of(batch, 2).cells["link"]
    assert "control characters" in line_of(batch, 2).errors["link"][0]


def test_a_check_returns_the_order_fields_by_line_and_saves_nothing():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, service="999999"))
    Service.objects.filter(pk=service.pk).update(rate_per_1000=3)
    lines = list(batch.lines.all())
    checked = check_lines(batch, lines)
    assert checked.keys() == {2}
    assert (checked[2].values["quantity"], checked[2].cost, lines[0].rate) == ("1000", 3, 3)
    assert line_of(batch, 2).rate == service.rate_per_1000
    save_lines(lines)
    assert (line_of(batch, 2).rate, line_of(batch, 2).cost) == (3, 3)
    assert BatchLine.objects.count() == 2


def test_values_are_checked_although_the_service_is_not_known():
    assert find_unfit({"link": "https://example.com/a b", "quantity": "many", "comments": "Nice"}).keys() == {
        "link",
        "quantity",
    }


# -- repeats


def test_of_equal_lines_each_but_the_first_is_marked():
    service, other = make_service(), make_service()
    link = "https://www.example.com/p/1/"
    same = row_of(service, link="example.com/p/1")
    batch = make_batch(row_of(service, link=link), row_of(other, link=link), same, row_of(service), same)
    assert line_of(batch, 4).errors == {"link": ["Line 2 orders the same service for the same link."]}
    assert line_of(batch, 6).errors == line_of(batch, 4).errors
    assert list(batch.lines.filter(has_errors=True).values_list("number", flat=True)) == [4, 6]


PAIRS = """
https://www.tiktok.com/@n/video/1?_r=1&_t=8abc
https://www.tiktok.com/@n/video/1?is_from_webapp=1&sender_device=pc
https://www.facebook.com/n/posts/1?mibextid=x
https://www.facebook.com/n/posts/1
https://www.instagram.com/reel/AbC/
https://www.instagram.com/p/AbC/
https://www.instagram.com/Name
https://www.instagram.com/name
"""


def test_of_each_pair_of_spellings_the_second_is_marked_as_the_same_target():
    service = make_service(remote_id="102")
    pasted = "\n".join(f"102|{link}|100" for link in PAIRS.split())
    batch, _ = create_batch(read_paste(pasted, has_panel=False), source="paste", created_by=None, panel=service.panel)
    errors = {line.number: line.messages for line in batch.lines.filter(has_errors=True)}
    assert errors == {n: [f"Line {n - 1} orders the same service for the same link."] for n in (2, 4, 6, 8)}


def test_subscriptions_without_a_link_do_not_repeat_each_other():
    service = make_service(type="subscriptions", min_quantity=1)
    batch = make_batch(subscription_of(service, "ann"), subscription_of(service, "bob"))
    assert not batch.lines.filter(has_errors=True).exists()
    assert summary(batch).unpriced == 2


def subscription_of(service, username, **cells):
    return row_of(service, link="", quantity="", username=username, min=10, max=20, delay=5, **cells)


def test_a_second_subscription_for_one_account_is_a_doubt_that_a_person_can_accept():
    service = make_service(type="subscriptions", min_quantity=1)
    order = make_placed(service, link="", params={"username": "Cat"})
    batch = make_batch(*[subscription_of(service, name) for name in ("ann", "@Ann", "cat")])
    assert {line.number: line.errors for line in batch.lines.filter(has_errors=True)} == {
        3: {"username": ["Line 2 orders the same service for the same account."]},
        4: {"username": [f"Order {order.pk} is still active for the same service and account."]},
    }
    assert line_of(batch, 3).is_doubtful
    change_line(line_of(batch, 3), is_repeat_ok=True)
    change_line(line_of(batch, 4), is_left_out=True)
    confirm_batch(batch)
    assert set(batch.orders.values_list("link_key", "params__username")) == {("", "ann"), ("", "@Ann")}


def test_of_two_drafts_for_one_completed_subscription_the_second_is_a_doubt():
    service = make_service(type="subscriptions", min_quantity=1)
    ended = make_placed(service, link="", progress="completed", params={"username": "ann"})
    first, second = (make_batch(subscription_of(service, "ann", again_of=ended.pk)) for _ in range(2))
    assert not second.lines.get().has_errors
    confirm_batch(first)
    assert "1 line has errors" in confirm(second, None, summary(second).fingerprint).problem
    order = first.orders.get()
    assert second.lines.get().messages == [f"Order {order.pk} is still active for the same service and account."]
    assert second.lines.get().is_doubtful


def test_a_link_at_a_service_that_takes_none_is_a_mistake_and_no_doubt():
    service = make_service(type="subscriptions", min_quantity=1)
    batch = make_batch(subscription_of(service, "ann") | {"link": "https://example.com/p/1"})
    assert list(batch.lines.get().errors) == ["link"]
    assert not batch.lines.get().is_doubtful


@pytest.mark.parametrize(
    ("state", "progress", "is_active"),
    [
        ("queued", "", True),
        ("sending", "", True),
        ("unknown", "", True),
        ("placed", "", True),
        ("placed", "in_progress", True),
        ("placed", "completed", False),
        ("refused", "", False),
        ("withdrawn", "", False),
    ],
)
def test_only_an_active_order_for_the_same_service_and_link_is_a_repeat(state, progress, is_active):
    service = make_service()
    order = make_order(service, state=state, progress=progress, link="https://example.com/p/1")
    make_order(link="https://example.com/p/1")
    batch = make_batch(row_of(service, link="http://www.example.com/p/1"))
    expected = [f"Order {order.pk} is still active for the same service and link."] if is_active else []
    assert line_of(batch, 2).messages == expected


# -- ten thousand lines


def spoil(rows, service):
    """Put every kind of error into a few lines of a table. Returns the columns with an error by line."""
    expected = {}
    for index, (cells, errors) in enumerate(MISTAKES.values()):
        for place in (7 + index * 31, 9_000 + index * 17):
            rows[place] |= {name: str(value) for name, value in cells.items()}
            expected[place + 2] = set(errors)
    rows[5001] = dict(rows[5000])
    expected[5003] = {"link"}
    make_order(service, link="https://example.com/active")
    rows[6000] = row_of(service, link="https://example.com/active")
    expected[6002] = {"link"}
    vanished = make_service(service.panel, is_listed=False)
    rows[6500] = row_of(vanished)
    expected[6502] = {"service"}
    rows[6600] = row_of(make_service(make_panel(is_active=False)))
    expected[6602] = {"panel"}
    return expected


def test_ten_thousand_lines_list_every_error_and_order_nothing(django_assert_max_num_queries):
    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]
    rows = big_rows(panel, services)
    expected = spoil(rows, services[0])
    batch = make_batch(*rows)
    wrong = batch.lines.filter(has_errors=True)
    assert {each.number: set(each.errors) for each in wrong} == expected
    assert [each.number for each in batch.lines.order_by("-has_errors", "number")[:3]] == sorted(expected)[:3]
    assert confirm(batch, None, summary(batch).fingerprint).problem.startswith(f"{len(expected)} lines have errors")
    assert Order.objects.count() == 1
    lines = list(batch.lines.all())
    with django_assert_max_num_queries(20):
        check_lines(batch, lines)


def test_the_number_of_queries_of_a_check_does_not_depend_on_the_number_of_lines():
    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]

    def queries(count):
        batch = make_batch(*big_rows(panel, services, count))
        lines = list(batch.lines.all())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            check_lines(batch, lines)
        return len(captured)

    assert queries(3) == queries(800)


def test_a_line_of_a_service_that_charges_above_its_list_says_so_and_costs_more():
    service = make_service(charge_ratio=Decimal("1.31"), charges_compared=5)
    (line,) = make_batch(row_of(service)).lines.all()
    assert line.warnings == ["The panel charges 31\xa0% above its list (5 orders). The cost includes this."]
    assert (line.cost, line.terms["charged"]) == (Decimal("1.179"), "31\xa0% above the list")
    assert not line.has_errors


@pytest.mark.parametrize(
    ("cells", "is_wrong", "words"),
    [
        ({"quantity": "10", "runs": "20"}, False, "Others take it, because the total of 200 fits."),
        ({"quantity": "10000", "runs": "2"}, False, "Others take it, because one run fits."),
        ({"quantity": "10", "runs": "2"}, True, ""),
        ({"quantity": "100", "runs": "2"}, False, ""),
    ],
)
def test_a_drip_feed_that_some_panels_refuse_is_a_warning_of_its_line(cells, is_wrong, words):
    (line,) = make_batch(row_of(make_service(), interval="30", **cells)).lines.all()
    assert line.has_errors is is_wrong
    assert len(line.warnings) == bool(words)
    assert words in "".join(line.warnings)


# Of each pair, the second is the same target as the first.
SHARED = """
102|https://www.tiktok.com/@n/video/1?_r=1&_t=8abc|100
102|https://www.tiktok.com/@n/video/1?is_from_webapp=1&sender_device=pc|100
102|https://www.facebook.com/n/posts/1?mibextid=x|100
102|https://www.facebook.com/n/posts/1|100
102|https://www.instagram.com/reel/AbC/|100
102|https://www.instagram.com/p/AbC/|100
102|https://www.instagram.com/Name|100
102|https://www.instagram.com/name|100
"""


def test_a_line_that_repeats_a_target_in_another_spelling_is_warned_of():
    service = make_service(remote_id="102")
    batch, _ = create_batch(
        read_paste(SHARED, has_panel=False), source=Batch.Source.PASTE, created_by=None, panel=service.panel
    )
    lines = list(batch.lines.order_by("number"))
    assert len(lines) == 8
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        assert second.errors == {"link": [f"Line {first.number} orders the same service for the same link."]}


def test_an_active_order_is_found_by_each_spelling_of_its_target():
    service = make_service()
    order = make_order(service, link="https://twitter.com/Name/status/1?s=20")
    batch = make_batch(row_of(service, link="https://x.com/name/status/1"), row_of(service, link="https://x.com/name"))
    assert line_of(batch, 2).errors == {"link": [f"Order {order.pk} is still active for the same service and link."]}
    assert not line_of(batch, 3).errors


def test_of_lines_that_order_the_same_order_again_each_but_the_first_is_marked():
    order = make_order(state="refused")
    batch = make_batch(*[row_of(order.service, again_of=order.pk) for _ in range(4)])
    change_line(line_of(batch, 5), is_left_out=True)
    expected = [f"Line 2 orders order {order.pk} again too."]
    assert [line_of(batch, number).messages for number in (2, 3, 4)] == [[], expected, expected]
    assert "2 lines have errors" in confirm(batch, None, summary(batch).fingerprint).problem
    for number in (3, 4):
        change_line(line_of(batch, number), is_repeat_ok=True)
    confirm_batch(batch)
    assert Order.objects.filter(again_of=order).count() == 3


@pytest.mark.parametrize("text", ["99999999", "x", "1.5", "-1", "9" * 30])
def test_a_line_that_orders_again_what_does_not_exist_is_wrong(text):
    batch = make_batch(row_of(make_service(), again_of=text))
    assert "There is no order" in batch.lines.get().errors["again_of"][0]


@pytest.mark.parametrize("comments", [r"nice\nwow", "nice | wow"])
def test_a_comment_that_some_panels_split_is_accepted_with_a_warning(comments):
    service = make_service(type="custom_comments", raw_type="Custom Comments", min_quantity=1)
    batch = make_batch(row_of(service, quantity="", comments=comments))
    line = line_of(batch, 2)
    assert (line.errors, len(line.warnings)) == ({}, 1)
    assert "Some panels make two comments of it, and charge for both." in line.warnings[0]
    confirm_batch(batch)
    assert batch.orders.get().values["comments"] == comments


def test_a_link_that_cannot_be_right_is_accepted_with_a_warning():
    service = make_service(name="TikTok Views", category="TikTok")
    batch = make_batch(
        row_of(service, link="https://youtu.be/AbC"), row_of(service, link="[x](https://www.tiktok.com/1)")
    )
    assert [line.warnings for line in batch.lines.order_by("number")] == [
        ["The link leads to YouTube, but the service is for TikTok."],
        ["The link is written as Markdown. Panels want only the address between ( and )."],
    ]
    assert not batch.lines.filter(has_errors=True).exists()
    confirm_batch(batch)
    assert batch.orders.filter(link="https://youtu.be/AbC").exists()


def test_lines_are_inserted_and_saved_in_parts(monkeypatch):
    monkeypatch.setattr("panels.bulk.checking.AT_ONCE", 2)
    service = make_service()
    with CaptureQueriesContext(connection) as queries:
        batch = make_batch(*(row_of(service, link=f"https://example.com/{number}") for number in range(5)))
        save_lines(list(batch.lines.all()))
    inserts = [query["sql"] for query in queries if query["sql"].startswith('INSERT INTO "panels_batchline"')]
    assert len(inserts) == 3 + 3


# -- equivalent services, and blocked ones


@pytest.fixture
def equivalent():
    """Two services of one product at two panels, and one of another product."""
    names = ("Instagram Followers", "IG Followers [Refill 30D]", "Instagram Likes")
    services = [make_offer(name) for name in names]
    read_offers()
    return services


def test_lines_and_active_orders_of_equivalent_services_are_doubts_at_any_panel(equivalent):
    first, second, likes = equivalent
    link = "https://example.com/a"
    batch = make_batch(*[row_of(service, link=link) for service in equivalent])
    text = f"Line 2 orders an equivalent service for the same link. {VOIDS}"
    assert [line_of(batch, number).messages for number in (2, 3, 4)] == [[], [text], []]
    orders = [make_order(first, link=link), make_order(second, link=link)]
    batch = make_batch(row_of(first, link=link), row_of(likes, link=link))
    assert line_of(batch, 2).messages == [
        f"Order {orders[0].pk} is still active for the same service and link.",
        f"Order {orders[1].pk} is still active for an equivalent service and the same link. {VOIDS}",
    ]
    assert not line_of(batch, 3).messages
    change_line(line_of(batch, 2), is_repeat_ok=True)
    assert line_of(batch, 2).warnings
    confirm_batch(batch)


def test_equivalent_lines_are_marked_again_when_one_of_them_changes(equivalent):
    first, second, _ = equivalent
    link = "https://example.com/a"
    batch = make_batch(*[row_of(service, link=link) for service in (first, second, second)])
    assert [line_of(batch, number).has_errors for number in (2, 3, 4)] == [False, True, True]
    change_line(line_of(batch, 2), is_left_out=True)
    assert [line_of(batch, number).has_errors for number in (3, 4)] == [False, True]
    assert line_of(batch, 4).messages == ["Line 3 orders the same service for the same link."]
    change_line(line_of(batch, 3), cells=line_of(batch, 3).cells | {"link": "https://example.com/b"})
    assert not line_of(batch, 4).has_errors


def test_an_equivalent_subscription_is_a_doubt():
    fields = {"type": "subscriptions", "raw_type": "Subscriptions", "min_quantity": 1}
    services = [make_offer("Instagram Auto Likes", **fields) for _ in range(2)]
    read_offers()
    order = make_placed(services[0], link="", params={"username": "Cat"})
    batch = make_batch(subscription_of(services[1], "cat"), subscription_of(services[1], "ann"))
    text = f"Order {order.pk} is still active for an equivalent service and the same account. {VOIDS}"
    assert [line_of(batch, number).messages for number in (2, 3)] == [[text], []]


def test_services_of_an_unknown_product_are_not_equivalent():
    services = [make_offer("Something") for _ in range(2)]
    read_offers()
    order = make_order(services[0])
    assert not line_of(make_batch(row_of(services[1], link=order.link)), 2).has_errors


def test_the_check_of_equivalent_services_asks_no_more_for_more_lines(equivalent):
    first, second, _ = equivalent

    def count(number):
        rows = [
            row_of(first if n % 2 else second, link=f"https://example.com/{number}/{n // 2}") for n in range(number)
        ]
        for row in rows[::4]:
            make_order(second, link=row["link"])
        batch = make_batch(*rows)
        lines = list(batch.lines.all())
        with CaptureQueriesContext(connection) as queries:
            check_lines(batch, lines)
        return len(queries)

    assert count(4) == count(60)


@pytest.mark.parametrize("note", ["They deliver bots.", ""])
def test_a_blocked_service_cannot_be_ordered_and_says_why(note):
    service, other = make_service(), make_service()
    ServiceMark.objects.create(service=service, is_blocked=True, note=note)
    ServiceMark.objects.create(service=other, is_favourite=True)
    queued = make_order(service)
    batch = make_batch(row_of(service), row_of(other))
    words = "The team has blocked this service"
    assert line_of(batch, 2).errors == {"service": [f"{words}: {note}" if note else f"{words}."]}
    assert not line_of(batch, 3).has_errors
    queued.refresh_from_db()
    assert (queued.state, queued.held_reason) == ("queued", "")


def test_a_service_that_is_blocked_before_the_confirmation_is_not_ordered():
    service = make_service()
    batch = make_batch(row_of(service))
    shown = summary(batch).fingerprint
    ServiceMark.objects.create(service=service, is_blocked=True)
    assert "1 line has errors" in confirm(batch, None, shown).problem
    assert not Order.objects.exists()
