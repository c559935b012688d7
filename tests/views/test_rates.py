"""The page of the reporting currency and the rates: what it shows, and what it stores."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from panels.models import ExchangeRate, JobRun, Preferences
from panels.money.totals import today
from tests.factories import make_panel, make_rate, make_user, report_in
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db
PAGE = "/settings/rates/"


def show(client):
    return text_of(client.get(PAGE))


def post(client, name, **data):
    return client.post(f"{PAGE}{name}/", data)


def upload(client, content, name="rates.csv"):
    return post(client, "file", file=SimpleUploadedFile(name, content.encode()))


def test_managers_are_led_from_the_operations_and_others_are_not(client, manager, operator):
    client.force_login(manager)
    assert f'href="{PAGE}"' in client.get("/operations/").text
    client.force_login(operator)
    assert client.get(PAGE).status_code == 403


def test_the_currencies_in_use_are_shown_with_their_rates(as_manager, manager):
    for currency in ("USD", "USD", "EUR", "NGN"):
        make_panel(reported_currency=currency)
    report_in("RUB")
    make_rate("USD", "1.0876", source="ecb")
    make_rate("RUB", "95.5", days_ago=4, stored_by=manager)
    page = show(as_manager)
    assert "NGN – – No rate – – 1" in page
    assert "USD 1.0876" in page
    assert "In use ECB just now 2" in page
    assert f"Too old typed just now by {manager.username} –" in page


def test_the_page_asks_as_much_for_many_currencies_as_for_one(as_manager):
    def fill(names):
        for name in names:
            make_panel(reported_currency=name)
            make_rate(name, 2, stored_by=make_user())

    report_in("EUR")
    fill(["USD"])
    few = count_queries(as_manager, PAGE)
    fill(["GBP", "NGN", "RUB", "AED", "VND"])
    assert count_queries(as_manager, PAGE) == few


def test_a_reporting_currency_is_set_and_taken_back(as_manager):
    page = text_of(as_manager.post(f"{PAGE}currency/", {"reporting_currency": "eur"}, follow=True))
    assert "Prices are compared in EUR from now on." in page
    assert Preferences.current().reporting_currency == "EUR"
    assert "Team settings Preferences reporting currency: – → EUR" in text_of(as_manager.get("/history/"))
    page = text_of(as_manager.post(f"{PAGE}currency/", {"reporting_currency": "EUR"}, follow=True))
    assert "Nothing was changed." in page
    post(as_manager, "currency", reporting_currency="")
    assert Preferences.current().reporting_currency == ""


def test_a_reporting_currency_without_a_fresh_rate_says_which_rates_are_missing(as_manager):
    make_panel(reported_currency="USD")
    make_rate("NGN", 1650, days_ago=4)
    answer = as_manager.post(f"{PAGE}currency/", {"reporting_currency": "NGN"}, follow=True)
    assert "but not all of them without the rates of NGN and USD" in text_of(answer)
    make_rate("NGN", 1650)
    make_rate("USD", "1.25")
    post(as_manager, "currency", reporting_currency="")
    answer = as_manager.post(f"{PAGE}currency/", {"reporting_currency": "NGN"}, follow=True)
    assert "Prices are compared in NGN from now on." in text_of(answer)


def test_a_refused_code_is_shown_again_with_its_reason(as_manager):
    answer = post(as_manager, "currency", reporting_currency="€uro")
    assert answer.status_code == 422
    assert 'value="€uro"' in answer.text
    assert "is no code of a currency" in answer.text
    assert Preferences.current().reporting_currency == ""


def test_a_typed_rate_is_stored_with_its_person(as_manager, manager):
    page = text_of(as_manager.post(f"{PAGE}type/", {"currency": "rub", "per_euro": "95.50"}, follow=True))
    assert "Stored: 1 EUR = 95.50 RUB." in page
    rate = ExchangeRate.objects.get()
    assert (rate.currency, rate.day, rate.source, rate.stored_by) == ("RUB", today(), "typed", manager)
    assert "rate typed: 1 EUR = 95.50 RUB" in text_of(as_manager.get("/history/"))


def test_who_types_a_rate_of_an_earlier_day_is_told_which_one_counts(as_manager):
    make_rate("RUB", "95", source="ecb")
    earlier = today() - timedelta(days=1)
    data = {"currency": "RUB", "per_euro": "96", "day": earlier.isoformat()}
    assert "A newer rate counts: 1 EUR = 95 RUB, ECB" in text_of(as_manager.post(f"{PAGE}type/", data, follow=True))
    assert ExchangeRate.objects.count() == 2


def test_a_refused_rate_is_shown_again_with_all_reasons(as_manager):
    answer = post(as_manager, "type", currency="EUR", per_euro="1,5", day="2999-01-01")
    assert answer.status_code == 422
    for words in ("the euro has none", "is no rate", "is in the future", 'value="1,5"'):
        assert words in answer.text
    assert not ExchangeRate.objects.exists()


def test_a_file_is_stored_as_a_whole_or_not_at_all(as_manager, manager):
    answer = upload(as_manager, "currency,rate\nRUB,95.5\nNGN,x\n")
    assert answer.status_code == 422
    assert "Row 3: “x” is no rate." in answer.text
    assert "Nothing was stored." in answer.text
    assert not ExchangeRate.objects.exists()
    assert upload(as_manager, "currency,rate\nRUB,95.5\nNGN,1700\n").url == PAGE
    assert "2 rates were stored." in show(as_manager)
    assert set(ExchangeRate.objects.values_list("currency", "source", "stored_by")) == {
        ("RUB", "file", manager.pk),
        ("NGN", "file", manager.pk),
    }
    upload(as_manager, "currency,rate\nRUB,96\n", "newer.csv")
    assert str(ExchangeRate.objects.get(currency="RUB").per_euro.normalize()) == "96"
    assert "1 rate uploaded: newer.csv" in text_of(as_manager.get("/history/"))


def test_the_page_says_what_the_worker_does(as_manager, settings):
    assert "EXCHANGE_RATES_URL" in show(as_manager)
    settings.EXCHANGE_RATES_URL = "http://localhost:9/"
    make_panel(reported_currency="USD")
    assert "because there is no reporting currency" in show(as_manager)
    report_in("USD")
    assert "because all panels have the reporting currency" in show(as_manager)
    report_in("EUR")
    assert "They are fetched within a minute." in show(as_manager)
    now = timezone.now()
    job = JobRun.objects.create(name=JobRun.RATES, started_at=now, succeeded_at=now)
    assert "Last fetched: just now" in show(as_manager)
    job.last_error = "No answer."
    job.save()
    assert "The last fetch failed: No answer. It is tried again after an hour." in show(as_manager)
