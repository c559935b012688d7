"""A service offers its terms at its current rate or at an agreed rate, and is one row of its panel."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from panels.models import Service, ServiceChange
from panels.protocol.order_types import Offer
from tests.factories import make_panel, make_service

pytestmark = pytest.mark.django_db


def test_an_offer_has_the_terms_of_the_service_and_of_its_panel():
    service = make_service(make_panel(bills_package_per_line=True), type="package", dripfeed=False)
    assert service.offer() == Offer(
        type="package",
        rate_per_1000=Decimal("0.90"),
        min_quantity=100,
        max_quantity=10_000,
        bills_package_per_line=True,
        dripfeed=False,
        name=service.name,
        category=service.category,
    )


@pytest.mark.parametrize("rate", [Decimal("0.75"), Decimal(0)])
def test_an_offer_can_be_made_at_an_agreed_rate(rate):
    assert make_service().offer(rate).rate_per_1000 == rate


@pytest.mark.parametrize(("slug", "label"), [("package", "Package"), ("default", "Default"), ("", "Default")])
def test_a_type_that_is_not_known_is_ordered_as_default(slug, label):
    assert make_service(type=slug).order_type.label == label


def test_an_id_is_one_service_of_a_panel():
    service = make_service(remote_id="12")
    make_service(remote_id="12")
    make_service(service.panel, remote_id="012")
    with pytest.raises(IntegrityError):
        make_service(service.panel, remote_id="12")


def test_the_newest_change_comes_first():
    service, now = make_service(), timezone.now()
    for days, field in ((2, "name"), (1, "rate_per_1000"), (3, "is_listed")):
        ServiceChange.objects.create(service=service, at=now - timedelta(days=days), field=field, old="a", new="b")
    assert [change.field for change in service.changes.all()] == ["rate_per_1000", "name", "is_listed"]
    assert str(service.changes.first()) == f"{service.pk} rate_per_1000: a → b"


@pytest.mark.parametrize(
    ("ratio", "number", "factor", "text"),
    [
        (None, 0, "1", ""),
        ("1", 9, "1", ""),
        ("1.31", 1, "1", "charges 31\xa0% above its list (1 order)"),
        ("1.31", 4, "1", "charges 31\xa0% above its list (4 orders)"),
        ("1.31", 5, "1.31", "charges 31\xa0% above its list (5 orders)"),
        ("0.002", 5, "0.002", "charges 99.8\xa0% below its list (5 orders)"),
    ],
)
def test_what_a_panel_charges_is_said_at_once_and_learned_from_five_orders_on(ratio, number, factor, text):
    service = Service(charge_ratio=ratio and Decimal(ratio), charges_compared=number)
    assert (service.charge_factor, service.charges_text) == (Decimal(factor), text)
