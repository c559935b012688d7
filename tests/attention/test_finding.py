"""Rows with reasons to look become findings: each once, the weightiest first, and all in few queries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.attention import finding as attention
from panels.attention.finding import count_attention, find_attention, kinds_of, mark
from panels.attention.held import find_cases
from panels.attention.needs import NEEDS
from panels.attention.parts import Offer
from panels.attention.subjects import ORDERS, PANELS, SUBJECTS, WORDS
from panels.models import Order, Panel
from tests.attention.test_needs import EXAMPLES, SINGLE, find, names
from tests.factories import (
    make_mail,
    make_order,
    make_panel,
    make_placed,
    make_service,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.django_db
def test_an_order_with_two_reasons_is_one_finding_and_counts_once():
    make_order(held_reason="The price has risen.", alarm="Second order")
    (finding,) = find().findings
    assert names(finding) == ["alarm", "held"]
    assert finding.sentences == ["Second order", "The price has risen."]
    assert [offer.label for offer in finding.buttons] == ["Mark as seen", "Review", "Send for 0.90\u00a0USD", "Decide"]
    assert count_attention() == 1


@pytest.mark.django_db
def test_a_button_that_two_reasons_share_is_shown_once():
    make_panel(balance_error="HTTP 500", balance=Decimal(1), low_balance=Decimal(2))
    (finding,) = find().findings
    assert names(finding) == ["trouble", "low"]
    assert [offer.label for offer in finding.buttons] == ["Check now", "Open panel"]
    assert count_attention() == 1


@pytest.mark.django_db
def test_orders_with_one_unknown_word_at_a_panel_count_once():
    first, second = make_service(), make_service()
    for service, word in ((first, "Sleeping"), (first, "Sleeping"), (first, "Gone"), (second, "Sleeping")):
        make_placed(service, is_word_unknown=True, remote_status=word)
    assert count_attention() == len(find().findings) == 3
    assert "2 orders keep the progress" in find().findings[0].sentences[0]


@pytest.mark.django_db
def test_an_order_counts_apart_from_the_word_that_its_panel_uses():
    make_placed(is_word_unknown=True, remote_status="Sleeping", alarm="Second order")
    assert [names(finding) for finding in find().findings] == [["alarm"], ["word"]]
    assert count_attention() == 2


@pytest.mark.django_db
def test_the_weightiest_comes_first_and_of_these_the_oldest():
    now = timezone.now()
    held = make_order(held_reason="The price has risen.", created_at=now - 3 * DAY)
    young, old = (make_order(state="unknown", created_at=now - days * DAY) for days in (1, 2))
    panel = make_panel(balance_error="HTTP 500")
    assert [finding.row for finding in find().findings] == [panel, old, young, held]


@pytest.mark.django_db
def test_buttons_are_for_people_who_may_use_them_and_the_finding_is_for_all(viewer, operator):
    order = make_order(state="unknown")
    (finding,) = find(viewer.has_perm).findings
    assert finding.buttons == (Offer("Show", order.get_absolute_url(), None),)
    assert finding.address == order.get_absolute_url()
    (finding,) = find(operator.has_perm).findings
    assert finding.buttons[-1] == Offer("Decide", order.get_absolute_url(), None)


@pytest.mark.django_db
def test_only_a_subject_with_more_rows_than_are_shown_is_cut_short():
    service = make_service()
    orders = [make_order(service, state="unknown", alarm="Second order") for _ in range(ORDERS.most)]
    assert find().cut_short == []
    make_order(service, state="unknown")
    found = find()
    assert found.cut_short == [ORDERS]
    assert [finding.row for finding in found.findings] == orders


@pytest.mark.parametrize("kind", [kind for kind in NEEDS if not kind.is_information], ids=lambda kind: kind.name)
@pytest.mark.django_db
def test_the_number_in_the_menu_is_of_the_rows_of_the_whole_list(kind):
    most = 1 if kind.name in SINGLE else 9
    for number in range(most):
        EXAMPLES[kind.name]()
        Order.objects.filter(remote_status="Sleeping").update(remote_status=f"Word {number}")
    found = find_attention(lambda _: True, {PANELS: mark(PANELS, Panel.objects.all())}, is_all=True)
    assert count_attention() == len(found.findings) == most
    assert not found.cut_short
    short = find()
    assert len(short.findings) == most or short.cut_short == [kind.subject]


@pytest.mark.django_db
def test_what_comes_from_a_panel_is_escaped():
    make_panel(balance_error="<b>500</b>", paused_reason="auth", last_error="<i>no</i>")
    (sentence,) = find().findings[0].sentences
    assert "&lt;b&gt;500" in sentence
    assert "&lt;i&gt;no" in sentence
    assert "<b>" not in sentence


# -- what it costs


@pytest.mark.django_db
def test_the_number_is_one_query_and_the_findings_are_one_more_than_their_subjects():
    kinds = sum(not kind.is_information for kind in NEEDS)
    for number in range(3):
        for name, make in EXAMPLES.items():
            if number == 0 or name not in SINGLE:
                make()
    rows = 3 * kinds - 2 * len(SINGLE)
    with CaptureQueriesContext(connection) as queries:
        assert count_attention() == rows
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        # Nine orders, of which eight are shown.
        assert len(find().findings) == rows - 1
    # What kinds add to their rows takes one query each, and the limits of people one more.
    approvals = [kind for kind in NEEDS if kind.prepare is find_cases]
    assert len(queries) == 1 + len(SUBJECTS) + sum(kind.prepare is not None for kind in NEEDS) + len(approvals)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite plans a query")
@pytest.mark.parametrize(
    ("kind", "index"),
    [(kind, "order_needs_a_person") for kind in kinds_of(ORDERS)]
    + [(kind, "order_with_unknown_word") for kind in kinds_of(WORDS)]
    + [(kind, f"{kind.name[7:-1]}_unreadable") for kind in NEEDS if kind.name.startswith("unread_")]
    + [(kind, "order_held_for_funds") for kind in NEEDS if kind.name == "short"]
    + [(kind, "order_waiting") for kind in NEEDS if kind.name == "waiting_service"],
    ids=lambda value: getattr(value, "name", ""),
)
@pytest.mark.django_db
def test_the_number_in_the_menu_reads_orders_and_refills_by_a_small_index(kind, index):
    assert index in attention._keys(kind).explain()


@pytest.mark.django_db
@pytest.mark.parametrize(("make", "queries"), [(lambda: None, 1), (make_mail, 2)], ids=["none", "one"])
def test_rows_for_managers_alone_are_read_only_if_there_are_any(make, queries):
    make()
    with CaptureQueriesContext(connection) as captured:
        found = find_attention(lambda _: True, {PANELS: []})
    assert len([query for query in captured if '"panels_mail"' in query["sql"]]) == queries
    assert len(found.findings) == queries - 1
