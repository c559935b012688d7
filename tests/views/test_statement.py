"""The statement of an account as a bank shows it, and the form in which managers book."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from panels.models import DayTotal, Entry, Panel
from tests.factories import make_entry, make_panel, make_placed, make_service
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def panel():
    """An account that was opened with 50 ten hours ago, and has 37.50 since its last charge."""
    now = timezone.now()
    panel = make_panel(name="Nova", reported_currency="USD", balance=Decimal("37.5"), balance_checked_at=now)
    enter(panel, 12, "deposit", 8)
    enter(panel, 10, "opening", 50)
    enter(panel, 3, "charge", "-12.5", order=make_placed(make_service(panel)))
    return panel


def enter(panel, hours, kind, amount, **fields):
    at = timezone.now() - hours * HOUR
    return make_entry(panel, kind=kind, amount=Decimal(amount), value_after=at, value_at=at, **fields)


def at(panel, query=""):
    return f"/money/{panel.pk}/{query}"


def book(client, panel, **data):
    """Book, and return the page that follows, and the answer itself."""
    response = client.post(at(panel), {"kind": "deposit", "amount": "100"} | data)
    return text_of(client.get(at(panel))) if response.status_code == 302 else text_of(response)


def booked():
    return [(each.kind, each.amount) for each in Entry.objects.filter(by_name__gt="").order_by("pk")]


def test_the_entries_are_listed_newest_first_with_the_balance_after_each(as_viewer, panel):
    order = Entry.objects.get(kind="charge").order
    page = as_viewer.get(at(panel))
    words = text_of(page)
    assert f"3 h ago Charge #{order.pk} – -12.50 37.50 10 h ago Opening balance – 50.00 50.00" in words
    assert "Deposit before the books – 8.00 –" in words
    assert f'<a href="/orders/{order.pk}/">' in page.text
    assert "The books and the balance of the panel are equal." in words
    # A Viewer books nothing.
    assert "Book a deposit" not in words


def test_a_kind_or_a_period_narrows_the_list(as_viewer, panel):
    charges = text_of(as_viewer.get(at(panel, "?kind=charge")))
    assert "1 entry" in charges
    assert "The balance is shown with all kinds of entries." in charges
    assert "No entry matches" in text_of(as_viewer.get(at(panel, "?until_day=2020-01-01")))
    assert "This filter is not valid" in text_of(as_viewer.get(at(panel, "?kind=theft")))


def test_a_later_page_goes_on_with_the_balance(as_viewer, panel):
    for number in range(60):
        enter(panel, 2 - number / 60, "deposit", 1, note=f"number {number}")
    first = as_viewer.get(at(panel))
    (more,) = {part.split('"')[0] for part in first.text.split('href="') if part.startswith("?after=")}
    words = text_of(as_viewer.get(at(panel, more.replace("&amp;", "&"))))
    assert "number 9 · " not in words
    assert "number 9 1.00 47.50" in words
    assert "Charge" in words


def test_another_currency_of_the_account_is_a_filter(as_viewer, panel):
    enter(panel, 4, "opening", 7, currency="EUR")
    counts = {"cost": 1, "orders": 1, "expected": 0, "unpriced": 0, "summed_at": timezone.now()}
    DayTotal.objects.create(day="2026-05-04", panel=panel, currency="EUR", **counts)
    assert "EUR" in as_viewer.get(at(panel)).text
    words = text_of(as_viewer.get(at(panel, "?currency=EUR")))
    assert "Opening balance – 7.00 7.00 1 in all" in words


def test_the_fragment_is_only_the_list(as_viewer, panel):
    response = as_viewer.get(at(panel), headers={"HX-Request": "true"})
    assert response.text.strip().startswith('<div id="entries"')
    assert "Balance of the panel" not in response.text


def test_the_export_has_the_balances_and_the_filter(as_viewer, panel):
    answer = as_viewer.get(at(panel, "export.csv"))
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    found = [(row["Kind"], Decimal(row["Amount"]), row["Balance"] and Decimal(row["Balance"])) for row in rows]
    assert found == [
        ("Charge", Decimal("-12.5"), Decimal("37.5")),
        ("Opening balance", Decimal(50), Decimal(50)),
        ("Deposit", Decimal(8), ""),
    ]
    book = load_workbook(io.BytesIO(as_viewer.get(at(panel, "export.xlsx?kind=charge")).content))
    assert [row[3] for row in book.active.iter_rows(values_only=True)] == ["Kind", "Charge"]
    assert as_viewer.get(at(panel, "export.csv?kind=theft")).url == at(panel, "?kind=theft")


def test_a_manager_books_a_deposit_with_its_bonus_and_is_told_what_was_booked(as_manager, panel):
    page = book(as_manager, panel, bonus="10%", note="Payment 7")
    assert "Booked at Nova: deposit 100.00 USD, bonus 10.00 USD" in page
    assert "The balance of the books is 147.50 USD now." in page
    assert booked() == [("deposit", 100), ("bonus", 10)]
    assert {each.note for each in Entry.objects.filter(by_name__gt="")} == {"Payment 7"}


def test_a_wrong_deposit_is_put_right_by_an_adjustment(as_manager, panel):
    book(as_manager, panel)
    assert "The balance of the books is 37.50 USD now." in book(as_manager, panel, kind="adjustment", amount="-100")
    assert "Put a wrong deposit right with an adjustment" in text_of(as_manager.get(at(panel)))


def test_what_is_booked_before_the_opening_counts_for_nothing_and_the_page_says_so(as_manager, panel):
    page = book(as_manager, panel, at="2020-01-01T10:00")
    assert "That is before the opening balance of 50.00 USD, which has it already." in page
    assert "The books and the balance of the panel are equal." in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"amount": "-5"}, "-5 is no amount for “Deposit”. Nothing was saved."),
        ({"amount": "0", "kind": "adjustment"}, "0 is no amount for “Adjustment”. Nothing was saved."),
        ({"amount": "much"}, "Enter a number."),
        ({"amount": ""}, "This field is required."),
        ({"at": "2999-01-01T10:00"}, "This time is in the future. Nothing was saved."),
        ({"at": "soon"}, "Enter a valid date/time."),
        ({"kind": "charge"}, "Select a valid choice."),
        ({"bonus": "ten"}, "Enter an amount, such as 5, or percent, such as 10%."),
        ({"bonus": "5", "kind": "bonus"}, "Only a deposit has a bonus here."),
    ],
)
def test_bad_input_is_refused_with_the_reason(as_manager, panel, data, message):
    response = as_manager.post(at(panel), {"kind": "deposit", "amount": "100"} | data)
    assert response.status_code == 422
    assert message in text_of(response)
    assert booked() == []


def test_a_rise_without_a_booking_is_booked_with_one_click_and_only_once(as_manager, viewer, panel):
    panel.balance = Decimal("137.5")
    panel.save()
    page = text_of(as_manager.get(at(panel)))
    assert "The panel has 100.00 USD more than the books." in page
    assert "A rise of 100.00 USD without a booking: book it as a deposit?" in page
    looking = Client()
    looking.force_login(viewer)
    assert "without a booking" not in text_of(looking.get(at(panel)))
    for _ in range(2):
        as_manager.post(at(panel, "rise/"), {"amount": "100"})
    assert booked() == [("deposit", 100)]
    page = text_of(as_manager.get(at(panel)))
    assert "This rise is booked already" in page
    assert "The books and the balance of the panel are equal." in page


def test_what_may_explain_a_difference_is_said(as_viewer, panel):
    sent = {"sent_at": timezone.now() - HOUR, "placed_at": timezone.now() - HOUR}
    make_placed(make_service(panel), charge=None, expected_cost=Decimal("2.5"), **sent)
    panel.balance = Decimal(35)
    panel.save()
    words = text_of(as_viewer.get(at(panel)))
    assert "The panel has 2.50 USD less than the books." in words
    assert "1 order has no charge yet: about 2.50 USD expected. That is the whole difference." in words


def test_a_statement_asks_as_much_for_many_entries_as_for_few(as_manager, panel):
    # The page then also looks for the time of a rise.
    Panel.objects.update(balance=Decimal(1000))
    few = count_queries(as_manager, at(panel))
    for _ in range(20):
        enter(panel, 2, "charge", -1, order=make_placed(make_service(panel)))
    assert count_queries(as_manager, at(panel)) == few <= 15
