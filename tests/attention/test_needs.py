"""Every kind of what needs a person: found, counted, said, and settled at an address that exists."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from panels.attention.finding import count_attention, find_attention, find_in, kinds_of, mark
from panels.attention.needs import NEEDS
from panels.attention.subjects import ORDERS, PANELS
from panels.filters import OrderFilter
from panels.models import Batch, JobRun, Order, Panel, RefusalWords, Service
from panels.models.order_states import NEEDS_A_PERSON
from panels.orders.approval import MAY_APPROVE
from tests.factories import (
    make_asked,
    make_fresh_panel,
    make_job,
    make_mail,
    make_order,
    make_panel,
    make_placed,
    make_refill,
    make_refusal,
    make_service,
    make_user,
)


def make_paused():
    """Return a paused batch without orders."""
    return Batch.objects.create(source="file", state="paused", name="Spring")


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# For each kind: how a row of it comes to be.
EXAMPLES = {
    "trouble": lambda: make_panel(balance_error="HTTP 500"),
    "low": lambda: make_panel(balance=Decimal(1), low_balance=Decimal(2)),
    "refusal": make_refusal,
    "unknown": lambda: make_order(state="unknown"),
    "alarm": lambda: make_placed(alarm="Second order"),
    "asked": lambda: make_asked(make_user()),
    "asked_batch": lambda: make_asked(make_user(), batch=Batch.objects.create(state="confirmed")).batch,
    "held": lambda: make_order(held_reason="The price has risen."),
    "short": lambda: make_order(held_for_funds_at=timezone.now()).panel,
    "waiting_service": lambda: make_order(make_service(wait_minutes=5, waits_since=timezone.now() - 2 * HOUR)).service,
    "overcharged": lambda: make_service(overcharged_at=timezone.now(), overcharged_orders=3),
    "fell": lambda: make_panel(catalog_fall={"services": [2000, 1200]}, catalog_fell_at=timezone.now()),
    "unread_orders": lambda: make_placed(unreadable_since=timezone.now() - 4 * HOUR).panel,
    "unread_refills": lambda: (
        make_refill(unreadable_since=timezone.now() - 4 * HOUR, next_check_at=timezone.now()).order.panel
    ),
    "word": lambda: make_placed(is_word_unknown=True, remote_status="Sleeping"),
    "refill_word": lambda: make_refill(is_word_unknown=True, next_check_at=timezone.now()).order.panel,
    "paused_batch": lambda: make_order(batch=make_paused()).batch,
    "backup": lambda: make_job(JobRun.BACKUP),
    "rates": lambda: make_job(JobRun.RATES, last_error="No answer."),
    "mail": lambda: make_panel() and make_mail(),
    "refused": lambda: make_order(state="refused", error_text="Bad link.", finished_at=timezone.now()),
}
# Kinds of which there is one row at most.
SINGLE = {"backup", "rates"}

by_kind = pytest.mark.parametrize("kind", NEEDS, ids=lambda kind: kind.name)


def allow(_):
    return True


def panels():
    return mark(PANELS, Panel.objects.all())


def find(may=allow):
    return find_attention(may, {PANELS: panels()})


def names(finding):
    return [kind.name for kind in finding.kinds]


# -- every kind


def test_no_two_kinds_are_called_alike_and_each_has_an_example_here():
    assert sorted(kind.name for kind in NEEDS) == sorted(EXAMPLES)


@by_kind
@pytest.mark.django_db
def test_each_kind_matches_its_example_and_no_calm_row(kind):
    make_placed()
    make_panel(balance=Decimal(3), low_balance=Decimal(2))
    assert not kind.rows()
    row = EXAMPLES[kind.name]()
    assert list(kind.rows()) == [row]


@by_kind
@pytest.mark.django_db
def test_each_kind_says_what_happened_and_leads_to_where_it_is_settled(kind, client, manager):
    client.force_login(manager)
    row = EXAMPLES[kind.name]()
    if kind.is_information:
        assert not find().findings
    else:
        (finding,) = find(manager.has_perm).findings
        assert names(finding) == [kind.name]
        assert finding.title
        assert finding.badges
        fitting = [button for button in kind.buttons if button.is_for(finding.row)]
        assert list(finding.buttons) == [button.offer(finding.row) for button in fitting]
        assert fitting
        row = finding.row
    assert kind.sentence(row).strip()
    links = [button.offer(row) for button in kind.buttons if button.fields is None]
    assert links
    assert [client.get(offer.address).status_code for offer in links] == [200] * len(links)
    for button in kind.buttons:
        app, _, codename = button.permission.partition(".")
        assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists()


@by_kind
@pytest.mark.django_db
def test_each_kind_counts_once_for_a_person_and_information_for_nobody(kind):
    EXAMPLES[kind.name]()
    assert count_attention() == (0 if kind.is_information else 1)


@by_kind
@pytest.mark.django_db
def test_the_number_of_a_kind_is_of_the_list_that_it_leads_to(kind, client, viewer):
    client.force_login(viewer)
    row = EXAMPLES[kind.name]()
    numbers = find().numbers
    if kind.listing is None:
        assert numbers == []
        return
    assert numbers == [(1, kind.listing)]
    assert f'id="order-{row.pk}"' in client.get(kind.listing.address).content.decode()


@by_kind
@pytest.mark.django_db
def test_the_moment_of_a_kind_is_a_past_one_or_not_recorded(kind):
    since = kind.since(EXAMPLES[kind.name]())
    assert since is None or since <= timezone.now()


# -- which rows


@pytest.mark.django_db
def test_the_kinds_of_orders_are_what_the_index_and_the_list_of_orders_know():
    alarms, reasons = ("", "Second order"), ("", "The price has risen.")
    service = make_service()
    for state, alarm, reason in itertools.product(Order.State.values, alarms, reasons):
        make_order(service, state=state, alarm=alarm, held_reason=reason)
    known = set(Order.objects.filter(NEEDS_A_PERSON))
    assert {order for kind in kinds_of(ORDERS) for order in kind.rows()} == known
    assert count_attention(lambda permission: permission != MAY_APPROVE) == len(known)


@pytest.mark.django_db
def test_panels_in_trouble_are_those_whose_page_says_paused_or_failing():
    now = timezone.now()
    timed = itertools.product(["rate_limit", "unreachable"], [now - DAY, now + DAY])
    pauses = [("", None), ("auth", None), ("funds", None), ("by_hand", None), ("unclear", None), *timed]
    names = ("catalog_error", "failures", "turned_away", "unreadable_since", "is_active")
    options = [["", "HTTP 500"], [0, 1], [0, 1], [None, now], [True, False]]
    for (reason, until), *values in itertools.product(pauses, *options):
        fields = dict(zip(names, values, strict=True))
        make_panel(paused_reason=reason, paused_until=until, **fields)
    found = {finding.row.pk for finding in find_in(panels(), PANELS, allow)}
    expected = {
        panel.pk for panel in Panel.objects.filter(is_active=True) if panel.state in ("paused", "failing", "unreadable")
    }
    assert found == expected
    assert count_attention() == len(expected) > 0


def make_paused_for_words(**panel):
    panel = make_panel(paused_reason=Panel.Pause.UNCLEAR, last_error="Olmaz", **panel)
    return make_refusal(panel)


@pytest.mark.django_db
def test_a_pause_for_unknown_words_is_one_finding_with_the_button_of_the_words(client, manager):
    words = make_paused_for_words()
    (finding,) = find().findings
    assert (finding.row, names(finding)) == (words, ["refusal"])
    assert [offer.label for offer in finding.buttons] == ["Decide"]
    assert count_attention() == 1
    client.force_login(manager)
    page = client.get(words.panel.get_absolute_url()).text
    assert "Paused" in page
    assert page.count("the panel refuses orders in words that are not known here (Olmaz)") == 1
    assert page.count("until somebody says what these words mean") == 1


@pytest.mark.parametrize(
    "more",
    [
        {"balance_error": "HTTP 500"},
        {"catalog_error": "HTTP 500"},
        {"failures": 1},
        {"turned_away": 1},
        {"unreadable_since": timezone.now()},
    ],
    ids=lambda more: next(iter(more)),
)
@pytest.mark.django_db
def test_other_trouble_of_a_panel_that_is_paused_for_words_is_a_finding_too(more):
    make_paused_for_words(**more)
    assert sorted(names(finding) for finding in find().findings) == [["refusal"], ["trouble"]]


@pytest.mark.parametrize("meaning", RefusalWords.Meaning.values)
@pytest.mark.django_db
def test_a_pause_without_words_to_decide_stays_a_finding(meaning):
    make_refusal(make_panel(), meaning=RefusalWords.Meaning.ASK)
    make_refusal(make_panel(paused_reason=Panel.Pause.UNCLEAR), meaning=meaning)
    troubled = [finding for finding in find().findings if names(finding) == ["trouble"]]
    assert len(troubled) == (0 if meaning == RefusalWords.Meaning.ASK else 1)


@pytest.mark.parametrize("reason", ["auth", "funds", "by_hand"])
@pytest.mark.django_db
def test_a_pause_for_another_reason_is_a_finding_beside_the_words(reason):
    make_refusal(make_panel(paused_reason=reason))
    assert sorted(names(finding) for finding in find().findings) == [["refusal"], ["trouble"]]


@pytest.mark.parametrize(
    ("balance", "low", "is_low"), [(1, 2, True), (2, 2, False), (3, 2, False), (None, 2, False), (1, None, False)]
)
@pytest.mark.django_db
def test_a_balance_is_low_where_the_panel_says_so(balance, low, is_low):
    panel = make_panel(balance=balance, low_balance=low)
    assert panel.is_balance_low is is_low
    assert [names(finding) for finding in find().findings] == ([["low"]] if is_low else [])


@pytest.mark.django_db
def test_inactive_panels_need_nobody():
    make_panel(is_active=False, balance=Decimal(1), low_balance=Decimal(2), balance_error="HTTP 500")
    assert not find()
    assert count_attention() == 0


@pytest.mark.django_db
def test_refusals_of_more_than_a_day_ago_are_no_news():
    make_order(state="refused", finished_at=timezone.now() - 2 * DAY)
    assert not find()


@pytest.mark.django_db
def test_orders_that_are_no_longer_followed_have_no_unknown_word():
    make_placed(is_word_unknown=True, remote_status="Sleeping", next_check_at=None)
    assert not find()


# -- how they are put together


@pytest.mark.django_db
def test_buttons_to_two_lists_of_one_panel_have_two_names():
    service = make_service()
    make_order(service, held_for_funds_at=timezone.now())
    make_placed(service, unreadable_since=timezone.now() - DAY, next_check_at=timezone.now())
    (finding,) = find().findings
    labels = [offer.label for offer in finding.buttons]
    assert len(labels) == len(set(labels)) == 3


@pytest.mark.django_db
def test_orders_that_wait_for_money_are_one_finding_of_their_panel():
    service = make_service(make_fresh_panel(balance=Decimal(1), free_balance=Decimal(1)))
    for cost in ("50", "100"):
        make_order(service, expected_cost=Decimal(cost), held_for_funds_at=timezone.now())
    assert count_attention() == 1
    (finding,) = find_attention(lambda _: True, {}).findings
    assert finding.sentences == ["2 orders wait for 149.00\xa0USD more. The balance is read every minute."]
    links = [offer.address for offer in finding.buttons if offer.fields is None]
    assert links == [f"/orders/?panel={service.panel_id}&state=funds"]
    Panel.objects.update(free_balance=None)
    (finding,) = find_attention(lambda _: True, {}).findings
    assert finding.sentences == ["2 orders wait for money. The balance is not known. It is read every minute."]


@pytest.mark.django_db
def test_a_service_that_waits_for_long_needs_a_person_while_orders_wait_for_it():
    now = timezone.now()
    service = make_service(make_fresh_panel(), wait_minutes=60, waits_until=now, waits_since=now - timedelta(hours=2))
    assert count_attention() == 0
    make_order(service)
    assert count_attention() == 1
    Service.objects.update(waits_since=now)
    assert count_attention() == 0


@pytest.mark.django_db
def test_orders_that_are_not_followed_are_counted_at_their_panel_and_listed(client, viewer):
    now, service = timezone.now().replace(microsecond=0), make_service(make_fresh_panel())
    for hours in (2, 4, 30):
        make_placed(service, unreadable_since=now - hours * HOUR)
    make_placed(service, unreadable_since=now - 5 * HOUR, next_check_at=None)
    (finding,) = find(viewer.has_perm).findings
    assert finding.sentences[0].startswith("2 orders not followed since <time")
    assert f'datetime="{timezone.localtime(now - 30 * HOUR):%Y-%m-%dT%H:%M}' in finding.sentences[0]
    (show,) = finding.buttons
    client.force_login(viewer)
    text = client.get(show.address).content.decode()
    assert text.count('id="order-') == 3
    Panel.objects.update(is_active=False)
    assert count_attention() == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite plans a query")
@pytest.mark.parametrize("query", ["state=unread", "state=unread&panel={panel}"])
@pytest.mark.django_db
def test_the_list_of_orders_that_are_not_followed_is_read_by_its_small_index(query):
    found = OrderFilter(QueryDict(query.format(panel=make_panel().pk)))
    assert found.is_valid()
    assert "order_unreadable" in found.qs[:50].explain()
    assert "USING INTEGER PRIMARY KEY" in found.qs[:50].explain()


# -- paused batches


@pytest.mark.django_db
def test_a_paused_batch_is_named_with_the_number_of_its_waiting_orders_and_resumed_from_the_overview(client, manager):
    batch = make_paused()
    for state, reason in (("queued", ""), ("queued", ""), ("queued", "The price has risen."), ("placed", "")):
        make_order(batch=batch, state=state, held_reason=reason)
    make_order(batch=make_paused(), state="placed")
    (finding,) = [finding for finding in find().findings if finding.row == batch]
    assert finding.title == str(batch)
    assert finding.sentences == ["2 orders wait, because the batch is paused."]
    client.force_login(manager)
    page = client.get("/").content.decode()
    assert f'action="/bulk/{batch.pk}/resume/"' in page
    response = client.post(f"/bulk/{batch.pk}/resume/", {"list": "1"}, headers={"Referer": "http://testserver/"})
    assert response.url == "http://testserver/"
    assert "because the batch is paused" not in client.get("/").text


@pytest.mark.django_db
def test_who_may_not_change_batches_gets_no_button_to_resume(client, viewer):
    make_order(batch=make_paused())
    (finding,) = find(viewer.has_perm).findings
    assert [offer.label for offer in finding.buttons] == ["Open batch"]
