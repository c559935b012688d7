"""The choice of a service: what the typed words find, and in which order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.filters.service_choice import MAX_RECENT, find_matching, find_recent
from panels.models import Service, ServiceMark
from tests.factories import make_order, make_panel, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(name="Brightline")


@pytest.fixture
def person():
    return make_user("Operator")


def names(typed, person, most=20):
    return [service.name for service in find_matching(typed, person, most)]


def test_words_next_to_each_other_come_before_words_in_order_and_words_anywhere(panel, person):
    for name, category in (
        ("Followers for Instagram", "x"),
        ("Real people", "Instagram followers"),
        ("Instagram | HQ Followers", "x"),
        ("Cheap INSTAGRAM Followers", "x"),
        ("Instagram likes", "x"),
    ):
        make_service(panel, name=name, category=category, rate_per_1000="0.10" if category == "x" else "0.01")
    assert names("instagram  Followers", person) == [
        "Cheap INSTAGRAM Followers",
        "Instagram | HQ Followers",
        "Real people",
        "Followers for Instagram",
    ]


def test_names_in_any_script_are_ranked_alike(panel, person):
    make_service(panel, name="Просмотры ТЕЛЕГРАМ", rate_per_1000="0.10")
    make_service(panel, name="ТЕЛЕГРАМ Просмотры", rate_per_1000="0.90")
    assert names("телеграм просмотры", person) == ["ТЕЛЕГРАМ Просмотры", "Просмотры ТЕЛЕГРАМ"]


def test_services_by_the_unit_come_before_packages_and_subscriptions(panel, person):
    for name, slug in (("Likes sub", "subscriptions"), ("Likes pack", "package"), ("Likes one", ""), ("Likes", "poll")):
        make_service(panel, name=name, type=slug, rate_per_1000="0.90" if slug == "poll" else "0.10")
    assert names("likes", person) == ["Likes one", "Likes", "Likes pack", "Likes sub"]


def test_own_recent_services_come_before_cheaper_ones_of_the_same_kind(panel, person):
    make_service(panel, name="Likes cheap", rate_per_1000="0.10")
    mine, others = (make_service(panel, name=f"Likes {name}", rate_per_1000="0.90") for name in ("mine", "others"))
    make_order(mine, placed_by=person)
    make_order(others, placed_by=make_user("Operator"))
    assert names("likes", person) == ["Likes mine", "Likes cheap", "Likes others"]


def test_prices_are_compared_within_one_currency_alone(person):
    for currency, rates in (("INR", (90, 80)), ("USD", (1, 2, 3)), ("", (7,))):
        panel = make_panel(reported_currency=currency)
        for rate in rates:
            make_service(panel, name=f"Likes {currency} {rate}", rate_per_1000=rate)
    found = names("likes", person)
    assert [name for name in found if "USD" in name] == ["Likes USD 1", "Likes USD 2", "Likes USD 3"]
    assert [name for name in found if "INR" in name] == ["Likes INR 80", "Likes INR 90"]
    # The best of each currency, then the second of each.
    assert set(found[:3]) == {"Likes INR 80", "Likes USD 1", "Likes  7"}
    assert found[-1] == "Likes USD 3"
    assert len(names("likes", person, most=2)) == 2


def test_the_exact_id_comes_first(panel, person):
    make_service(panel, remote_id="900", name="42 likes", rate_per_1000="0.01")
    make_service(panel, remote_id="42", name="Views")
    assert names("42", person) == ["Views", "42 likes"]


def test_a_word_may_be_the_name_of_the_panel(panel, person):
    make_service(panel, name="Likes")
    make_service(name="Likes elsewhere")
    assert names("bright likes", person) == ["Likes"]


@pytest.mark.parametrize("typed", ["refill", "likes Refill", "refill likes"])
def test_a_word_for_a_refill_finds_no_service_that_says_there_is_none(panel, person, typed):
    for name in ("Likes Refill 30D", "Likes No Refill", "Likes Non-Refill", "Likes R0 refill soon"):
        make_service(panel, name=name)
    assert names(typed, person) == ["Likes Refill 30D"]


def test_no_refill_finds_every_way_of_saying_it(panel, person):
    for name in ("Likes No Refill", "Likes Non-Refill", "Likes NR", "Likes refill 30D", "Likes"):
        make_service(panel, name=name)
    assert set(names("likes no refill", person)) == {"Likes No Refill", "Likes Non-Refill", "Likes NR"}


@pytest.mark.parametrize("typed", ["100%", "a_b", "back\\slash", "it's"])
def test_signs_of_patterns_are_signs(panel, person, typed):
    make_service(panel, name=f"Likes {typed} x")
    make_service(panel, name="Likes 100 aXb backslash its")
    assert names(f"likes {typed}", person) == [f"Likes {typed} x"]


def test_what_cannot_be_ordered_is_not_found(panel, person):
    make_service(panel, name="Likes gone", is_listed=False)
    make_service(make_panel(is_active=False), name="Likes inactive")
    assert names("likes", person) == []


def test_the_recent_services_are_the_own_ones_the_last_first(panel, person):
    services = [make_service(panel) for _ in range(MAX_RECENT + 2)]
    for service in services:
        make_order(service, placed_by=person)
    make_order(make_service(), placed_by=make_user("Operator"))
    assert find_recent(person) == services[: -MAX_RECENT - 1 : -1]


def test_queries_grow_with_the_currencies_alone(panel, person):
    def count():
        with CaptureQueriesContext(connection) as queries:
            find_matching("likes", person, 20)
        return len(queries)

    make_service(panel, name="Likes")
    before = count()
    for _ in range(5):
        make_service(make_panel(), name="Likes")
    assert count() == before
    assert not any("api_key" in query["sql"] for query in connection.queries_log)


def test_the_choice_reads_only_what_its_index_has(panel, person):
    """SQLite ranks without the table, which has long descriptions."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL finds the rows by trigrams")
    make_service(panel, name="Likes")
    with CaptureQueriesContext(connection) as queries:
        find_matching("likes", person, 20)
    (ranking,) = [query["sql"] for query in queries if "CASE" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {ranking}")
        plan = str(cursor.fetchall())
    assert "COVERING INDEX service_by_panel_text" in plan
    assert Service.objects.count() == 1


def test_only_the_beginning_of_a_long_text_is_looked_for(panel, person):
    make_service(panel, name="Likes")
    assert names("likes" + " " * 200 + "x", person) == ["Likes"]
    assert names("x" * 100_000, person) == []


def test_a_blocked_service_is_not_found(panel, person):
    services = [make_service(panel, name=name) for name in ("Blocked likes", "Other likes")]
    for service in services:
        make_order(service, placed_by=person)
    ServiceMark.objects.create(service=services[0], is_blocked=True)
    ServiceMark.objects.create(service=services[1], is_favourite=True)
    assert names("likes", person) == ["Other likes"]
    assert find_recent(person) == [services[1]]
