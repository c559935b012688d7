"""A database of each released version is taken over by this version, and the main job goes on with it."""

import threading
from collections import Counter
from contextlib import closing, contextmanager

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from panels.bulk.checking import check_lines
from panels.bulk.confirming import confirm, summary
from panels.calls.catalog import sync_catalog
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import Batch, BatchLine, DayTotal, Entry, Order, OrderAction, Panel, Product, Service
from panels.money import totals
from panels.money.books import check_books
from panels.orders.following import request_check
from panels.orders.placing import build_order, place_order
from panels.protocol.links import normalise_link
from panels.protocol.order_types import check
from tests.factories import make_campaign, make_client, make_refusal, make_view, read_offers
from tests.test_access import TABLE, address
from tests.upgrades import kept
from tests.upgrades.rows import GOOD_DRAFT, MANAGER, OPEN_PANEL

PAGES = [name for (name, method), answers in TABLE.items() if method == "GET" and answers[-1] == 200]
# Values that show nothing of a column, as a kept database has them.
EMPTY = (None, "", "[]", "{}")
# Types of services that 0.1.0 did not know. The choices of old migrations are those of the code of today.
LATER_TYPES = {"likes_spread"}


@pytest.fixture(scope="module", params=sorted(kept.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def old(request):
    """A kept database, as its file has it."""
    return kept.read(request.param)


@pytest.fixture(scope="module")
def upgraded(old, django_db_setup, django_db_blocker, tmp_path_factory):
    """A database of the old version that was upgraded; the tests of this module run in it, each in a transaction."""
    with django_db_blocker.unblock(), _empty_database(tmp_path_factory.mktemp("upgraded")):
        kept.load(old)
        kept.upgrade()
        with override_settings(CREDENTIAL_KEYS=[kept.CREDENTIAL_KEY]):
            yield


@contextmanager
def _empty_database(folder):
    before = connection.settings_dict["NAME"]
    is_file = connection.vendor == "sqlite"
    name = f"{folder}/upgraded.sqlite3" if is_file else f"{before}_upgraded"
    quoted = connection.ops.quote_name(name)
    connection.close()
    if not is_file:
        _on_server(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)", f"CREATE DATABASE {quoted}")
    connection.settings_dict["NAME"] = name
    # Another database numbers the kinds of rows otherwise.
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        ContentType.objects.clear_cache()
        connection.close()
        connection.settings_dict["NAME"] = before
        if not is_file:
            _on_server(f"DROP DATABASE {quoted} WITH (FORCE)")


def _on_server(*statements):
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def manager(upgraded, db):
    """The Manager of the kept database."""
    return User.objects.get(username=MANAGER)


# -- what is kept


def test_the_kept_rows_have_every_value_of_every_choice_and_a_value_in_every_column(upgraded, old):
    missing = []
    for model in kept.historical_apps(old).get_app_config("panels").get_models():
        table = old.tables[model._meta.db_table]
        for field in (each for each in model._meta.concrete_fields if not each.generated):
            number = table.columns.index(field.column)
            values = {row[number] for row in table.rows}
            lacking = {value for value, _ in field.flatchoices} - values - LATER_TYPES
            missing += [f"{model.__name__}.{field.name}: {value}" for value in lacking]
            if values <= set(EMPTY):
                missing.append(f"{model.__name__}.{field.name}: any value")
    assert missing == []


def test_no_row_is_lost(upgraded, db, old):
    for model in apps.get_app_config("panels").get_models():
        if table := old.tables.get(model._meta.db_table):
            assert model._base_manager.count() == len(table.rows), model


def test_the_keys_of_panels_can_be_read(upgraded, db):
    assert {panel.api_key.reveal() for panel in Panel.objects.all()} == {kept.API_KEY}


def test_every_order_keeps_its_service_as_ordered_and_its_target_in_one_spelling(upgraded, db):
    assert not Order.objects.filter(service__isnull=False, as_ordered__isnull=True).exists()
    assert not Order.objects.filter(service__isnull=True, as_ordered__isnull=False).exists()
    for order in Order.objects.filter(as_ordered__isnull=False):
        assert order.as_ordered.keys() == order.service.terms().keys()
    assert {order.link_key == normalise_link(order.link) for order in Order.objects.exclude(link="")} == {True}
    for line in BatchLine.objects.filter(batch__state="draft").exclude(link_key=""):
        assert line.link_key == normalise_link(line.cells["link"])


# -- the tables


def test_all_constraints_and_indexes_are_there(upgraded, db):
    for model in apps.get_app_config("panels").get_models():
        with closing(connection.cursor()) as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        wanted = {each.name for each in (*model._meta.constraints, *model._meta.indexes)}
        assert wanted <= set(found), model


def test_the_table_of_guessed_codes_is_there(upgraded, db):
    assert "panels_cache" in connection.introspection.table_names()


def test_constraints_hold(upgraded, db):
    first, second = Order.objects.filter(panel__name=OPEN_PANEL, remote_id__gt="").order_by("pk")[:2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=second.pk).update(remote_id=first.remote_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(state=Order.State.QUEUED).update(service=None)


def test_new_rows_are_numbered_after_the_old_ones(upgraded, db):
    newest = Order.objects.latest("pk")
    order = Order.objects.create(
        panel=newest.panel, service=newest.service, type=newest.type, rate_agreed=newest.rate_agreed or 1
    )
    assert order.pk > newest.pk


# -- the pages


@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers(as_manager, name):
    read_offers()
    rows = {
        "panel": Panel.objects.get(name=OPEN_PANEL),
        "product": Product.objects.first(),
        "service": Service.objects.filter(panel__name=OPEN_PANEL).first(),
        "order_action": OrderAction.objects.first(),
        "order": Order.objects.filter(state=Order.State.UNKNOWN).first(),
        "bulk": Batch.objects.get(filename=GOOD_DRAFT),
        "person": User.objects.get(username=MANAGER),
        # The old version has no such rows.
        "refusal": make_refusal(Panel.objects.get(name=OPEN_PANEL)),
        "saved_view": make_view(User.objects.get(username=MANAGER), is_shared=True),
        "client": make_client(),
        "campaign": make_campaign("Winter", make_client("Orion")),
        "statement": Panel.objects.get(name=OPEN_PANEL),
    }
    assert as_manager.get(address(name, rows)).status_code == 200


@pytest.mark.parametrize("model", [Panel, Service, Order, OrderAction, Batch])
def test_the_page_of_every_row_answers(as_manager, model):
    for row in model.objects.all():
        assert as_manager.get(row.get_absolute_url()).status_code == 200, row


# -- the main job


def test_a_kept_draft_can_be_checked_and_confirmed(manager):
    batch = Batch.objects.get(filename=GOOD_DRAFT)
    check_lines(batch, list(batch.lines.all()))
    assert not batch.lines.filter(has_errors=True).exists()
    confirmation = confirm(batch, manager, summary(batch).fingerprint)
    assert confirmation.problem == ""
    assert Order.objects.filter(batch=batch, state=Order.State.QUEUED).count() == batch.lines.count()


def test_an_order_is_placed_sent_and_followed(as_manager, manager, sandbox, rung):
    assert as_manager.post(reverse("sending"), {"sending": "start"}).status_code == 302
    panel = _move_to(sandbox)
    service = Service.objects.select_related("panel").get(panel=panel, remote_id=str(sandbox.pick("Default").id))
    checked = check(service.offer(), {"link": "https://example.com/new", "quantity": str(service.min_quantity)})
    order, _ = place_order(build_order(service, checked, placed_by=manager))

    submit_queued(panel.pk, threading.Event())
    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    assert [entry.order_id for entry in sandbox.ledger] == [order.remote_id]

    sandbox.finish(order.remote_id, "Completed")
    request_check(Order.objects.filter(pk=order.pk))
    poll_due(panel.pk, threading.Event())
    order.refresh_from_db()
    assert order.progress == Order.Progress.COMPLETED
    assert order.charge


def _move_to(sandbox):
    """Let the panel that is not paused be at the sandbox, and learn the catalog there."""
    panel = Panel.objects.get(name=OPEN_PANEL)
    panel.api_url, panel.calls_per_minute = sandbox.api_url, None
    panel.set_key(sandbox.key)
    panel.save()
    assert sync_catalog(panel.pk, threading.Event())[1] == ""
    return panel


def test_totals_summed_anew_are_those_that_were_kept_less_what_came_back(upgraded, db):
    columns = ("day", "panel", "currency", "cost", "orders", "unpriced")
    given_back = Counter()
    for order in Order.objects.filter(given_back__gt=0, placed_at__isnull=False).exclude(given_back_source="told"):
        given_back[timezone.localdate(order.placed_at), order.panel_id, order.currency] += order.given_back
    assert given_back
    before = [
        (day, panel, currency, cost - given_back[day, panel, currency], orders, unpriced)
        for day, panel, currency, cost, orders, unpriced in DayTotal.objects.values_list(*columns)
    ]
    assert before
    totals.update_totals()
    assert list(DayTotal.objects.values_list(*columns)) == before
    totals.recount()
    assert list(DayTotal.objects.values_list(*columns)) == before


def test_the_books_of_before_add_up(upgraded, db):
    assert Entry.objects.filter(kind="charge").exists()
    assert Entry.objects.filter(kind="opening").exists()
    assert not list(check_books())


def test_canceled_orders_of_before_cost_nothing_and_partial_orders_their_share(upgraded, db):
    ended = Order.objects.filter(state="placed", charge__gt=0)
    assert {order.given_back for order in ended.filter(progress__in=("completed", "failed"))} == {None}
    for order in ended.filter(progress__in=("canceled", "refunded")):
        assert order.given_back == order.charge
    assert Order.objects.filter(given_back_source="computed").exists()


def test_panels_that_accepted_a_cancel_before_take_cancels(upgraded, db):
    accepted = set(Order.objects.filter(cancel_state="accepted").values_list("panel", flat=True))
    assert accepted
    assert set(Panel.objects.filter(takes_cancels=True).values_list("pk", flat=True)) == accepted
    assert not Panel.objects.filter(takes_cancels=False).exists()
