"""The catalog of all panels: searching, narrowing, sorting within a currency, and the page of one service."""

import csv
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import Order, Service, ServiceChange
from panels.orders.holding import OVERCHARGED
from panels.orders.queue import reason_to_hold
from panels.pages import downloads, merging, paging
from tests.factories import (
    count_records,
    make_delivered,
    make_order,
    make_panel,
    make_rate,
    make_service,
    make_user,
    report_in,
)

FRAGMENT = {"HTTP_HX_REQUEST": "true"}

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def shown(client, **query):
    """Return the names of the services on a page, in order."""
    response = client.get("/catalog/", query)
    assert response.status_code == 200
    return [service.name for service in response.context["page"]]


# -- access and fragments


def test_somebody_without_rights_sees_no_catalog(client, db):
    client.force_login(make_user())
    service = make_service()
    assert client.get("/catalog/").status_code == 403
    assert client.get(service.get_absolute_url()).status_code == 403


def test_a_stranger_is_sent_to_the_login(client, db):
    assert client.get("/catalog/").url == "/login/?next=/catalog/"


def test_only_who_may_order_sees_the_button(client, viewer, operator):
    service = make_service()
    button = f'href="/orders/new/?service={service.pk}"'
    client.force_login(viewer)
    assert button not in text(client.get("/catalog/"))
    assert button not in text(client.get(service.get_absolute_url()))
    client.force_login(operator)
    assert button in text(client.get("/catalog/"))
    assert button in text(client.get(service.get_absolute_url()))


def test_the_page_holds_the_services_and_the_search(as_viewer):
    make_service()
    page = text(as_viewer.get("/catalog/"))
    assert '<div id="services"' in page
    assert 'role="search"' in page


def test_the_fragment_is_the_services_alone(as_viewer):
    make_service(name="Likes")
    response = as_viewer.get("/catalog/?q=likes&panel=&sort=", **FRAGMENT, HTTP_HX_TRIGGER="filters")
    assert text(response).startswith('<div id="services"')
    assert "Likes" in text(response)
    assert 'role="search"' not in text(response)
    assert response.headers["HX-Push-Url"] == "/catalog/?q=likes"
    assert "HX-Request" in response.headers["Vary"]


def test_a_page_asks_as_much_for_twenty_services_as_for_two(as_viewer):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get("/catalog/")
        return len(queries)

    for _ in range(2):
        make_service()
    few = count()
    for _ in range(18):
        make_service()
    assert count() == few


# -- what a row says


def test_a_row_shows_all_that_decides_about_an_order(as_viewer):
    make_service(
        make_panel(name="Northwind", reported_currency="EUR"), remote_id="x77", name="Likes", category="Instagram",
        min_quantity=1000, max_quantity=None, refill=True, cancel=False, dripfeed=None,
    )  # fmt: skip
    page = re.sub(r"<[^>]+>", " ", text(as_viewer.get("/catalog/")))
    page = " ".join(page.split())
    assert "x77 Likes Northwind – Instagram Default 0.90 1,000 – – Yes No –" in page
    assert "Price per 1000, EUR" in page


@pytest.mark.parametrize(
    ("kind", "per_line", "is_flat"),
    [
        ("package", False, True),
        ("custom_comments_package", False, True),
        ("custom_comments_package", True, False),
        ("package", True, True),
    ],
)
def test_packages_are_flat(as_viewer, kind, per_line, is_flat):
    service = make_service(make_panel(bills_package_per_line=per_line), type=kind)
    assert (">flat</span> 0.90" in text(as_viewer.get("/catalog/"))) is is_flat
    words = "0.90 USD flat" if is_flat else "0.90 USD per 1000"
    assert words in text(as_viewer.get(service.get_absolute_url()))


def test_an_unknown_type_is_flagged_with_the_panels_word(as_viewer):
    make_service(type="", raw_type="Magic")
    assert "Unknown type: Magic" in text(as_viewer.get("/catalog/"))


def test_a_manager_sets_the_type_of_a_service_and_takes_it_back(as_manager, manager):
    service = make_service(type="", raw_type="Magic")
    order = make_order(service)
    page = text(as_manager.get(service.get_absolute_url()))
    assert "Unknown type: Magic" in page
    assert '<option value="">As the panel lists it: “Magic”</option>' in page
    address = f"{service.get_absolute_url()}type/"
    page = text(as_manager.post(address, {"type": "package"}, follow=True))
    service.refresh_from_db()
    assert (service.type, service.own_type) == ("package", "package")
    assert "The type is Package from now on, also after a sync." in page
    assert "Package (set by hand)" in page
    assert "The panel lists “Magic”." in page
    assert '<option value="package" selected>Package</option>' in page
    assert f"unknown, ordered as Default → Package (set by {manager})" in page
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == "The service's type has changed to Package."
    page = text(as_manager.post(address, {"type": ""}, follow=True))
    service.refresh_from_db()
    assert (service.type, service.own_type) == ("", "")
    assert "The type of the panel counts again. It is ordered as Default." in page
    assert "set by hand)" not in page
    assert reason_to_hold(Order.objects.get(pk=order.pk)) == ""


@pytest.mark.parametrize("slug", ["nonsense", "Package", "\0"])
def test_only_a_known_type_is_set(as_manager, slug):
    service = make_service()
    page = text(as_manager.post(f"{service.get_absolute_url()}type/", {"type": slug}, follow=True))
    service.refresh_from_db()
    assert (service.type, service.own_type) == ("default", "")
    assert "Choose a type from the list. Nothing was changed." in page


def test_the_same_type_again_changes_nothing(as_manager):
    service = make_service()
    page = text(as_manager.post(f"{service.get_absolute_url()}type/", {"type": ""}, follow=True))
    assert "The service has this type already. Nothing was changed." in page
    assert not ServiceChange.objects.exists()


def test_only_a_manager_is_offered_to_set_a_type(as_operator):
    assert "Set the type by hand" not in text(as_operator.get(make_service(type="").get_absolute_url()))


def test_names_are_text(as_viewer):
    service = make_service(name="<img src=x>", category="<b>", description="<script>alert(1)</script>")
    for address in ("/catalog/", service.get_absolute_url()):
        page = text(as_viewer.get(address))
        assert "<img src=x>" not in page
        assert "<b>" not in page
        assert "<script>alert" not in page


# -- searching


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("likes", ["Instagram Likes HQ", "TikTok Likes"]),
        ("LIKES insta", ["Instagram Likes HQ"]),
        ("  hq   likes  ", ["Instagram Likes HQ"]),
        ("likes views", []),
        ("4711", ["TikTok Likes"]),
        ("abC-9", ["Ünïcode Views"]),
        ("ÜNÏ", ["Ünïcode Views"]),
        ("100%", ["Views 100% real"]),
        ("_", []),
        (" ", ["Instagram Likes HQ", "TikTok Likes", "Views 100% real", "Ünïcode Views"]),
    ],
)
def test_every_word_must_be_found_in_any_order_and_case(as_viewer, words, found):
    make_service(name="Instagram Likes HQ", remote_id="1", category="a")
    make_service(name="TikTok Likes", remote_id="4711", category="a")
    make_service(name="Ünïcode Views", remote_id="ABc-9", category="a")
    make_service(name="Views 100% real", remote_id="2", category="a")
    assert sorted(shown(as_viewer, q=words)) == found


def test_a_search_without_a_match_says_so(as_viewer):
    make_service()
    assert "No service matches" in text(as_viewer.get("/catalog/?q=nothing"))


def test_an_empty_catalog_says_what_to_do_first(as_viewer):
    page = text(as_viewer.get("/catalog/"))
    assert "No services yet" in page
    assert 'href="/panels/"' in page


# -- filters


def test_each_filter_keeps_what_it_says(as_viewer):
    north, south = make_panel(name="North"), make_panel(name="South")
    make_service(north, name="a", category="Instagram Likes", type="default", refill=True, cancel=False)
    make_service(south, name="b", category="TikTok", type="package", refill=False, cancel=True)
    make_service(south, name="c", category="TikTok", type="", raw_type="Magic", refill=None, cancel=None)
    assert shown(as_viewer, panel=north.pk) == ["a"]
    assert shown(as_viewer, category="instagram") == ["a"]
    assert shown(as_viewer, type="package") == ["b"]
    assert shown(as_viewer, type="unknown") == ["c"]
    assert [shown(as_viewer, refill=answer) for answer in ("yes", "no", "unknown")] == [["a"], ["b"], ["c"]]
    assert [shown(as_viewer, cancel=answer) for answer in ("yes", "no", "unknown")] == [["b"], ["a"], ["c"]]
    assert shown(as_viewer, panel=south.pk, refill="no", type="package", q="b") == ["b"]


def test_only_what_can_be_ordered_is_shown_unless_asked_for(as_operator):
    gone = make_service(name="gone", is_listed=False)
    make_service(name="here")
    idle = make_service(make_panel(is_active=False), name="idle")
    assert shown(as_operator) == ["here"]
    assert shown(as_operator, show="unlisted") == ["gone"]
    assert shown(as_operator, show="all") == ["gone", "here", "idle"]
    assert shown(as_operator, panel=idle.panel_id) == ["idle"]
    page = text(as_operator.get("/catalog/?show=all"))
    assert f"?service={gone.pk}" not in page
    assert f"?service={idle.pk}" not in page


@pytest.mark.parametrize(
    "query",
    [
        "panel=999", "panel=x", "type=magic", "refill=maybe", "price_from=abc", "price_from=-1", "price_to=1e40",
        "price_to=NaN", "currency=XXX", "sort=secret", "q=" + "a" * 201, "q=%00", "show=everything",
    ],
)  # fmt: skip
def test_what_cannot_be_read_shows_nothing_and_says_why(as_viewer, query):
    make_service()
    response = as_viewer.get(f"/catalog/?{query}", **FRAGMENT)
    assert response.status_code == 200
    assert "alert--error" in text(response)
    assert 'id="service-' not in text(response)


# -- the export


def exported(client, **query):
    response = client.get("/catalog/export.csv", query)
    content = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(content[1:].splitlines(keepends=True)))


def test_the_export_holds_what_is_filtered_in_its_order_and_never_a_key(as_viewer, monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK", 2)
    panel = make_panel()
    panel.set_key("k3y-0123456789abcdef")
    panel.save()
    for name, rate in (("b", "2"), ("=a", "10"), ("c", "0.5"), ("gone", "1")):
        make_service(
            panel,
            name=name,
            rate_per_1000=Decimal(rate),
            is_listed=name != "gone",
            refill=True,
            description="All\nof it",
        )
    rows = exported(as_viewer, sort="price")
    assert [row["Service"] for row in rows] == ["c", "b", "'=a"]
    assert (rows[0]["Price"], rows[0]["Currency"], rows[0]["Refill"]) == ("0.5", "USD", "yes")
    assert rows[0]["Description"] == "All\nof it"
    assert "k3y" not in str(rows)
    assert [row["Service"] for row in exported(as_viewer, q="b")] == ["b"]
    assert as_viewer.get("/catalog/export.xlsx").status_code == 200


def test_what_the_list_refuses_is_not_exported(as_viewer):
    make_service()
    answer = as_viewer.get("/catalog/export.csv?price_from=abc")
    assert answer.url == "/catalog/?price_from=abc"
    assert 'href="/catalog/export.csv?q=s"' in text(as_viewer.get("/catalog/?q=s"))


# -- prices


def test_prices_sort_within_the_only_currency(as_viewer):
    for name, rate in (("b", "2"), ("a", "10"), ("c", "0.00000001")):
        make_service(name=name, rate_per_1000=Decimal(rate))
    assert shown(as_viewer, sort="price") == ["c", "b", "a"]
    assert shown(as_viewer, sort="-price") == ["a", "b", "c"]
    assert shown(as_viewer, sort="-name") == ["c", "b", "a"]
    assert shown(as_viewer, price_from="0.5", price_to="2") == ["b"]


@pytest.fixture
def two_currencies(db):
    euro, dollar = make_panel(reported_currency="EUR"), make_panel(reported_currency="XXX", currency_override="USD")
    make_service(euro, name="z", rate_per_1000=Decimal(1))
    make_service(euro, name="y", rate_per_1000=Decimal(3))
    make_service(dollar, name="x", rate_per_1000=Decimal(2))
    return euro, dollar


def test_prices_of_two_currencies_are_not_compared(as_viewer, two_currencies):
    response = as_viewer.get("/catalog/?sort=price")
    assert [service.name for service in response.context["page"]] == ["x", "y", "z"]
    assert "Prices in different currencies cannot be compared" in text(response)
    assert 'href="?sort=price&amp;currency=EUR"' in text(response)

    response = as_viewer.get("/catalog/?price_to=2")
    assert list(response.context["page"]) == []
    assert "cannot be compared" in text(response)
    assert "No service matches" not in text(response)


def test_with_a_reporting_currency_all_panels_are_sorted_cheapest_first(as_viewer, two_currencies):
    report_in("EUR")
    make_rate("USD", "1.25")
    converted = {
        service.name: service.rate_per_1000 / (1 if service.panel.currency == "EUR" else Decimal("1.25"))
        for service in Service.objects.select_related("panel")
    }
    wanted = sorted(converted, key=converted.get)
    assert shown(as_viewer, sort="price") == wanted
    assert shown(as_viewer, sort="-price") == wanted[::-1]
    assert shown(as_viewer, sort="price", last=1) == wanted
    page = text(as_viewer.get("/catalog/?sort=price"))
    assert "Converted, EUR" in page
    assert 'title="1 EUR = 1.25 USD, typed' in page
    assert "alert--warning" not in page


def test_the_list_is_as_before_without_another_currency_than_the_reporting_one(as_viewer):
    report_in("USD")
    make_service()
    assert "Converted" not in text(as_viewer.get("/catalog/?sort=price"))


@pytest.mark.parametrize("days", [4, None])
def test_nothing_is_ranked_by_an_old_or_a_missing_rate(client, viewer, manager, two_currencies, days):
    report_in("EUR")
    if days:
        make_rate("USD", "1.25", days_ago=days)
    for person, way in ((viewer, "A manager can set exchange rates."), (manager, 'href="/settings/rates/"')):
        client.force_login(person)
        response = client.get("/catalog/?sort=price")
        assert [service.name for service in response.context["page"]] == ["x", "y", "z"]
        assert "there is no rate of the last 3 days for USD." in text(response)
        assert way in text(response)
    # It is still shown, in grey.
    assert ("(older than 3 days)" in text(response)) is bool(days)


def test_with_a_reporting_currency_a_range_is_over_all_panels(as_viewer, two_currencies):
    report_in("EUR")
    make_rate("USD", "1.25")
    assert shown(as_viewer, price_to="2", sort="price") == ["z", "x"]
    page = text(as_viewer.get("/catalog/?price_to=2&sort=price"))
    assert "Price to: 2 EUR" in page
    assert "alert--warning" not in page
    by_paid = text(as_viewer.get("/catalog/?sort=paid"))
    assert "What was paid is kept in the currency of each panel, and is not converted. Choose a currency:" in by_paid
    assert "exchange rates" not in by_paid


@pytest.mark.parametrize("few", [10_000, 3])
@pytest.mark.parametrize("sort", ["price", "-price"])
def test_pages_of_all_currencies_lead_through_everything_once(as_viewer, monkeypatch, sort, few):
    monkeypatch.setattr(merging, "COUNT_UP_TO", few)
    report_in("EUR")
    make_rate("USD", "1.25")
    panels = [make_panel(reported_currency=each) for each in ("EUR", "USD", "USD")]
    make_service(panels[0], is_listed=False)
    for number in range(120):
        make_service(panels[number % 3], rate_per_1000=Decimal(number % 5) * Decimal("0.33333333"))
    seen, query = [], {"sort": sort}
    while True:
        page = as_viewer.get("/catalog/", query).context["page"]
        seen += list(page)
        if page.is_last:
            break
        query["after"] = page.after
    assert len(seen) == len({service.pk for service in seen}) == 120
    worth = {"EUR": Decimal(1), "USD": Decimal("0.8")}
    prices = [service.rate_per_1000 * worth[service.panel.currency] for service in seen]
    assert prices == sorted(prices, reverse=sort == "-price")


@pytest.mark.parametrize("sort", ["price", "-price"])
def test_the_export_of_all_currencies_has_the_order_of_the_list_and_what_prices_are_worth(
    as_viewer, two_currencies, monkeypatch, sort
):
    monkeypatch.setattr(downloads, "CHUNK", 2)
    report_in("EUR")
    rate = make_rate("USD", "1.25")
    make_service(make_panel(reported_currency="NGN", is_active=False), name="far")
    for number in range(5):
        make_service(two_currencies[number % 2], name=f"n{number}", rate_per_1000=number * Decimal("0.33333333"))
    rows = exported(as_viewer, sort=sort)
    assert [row["Service"] for row in rows] == shown(as_viewer, sort=sort)
    assert len(rows) == 8
    assert [row["Service"] for row in exported(as_viewer, sort=sort, price_to="1")] == shown(
        as_viewer, sort=sort, price_to="1"
    )
    found = {row["Service"]: row for row in rows + exported(as_viewer, show="all")}
    columns = ("Price", "Currency", "Converted price", "Converted to", "Exchange rate", "Rate of")
    assert [found["x"][name] for name in columns] == ["2", "USD", "1.6", "EUR", "0.8", f"{rate.day}"]
    assert [found["z"][name] for name in columns] == ["1", "EUR", "1", "EUR", "1", ""]
    assert [found["far"][name] for name in columns[2:]] == [""] * 4
    assert found["n1"]["Converted price"] == "0.266666664"


def test_an_export_without_a_reporting_currency_has_no_columns_for_it(as_viewer):
    make_service()
    assert "Converted price" not in exported(as_viewer)[0]


def test_choosing_a_currency_or_a_panel_makes_prices_comparable(as_viewer, two_currencies):
    euro, _ = two_currencies
    assert shown(as_viewer, currency="EUR", sort="-price") == ["y", "z"]
    assert shown(as_viewer, currency="USD", price_to="2") == ["x"]
    assert shown(as_viewer, panel=euro.pk, sort="price", price_to="2") == ["z"]


def test_panels_without_services_or_without_a_currency_are_told_apart(as_viewer):
    make_panel(reported_currency="EUR")
    make_service(make_panel(reported_currency=""), name="a")
    assert shown(as_viewer, sort="price") == ["a"]
    make_service(name="b")
    assert shown(as_viewer, currency="-", sort="price") == ["a"]
    assert shown(as_viewer, currency="USD", sort="price") == ["b"]


@pytest.mark.parametrize(
    ("query", "heading", "current", "after_a_click"),
    [
        ("", "Service", "ascending", "?sort=-name"),
        ("sort=-name", "Service", "descending", "?sort=name"),
        ("q=a&sort=price", "Price", "ascending", "?q=a&amp;sort=-price"),
        ("sort=-price&after=1~2", "Price", "descending", "?sort=price"),
    ],
)
def test_a_heading_says_how_the_list_is_sorted_and_turns_it(as_viewer, query, heading, current, after_a_click):
    make_service(name="a")
    page = text(as_viewer.get(f"/catalog/?{query}"))
    (head,) = re.findall(r"<th[^>]*aria-sort.*?</th>", page)
    assert f'aria-sort="{current}"' in head
    assert f'href="{after_a_click}"' in head
    assert heading in head


def test_the_search_keeps_the_order_that_was_chosen(as_viewer):
    make_service()
    part = text(as_viewer.get("/catalog/?sort=-price", **FRAGMENT, HTTP_HX_TRIGGER="sort-price"))
    assert '<input type="hidden" form="filters" name="sort" value="-price">' in part


# -- pages


@pytest.mark.parametrize("few", [10_000, 3])
@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price"])
def test_pages_lead_through_everything_once(as_viewer, monkeypatch, sort, few):
    monkeypatch.setattr(paging, "COUNT_UP_TO", few)
    panel = make_panel()
    for number in range(120):
        make_service(panel, name=f"Service {number % 7}", rate_per_1000=Decimal(number % 5) * Decimal("0.33333333"))
    seen, query = [], {"sort": sort}
    while True:
        page = as_viewer.get("/catalog/", query).context["page"]
        seen += [service.pk for service in page]
        if page.is_last:
            break
        query["after"] = page.after
    assert len(seen) == len(set(seen)) == 120
    last = as_viewer.get("/catalog/", {"sort": sort, "last": 1})
    assert [service.pk for service in last.context["page"]] == seen[-50:]
    assert f"50 of {min(few + 1, 120)}" in text(last)


@pytest.mark.parametrize("cursor", ["x", "1~abc", "1~1e400", "1~NaN", "1~\0", "99999999999999999999~1"])
@pytest.mark.parametrize("sort", ["name", "price"])
def test_a_cursor_that_nobody_can_read_is_no_error(as_viewer, cursor, sort):
    make_service()
    assert as_viewer.get("/catalog/", {"sort": sort, "after": cursor}).status_code == 200


# -- one service


def test_a_service_page_shows_everything_that_is_known(as_viewer):
    now = timezone.now()
    service = make_service(
        name="Likes", category="Instagram", description="Line one\nLine two", average_time="73", average_minutes=73
    )
    for field, old, new in (
        ("is_listed", "", "True"), ("rate_per_1000", "0.9", "1.1"), ("min_quantity", "1000", "20000"),
        ("refill", "True", ""), ("max_quantity", "", "5"),
    ):  # fmt: skip
        ServiceChange.objects.create(service=service, at=now, field=field, old=old, new=new)
    make_order(service)
    page = text(as_viewer.get(service.get_absolute_url()))
    for words in (
        "0.90 USD → 1.10 USD", "1,000 → 20,000", "yes → not stated", "– → 5", "New", "Line one<br>Line two",
        f'<a href="/orders/?service={service.pk}">1</a>', "category=Instagram", "1 h 13 min",
    ):  # fmt: skip
        assert words in page


def test_a_service_that_vanished_says_since_when(as_operator):
    service = make_service(is_listed=False, last_seen_at=timezone.now() - timedelta(days=3))
    gone_at = timezone.now() - timedelta(days=2)
    ServiceChange.objects.create(service=service, at=gone_at, field="is_listed", old="True", new="False")
    page = re.sub(r"<[^>]+>", "", text(as_operator.get(service.get_absolute_url())))
    first, last = (f"{each.day} {each:%b}, {each:%H:%M}" for each in (gone_at, service.last_seen_at))
    assert f"No longer listed by the panel: first missing {first}, last seen {last}." in page
    assert "/orders/new/?service" not in page


def test_the_page_of_a_service_does_not_ask_for_more_with_more_changes(as_viewer):
    service = make_service()

    def count():
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get(service.get_absolute_url())
        return len(queries)

    def add():
        ServiceChange.objects.create(service=service, at=timezone.now(), field="name", old="a", new="b")

    add()
    few = count()
    for _ in range(20):
        add()
    assert count() == few


@pytest.mark.parametrize("pk", [999, 10**30])
def test_a_service_that_does_not_exist_is_not_found(as_viewer, pk):
    assert as_viewer.get(f"/catalog/{pk}/").status_code == 404


def test_a_service_page_draws_prices_as_steps(as_viewer):
    service = make_service(rate_per_1000=Decimal("1.1"))
    assert "The price has not changed" in text(as_viewer.get(service.get_absolute_url()))
    now = timezone.now()
    ServiceChange.objects.create(service=service, at=now, field="rate_per_1000", old="0.9", new="1.1")
    page = text(as_viewer.get(service.get_absolute_url()))
    assert page.count("<figure") == 1
    assert "Price, USD per 1000" in page
    assert "+0.20" in page


def test_a_service_page_shows_what_its_orders_delivered_beside_what_is_promised(as_viewer):
    service = make_service(average_minutes=30)
    assert "No order was counted yet." in text(as_viewer.get(service.get_absolute_url()))
    for _ in range(5):
        make_delivered(service, timedelta(minutes=90))
    count_records()
    page = text(as_viewer.get(service.get_absolute_url()))
    assert "half ≤ 1.5 h, 90 % ≤ 1.5 h" in page
    assert "30 min on average" in page
    assert "Median: 1 h 30 min" in page
    assert f"/orders/?service={service.pk}&amp;progress=finished&amp;created_from=" in page


def test_each_number_of_a_record_leads_to_its_orders(as_viewer):
    service = make_service()
    make_delivered(service, timedelta(minutes=90))
    make_delivered(service, timedelta(minutes=90), progress="partial", remains=500)
    make_order(service, state="refused", error_class="duplicate", finished_at=timezone.now())
    make_delivered(make_service(service.panel), timedelta(minutes=90))
    count_records()
    page = as_viewer.get(service.get_absolute_url())
    told = {line.name: line for line in page.context["record"].lines}
    assert told["Refused"].fact == "already ordered for this target"
    for name in ("Orders", "Delivered", "Partial", "Refused"):
        assert as_viewer.get(told[name].address).context["total"] == told[name].orders, name


def test_services_are_sorted_by_what_their_orders_show(as_viewer):
    slow, quick, _ = (make_service(name=name) for name in ("Slow one", "Quick one", "Never ordered"))
    for service, hours in ((slow, 50), (quick, 2)):
        for _ in range(5):
            make_delivered(service, timedelta(hours=hours))
    count_records()
    for sort, names in (("finish", ["Quick one", "Slow one"]), ("-finish", ["Slow one", "Quick one"])):
        answer = as_viewer.get(f"/catalog/?sort={sort}")
        assert [service.name for service in answer.context["page"]] == names
        assert "Services without own orders that show the sorted number are left out." in text(answer)
    assert len(as_viewer.get("/catalog/").context["page"]) == 3
    # An estimate, because they are few.
    assert "≈ 2 h" in re.sub(r"<[^>]+>", "", text(as_viewer.get("/catalog/")))


def test_who_may_see_no_orders_sees_no_times_of_them(client):
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="view_service"))
    client.force_login(user)
    page = text(client.get(make_service().get_absolute_url()))
    assert "Price history" in page
    assert "Own orders" not in page
    assert "Own orders" not in text(client.get("/catalog/"))


# -- what a panel charges


def overcharged(**fields):
    """Create a service whose orders were charged 31 % more than it lists."""
    found = {"charge_ratio": Decimal("1.31"), "charges_compared": 34, "overcharged_orders": 34}
    return make_service(**found, overcharged_at=timezone.now(), **fields)


def charges(service):
    return f"{service.get_absolute_url()}charges/"


def shown_to(client, service):
    return re.findall(r'name="shown" value="([^"]*)"', client.get(service.get_absolute_url()).text)[0]


def release(client, service, shown):
    return text(client.post(charges(service), {"decision": "release", "shown": shown}, follow=True))


def test_a_service_says_what_its_panel_charges(as_viewer):
    page = text(as_viewer.get(overcharged().get_absolute_url()))
    assert "The panel charges 31 % above its list (34 orders)." in page
    assert "The expected cost of new orders includes it." in page
    assert "<button" not in page[page.index("The panel charges more than was agreed") :]
    assert "charges" not in text(as_viewer.get(make_service().get_absolute_url())).replace("recharges", "")


def test_what_waits_for_an_overcharging_service_is_held_and_released_by_one_click_each(as_operator, rung):
    service = overcharged()
    orders = [make_order(service), make_order(service)]
    assert "Put 2 waiting orders on hold" in text(as_operator.get(service.get_absolute_url()))
    page = text(as_operator.post(charges(service), {"decision": "hold"}, follow=True))
    assert "2 orders are on hold." in page
    # A button that spends money says the amount.
    assert "Send 2 held orders, ≈ 1.80 USD" in page
    assert rung == []
    assert "2 orders are released." in release(as_operator, service, shown_to(as_operator, service))
    assert rung == [("submit", service.panel_id)]
    for order in orders:
        order.refresh_from_db()
        assert not order.is_held


def test_the_button_sums_no_currencies_and_names_what_has_no_known_cost(as_operator):
    service = overcharged()
    for fields in ({}, {"currency": "EUR"}, {"expected_cost": None}):
        make_order(service, held_reason=OVERCHARGED, **fields)
    assert "Send 3 held orders, ≈ 0.90 EUR + ≈ 0.90 USD + 1 without a known cost" in page_of(as_operator, service)
    Order.objects.update(expected_cost=None)
    assert "Send 3 held orders, cost not known" in page_of(as_operator, service)


def test_held_orders_are_only_released_as_they_were_shown(as_operator, rung):
    service = overcharged()
    make_order(service, held_reason=OVERCHARGED)
    shown = shown_to(as_operator, service)
    make_order(service, held_reason=OVERCHARGED)
    for seen in (shown, ""):
        assert "Nothing was sent" in release(as_operator, service, seen)
    assert Order.objects.filter(held_reason=OVERCHARGED).count() == 2
    assert rung == []


def test_other_held_orders_of_the_same_number_and_cost_are_not_released_unseen(as_operator, rung):
    service = overcharged()
    order = make_order(service, held_reason=OVERCHARGED)
    shown = shown_to(as_operator, service)
    Order.objects.filter(pk=order.pk).update(held_reason="", state="withdrawn")
    unseen = make_order(service, held_reason=OVERCHARGED)
    assert "Nothing was sent" in release(as_operator, service, shown)
    assert list(Order.objects.filter(held_reason=OVERCHARGED)) == [unseen]


def page_of(client, service):
    return text(client.get(service.get_absolute_url()))


def test_what_a_person_has_seen_needs_nobody_and_the_service_still_says_it(as_operator):
    service = overcharged()
    page = text(as_operator.post(charges(service), {"decision": "seen"}, follow=True))
    service.refresh_from_db()
    assert service.overcharged_at is None
    assert "The panel charges more than was agreed" not in page
    assert "The panel charges 31 % above its list" in page


def test_without_a_decision_nothing_changes(as_operator):
    service = overcharged()
    assert "Nothing was changed" in text(as_operator.post(charges(service), follow=True))
    service.refresh_from_db()
    assert service.overcharged_at is not None


def test_only_a_manager_is_offered_a_sync(client, operator, manager):
    service = overcharged()
    for person, is_offered in ((operator, False), (manager, True)):
        client.force_login(person)
        assert ("Sync the catalog" in text(client.get(service.get_absolute_url()))) is is_offered


@pytest.mark.parametrize(
    ("cancel", "takes_cancels", "words"),
    [
        (True, False, "Cancels refused so far"),
        (None, False, "Cancels refused so far"),
        (False, False, "No cancel"),
        (True, True, "<span>Cancel</span>"),
        (True, None, "<span>Cancel</span>"),
    ],
)
def test_a_promise_of_cancels_that_the_panel_never_kept_is_not_shown_as_one(as_operator, cancel, takes_cancels, words):
    service = make_service(make_panel(takes_cancels=takes_cancels), cancel=cancel)
    for address in ("/catalog/", service.get_absolute_url(), f"/orders/new/?service={service.pk}"):
        page = text(as_operator.get(address))
        # In the list, the full words are the title of one word.
        page = page.replace('<span title="Cancel">Yes</span>', "<span>Cancel</span>")
        assert ("Cancels refused so far" in page) is (words == "Cancels refused so far")
        assert words in page
