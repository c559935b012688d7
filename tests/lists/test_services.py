"""The columns of the list of services."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.lists.services import EXPORTED, RELATED, SERVICES, services_table
from panels.models import Service
from panels.money.exchange import Converter
from tests.factories import make_panel, make_rate, make_service, make_user, report_in
from tests.lists import values

pytestmark = pytest.mark.django_db


def draw(*services, user=None):
    return values.draw(SERVICES, services, user or make_user("Operator"))


def test_cells_and_export_of_a_service_take_no_query_and_read_no_key(django_assert_num_queries):
    user = values.with_all_columns(SERVICES)
    make_service(description="Words", average_minutes=90)
    (service,) = Service.objects.select_related(*RELATED).defer("panel__api_key")
    table = draw(service, user=user)
    assert table.columns
    with django_assert_num_queries(0):
        assert "1\xa0h 30\xa0min" in table.body
        row = {name: read(service) for name, read in EXPORTED.items()}
    assert (row["Service"], row["Description"], row["Price is flat"]) == (service.name, "Words", False)
    assert service.panel.get_deferred_fields() == {"api_key"}


def test_a_row_opens_its_service_and_shows_its_name_in_full():
    name = "Instagram Followers " + "very long " * 20
    service = make_service(name=name, remote_id="x77")
    body = draw(service).body
    assert f'<a class="table__open" href="{service.get_absolute_url()}" title="{name}">{name}</a>' in body
    assert '<span title="x77">x77</span>' in body


def test_one_currency_stands_in_the_head_and_several_beside_the_prices():
    dollars, euros = make_service(), make_service(make_panel(reported_currency="EUR"))

    def head(table):
        return next(each.title for each in table.heads if each.name == "price")

    assert head(draw(dollars)) == "Price per 1000,\xa0USD"
    assert "USD" not in draw(dollars).body
    assert head(draw(dollars, euros)) == "Price per 1000"
    assert "EUR" in draw(dollars, euros).body


def test_a_flat_price_says_so_because_the_head_says_per_1000():
    assert "flat</span>" in draw(make_service(type="package", rate_per_1000=Decimal(3))).body
    assert "flat</span>" not in draw(make_service()).body


@pytest.mark.parametrize(
    ("cancel", "cell"),
    [
        (True, '<span title="Cancel">Yes</span>'),
        (False, '<span title="No cancel">No</span>'),
        (None, '<span class="muted" title="Cancel not stated">–</span>'),
    ],
)
def test_what_a_panel_offers_is_one_word_with_the_full_words_on_hover(cancel, cell):
    assert cell in draw(make_service(cancel=cancel)).body


def test_a_cancel_that_the_panel_never_accepted_is_doubtful():
    body = draw(make_service(make_panel(takes_cancels=False), cancel=True)).body
    assert '<span class="muted" title="Cancels refused so far">Doubtful</span>' in body


@pytest.mark.parametrize(
    ("group", "fields", "is_active", "is_offered"),
    [
        ("Operator", {}, True, True),
        ("Viewer", {}, True, False),
        ("Operator", {"is_listed": False}, True, False),
        ("Operator", {}, False, False),
    ],
)
def test_a_service_is_ordered_from_its_row_if_it_can_be_ordered(group, fields, is_active, is_offered):
    service = make_service(make_panel(is_active=is_active), **fields)
    body = draw(service, user=make_user(group)).body
    assert (f'href="/orders/new/?service={service.pk}"' in body) is is_offered


def test_a_service_that_is_no_longer_listed_says_so():
    assert "Not listed" in draw(make_service(is_listed=False)).body
    assert "Not listed" not in draw(make_service()).body


def test_converted_prices_stand_beside_the_prices_with_their_rates():
    report_in("EUR")
    make_rate("USD", "1.25")
    dollars, euros, nairas = (make_service(make_panel(reported_currency=each)) for each in ("USD", "EUR", "NGN"))
    table = values.draw(services_table(Converter.read()), [dollars, euros, nairas], make_user("Operator"))
    heads = [head.title for head in table.heads]
    assert heads[heads.index("Price per 1000") + 1] == "Converted,\xa0EUR"
    assert "≈\xa00.72" in table.body
    assert 'title="1 EUR = 1.25 USD, typed' in table.body
    # The price in the reporting currency is exact, and the one without a rate is not known.
    assert table.body.count("≈") == 1
    assert "converted" not in [name for name, *_ in table.choices]


def test_converted_prices_take_no_query(django_assert_num_queries):
    report_in("EUR")
    make_rate("USD", "1.25")
    make_service()
    user, (service,) = make_user("Operator"), Service.objects.select_related(*RELATED)
    table = values.draw(services_table(Converter.read()), [service], user)
    assert table.columns
    with django_assert_num_queries(0):
        assert "≈" in table.body
