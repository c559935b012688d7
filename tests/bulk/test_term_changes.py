"""What has changed since the lines of a draft were checked stops the confirmation, and is named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.bulk.confirming import confirm, summary
from panels.models import Order, Panel, Service
from tests.bulk.batches import confirm_batch, line_of
from tests.factories import make_batch, make_panel, make_service, row_of

pytestmark = pytest.mark.django_db

CHANGED = {
    "rate": (
        {"rate_per_1000": Decimal("0.95")},
        ("rate", "0.90\u00a0USD per\u00a01000", "0.95\u00a0USD per\u00a01000"),
        True,
    ),
    "lower rate": (
        {"rate_per_1000": Decimal("0.80")},
        ("rate", "0.90\u00a0USD per\u00a01000", "0.80\u00a0USD per\u00a01000"),
        True,
    ),
    "limit": ({"max_quantity": 5000}, ("maximum", "10,000", "5,000"), True),
    "limit that is passed": ({"max_quantity": 500}, ("maximum", "10,000", "500"), False),
    "listing": ({"is_listed": False}, ("listed", "yes", "no"), False),
    "type": ({"type": "package"}, ("type", "Default", "Package"), False),
    "refill": ({"refill": False}, ("refill", "yes", "no"), True),
    "cancel": ({"cancel": None}, ("cancel", "yes", "not stated"), True),
    "name": ({"name": "Other"}, ("name", "Likes", "Other"), True),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_since_the_check_stops_the_confirmation_and_is_returned(name):
    fields, expected, is_fit = CHANGED[name]
    service, other = make_service(name="Likes"), make_service()
    batch = make_batch(row_of(service), row_of(other), row_of(service))
    shown = summary(batch).fingerprint
    Service.objects.filter(pk=service.pk).update(**fields)
    outcome = confirm(batch, None, shown)
    assert not Order.objects.exists()
    assert "have changed" in outcome.problem
    (change,) = outcome.changes
    assert (change.service, (change.what, change.old, change.new), change.numbers) == (service, expected, (2, 4))
    assert (not line_of(batch, 2).has_errors) == is_fit
    if is_fit:
        assert line_of(batch, 2).cost == Service.objects.get(pk=service.pk).rate_per_1000
        confirm_batch(batch)
        assert Order.objects.count() == 3
    else:
        assert confirm(batch, None, summary(batch).fingerprint).problem.startswith("2 lines have errors")


def test_a_charge_above_the_list_that_was_learned_since_the_check_is_a_change():
    service = make_service()
    batch = make_batch(row_of(service))
    shown = summary(batch).fingerprint
    Service.objects.update(charge_ratio=Decimal("1.31"), charges_compared=9)
    (change,) = confirm(batch, None, shown).changes
    assert (change.what, change.old, change.new) == ("charged", "", "31\xa0% above the list")


def test_a_name_that_means_another_panel_since_the_check_is_a_change():
    old, dearer = make_panel(name="A"), make_panel(name="B")
    shown_one = make_service(old, remote_id="7", rate_per_1000=Decimal(1))
    other = make_service(dearer, remote_id="7", rate_per_1000=Decimal(9))
    batch = make_batch(row_of(shown_one), row_of(shown_one))
    shown = summary(batch).fingerprint
    Panel.objects.filter(pk=old.pk).update(name="A old")
    Panel.objects.filter(pk=dearer.pk).update(name="A")
    outcome = confirm(batch, None, shown)
    assert not Order.objects.exists()
    assert "have changed" in outcome.problem
    (change,) = outcome.changes
    assert (change.service, change.what, change.numbers) == (other, "service", (2, 3))
    assert change.old == "A old, 7, 1.00\xa0USD per\xa01000"
    assert change.new == "A, 7, 9.00\xa0USD per\xa01000"
    confirm_batch(batch)
    assert {order.service for order in Order.objects.all()} == {other}


def test_a_name_that_became_a_panel_since_the_check_is_a_change():
    panel = make_panel(name="A")
    service = make_service(panel)
    batch = make_batch(row_of(service, panel="B"))
    shown = summary(batch).fingerprint
    Panel.objects.update(name="B")
    (change,) = confirm(batch, None, shown).changes
    assert (change.what, change.old) == ("service", "–")
    assert not Order.objects.exists()


def test_another_cost_is_a_change_although_all_conditions_read_the_same():
    service = make_service(charge_ratio=Decimal("1.3101"), charges_compared=9)
    batch = make_batch(row_of(service))
    shown = summary(batch).fingerprint
    Service.objects.update(charge_ratio=Decimal("1.3104"))
    outcome = confirm(batch, None, shown)
    assert not Order.objects.exists()
    (change,) = outcome.changes
    assert (change.what, change.old, change.new) == ("cost", "1.17909\xa0USD", "1.17936\xa0USD")


def test_a_draft_that_was_checked_before_a_term_was_compared_is_confirmed_without_it():
    batch = make_batch(row_of(make_service()))
    line = line_of(batch, 2)
    line.terms = {name: value for name, value in line.terms.items() if name not in ("name", "refill", "cancel")}
    line.save()
    assert confirm_batch(batch).changes == ()
