"""The search finds every order by any part of what a person knows of it, and nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.bulk.confirming import confirm, summary
from panels.bulk.naming import rename
from panels.clients.naming import Labels
from panels.filters import order_search
from panels.filters.order_search import OrderSearch
from panels.models import Batch, Order
from panels.orders.labels import change_labels
from tests.factories import make_batch, make_campaign, make_client, make_order, make_service, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["few", "many"])
def amount(request, monkeypatch):
    """Search once as in a few orders, and once as if every search found very many."""
    if request.param == "many":
        for name in ("MANY", "MOST_READ", "FEW_SERVICES"):
            monkeypatch.setattr(order_search, name, 0)


def find(text):
    return set(OrderSearch(text).filter(Order.objects.all()))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"link": "https://www.instagram.com/fjord.adventures/reel/9"}, "ord.adv"),
        ({"link": "https://example.com/x", "params": {"username": "the_fjord"}}, "e_fjo"),
        ({"params": {"comments": "So good!\nBest Fjörd ever"}}, "fjord"),
        ({"params": {"usernames": "anna\nberit"}}, "BERIT"),
        ({"params": {"extra_fields": "city=Bergen"}}, "erge"),
        ({"reference": "PO-17/Éclair"}, "17/ecl"),
        ({"note": "For the fjord trip"}, "fjord"),
        ({"note": "save 100% now"}, "00%"),
        ({"note": 'a_b*c\'s "d"'}, "_b*c's"),
        ({"note": 'say "cheese"'}, '"cheese"'),
        ({"note": "go go"}, "go"),
    ],
)
def test_any_part_of_an_own_text_is_found(amount, fields, text):
    order, _ = make_order(**fields), make_order(link="https://example.com/p/1", note="other")
    assert find(text) == {order}
    assert find(text.upper()) == {order}
    assert find(f"{text} nothing") == set()


def test_the_names_of_client_campaign_and_batch_are_found_as_they_are_now(amount):
    client = make_client("Northwind Trading")
    campaign = make_campaign("Été 2031", client)
    batch = Batch.objects.create(source=Batch.Source.FILE, filename="fjord-week.csv")
    rename(batch, "Summer sale")
    by_client, by_campaign = make_order(client=client), make_order(client=client, campaign=campaign)
    by_batch, _ = make_order(batch=batch), make_order()
    assert find("thwin") == {by_client, by_campaign}
    assert find("ete") == find("2031") == find("north ete") == {by_campaign}
    assert find("fjord") == find("week.csv") == find("mer sal") == {by_batch}
    client.name = "Südwind"
    client.save()
    assert find("sudwi") == {by_client, by_campaign}
    assert find("northwind") == set()


def test_a_batch_that_is_named_after_its_first_line_is_no_reason_to_find_its_other_lines(amount):
    service = make_service()
    batch = make_batch(row_of(service, link="https://example.com/fjord"), row_of(service))
    assert "fjord" in batch.name
    confirm(batch, None, summary(batch).fingerprint)
    first, other = Order.objects.order_by("pk")
    assert find("fjord") == {first}
    rename(batch, "Fjord week")
    assert find("fjord") == {first, other}


def test_the_names_of_batches_are_compared_by_the_database(monkeypatch):
    batch = make_batch(filename="Žlutá week.csv")
    order, _ = make_order(batch=batch), make_order(batch=make_batch(filename="June.csv"))
    folded = []
    monkeypatch.setattr(order_search, "searchable", folded.append)
    with CaptureQueriesContext(connection) as queries:
        assert find("zlut") == {order}
    assert folded == []
    (asked,) = (each["sql"] for each in queries if 'FROM "panels_batch"' in each["sql"])
    assert "zlut" in asked


def test_words_may_stand_in_different_places_and_all_must_match(amount):
    client, gold = make_client("Northwind"), make_service(name="Gold Likes")
    order = make_order(gold, client=client, link="https://example.com/fjord", reference="PO-1")
    make_order(gold, link="https://example.com/glacier")
    make_order(client=client, link="https://example.com/glacier")
    for text in ("fjord likes", "LIKES fjord", "northwind gold", "po-1 north fjord", "gold likes fjord example"):
        assert find(text) == {order}, text
    assert find("fjord silver") == find("glacier northwind gold") == set()


def test_a_short_word_is_a_whole_word(amount):
    short, long = make_order(note="tv show"), make_order(note="tvs")
    service = make_order(make_service(name="Likes [HQ]"))
    make_order(make_service(name="Likes [HQX]"))
    assert find("tv") == {short}
    assert find("tvs") == {long}
    assert find("hq") == {service}


@pytest.mark.parametrize(
    "text", ["%", "_", "*", "'", '"', "%%%", "___", "***", "'; --", '"a" OR "b"', "\\", "NEAR(a b)", "#x", "´"]
)
def test_a_wildcard_is_literal(amount, text):
    make_order()
    assert find(text) == set()


def test_other_spellings_of_a_target_are_found(amount):
    order, _ = make_order(link="https://youtu.be/AbCdEfGhIjK?si=x"), make_order()
    for text in (
        "https://www.youtube.com/watch?v=AbCdEfGhIjK",
        "youtu.be/AbCdEfGhIjK",
        "https://youtu.be/AbCdEfGhIjK?si=x",
    ):
        assert find(text) == {order}, text


def test_a_confirmed_batch_and_a_changed_label_are_found_at_once():
    service = make_service()
    batch = make_batch(row_of(service, link="https://example.com/fjord", reference="one"), row_of(service))
    assert confirm(batch, None, summary(batch).fingerprint).is_new
    order = Order.objects.get(reference="one")
    assert find("fjord") == {order}
    change_labels(order.pk, Labels(reference="two", note="hurried"), None)
    assert find("hurr") == find("two fjord") == {order}
    assert find("one") == set()


@pytest.mark.parametrize("other", [{"remote_id": "northwind"}, {"note": "for northwind"}, {"batch": "northwind"}])
def test_the_name_of_one_client_hides_no_order_that_has_the_word_elsewhere(amount, other):
    if "batch" in other:
        batch = Batch.objects.create(source=Batch.Source.FILE)
        rename(batch, other["batch"])
        other = {"batch": batch}
    by_name, by_word = make_order(client=make_client("Northwind Trading")), make_order(**other)
    make_order(client=make_client("Southwind Trading"))
    assert find("northwind") == {by_name, by_word}
    assert find("trading northwind") == {by_name}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite plans a query")
@pytest.mark.parametrize(
    ("kind", "text"), [("client", "northwind"), ("client", "northwind trading"), ("campaign", "spring")]
)
def test_the_orders_of_one_name_are_read_in_sequence(kind, text):
    client = make_client("Northwind Trading")
    make_client("Southwind Trading")
    make_order(client=client, campaign=make_campaign("Spring", client))
    plan = OrderSearch(text).filter(Order.objects.all()).explain()
    assert f"order_of_{kind}" in plan
    assert "TEMP B-TREE" not in plan


def test_queries_do_not_grow_with_names_and_orders():
    def count():
        with CaptureQueriesContext(connection) as queries:
            find("fjord wind")
        return len(queries)

    make_order(client=make_client("Wind 0"), link="https://example.com/fjord")
    before = count()
    for number in range(1, 6):
        make_order(client=make_client(f"Wind {number}"), link="https://example.com/fjord")
    assert count() == before
