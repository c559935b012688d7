"""One rule says when a panel may be asked: for one row, for many rows, and for the rows that the table accepts."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from panels.models import Panel
from tests.factories import make_panel

pytestmark = pytest.mark.django_db

WHEN = {"none": None, "past": -timedelta(minutes=5), "future": timedelta(minutes=5)}
COMBINATIONS = list(product(["", *Panel.Pause.values], WHEN, WHEN))
# The requests that a panel takes, by the reason of its pause, the end of the pause, and its quiet time.
# Combinations that are not here cannot be stored.
POSSIBLE = {
    ("", "none", "none"): "orders, questions",
    ("funds", "none", "none"): "questions",
    ("funds", "none", "past"): "questions",
    ("funds", "none", "future"): "",
    ("by_hand", "none", "none"): "questions",
    ("by_hand", "none", "past"): "questions",
    ("by_hand", "none", "future"): "",
    ("auth", "none", "none"): "",
    ("auth", "none", "past"): "",
    ("auth", "none", "future"): "",
    ("rate_limit", "past", "none"): "orders, questions",
    ("rate_limit", "past", "past"): "orders, questions",
    ("rate_limit", "future", "none"): "",
    ("rate_limit", "future", "past"): "",
    ("rate_limit", "future", "future"): "",
    ("unreachable", "past", "none"): "a probe",
    ("unreachable", "past", "past"): "a probe",
    ("unreachable", "future", "none"): "",
    ("unreachable", "future", "past"): "",
    ("unreachable", "future", "future"): "",
    ("unclear", "none", "none"): "questions",
    ("unclear", "none", "past"): "questions",
    ("unclear", "none", "future"): "",
    # Its time stops only orders.
    ("everybody", "past", "none"): "orders, questions",
    ("everybody", "past", "past"): "orders, questions",
    ("everybody", "past", "future"): "",
    ("everybody", "future", "none"): "questions",
    ("everybody", "future", "past"): "questions",
    ("everybody", "future", "future"): "",
}
# The Python rule and the SQL rule could easily differ for these combinations. The table has the more careful choice.
CAREFUL = {
    ("", "none", "future"): "",
    ("", "past", "future"): "",
    ("", "future", "none"): "",
    ("", "future", "past"): "",
    ("", "future", "future"): "",
    ("auth", "past", "none"): "",
    ("auth", "past", "past"): "",
    ("auth", "past", "future"): "",
    ("funds", "past", "future"): "",
    ("funds", "future", "none"): "",
    ("funds", "future", "past"): "",
    ("by_hand", "past", "future"): "",
    ("everybody", "none", "none"): "questions",
    ("everybody", "none", "past"): "questions",
    ("by_hand", "future", "none"): "",
    ("by_hand", "future", "past"): "",
    ("rate_limit", "none", "none"): "",
    ("rate_limit", "none", "past"): "",
    ("rate_limit", "past", "future"): "",
}


@contextmanager
def unconstrained():
    """Allow every combination in the table, within the transaction of a test."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE panels_panel DROP CONSTRAINT possible_pause")
            yield
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            try:
                yield
            finally:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def make(reason, until, quiet, now, **fields):
    paused, quiet = (WHEN[name] and now + WHEN[name] for name in (until, quiet))
    return make_panel(paused_reason=reason, paused_until=paused, quiet_until=quiet, **fields)


def taken_by_row(panel, now):
    rules = {"orders": panel.takes_orders, "questions": panel.takes_questions, "a probe": panel.is_probe_due}
    return ", ".join(name for name, rule in rules.items() if rule(now))


def taken_by_queryset(panel, now):
    found = Panel.objects.filter(pk=panel.pk)
    rules = {"orders": found.open_for_orders, "questions": found.open_for_questions, "a probe": found.to_probe}
    return ", ".join(name for name, rule in rules.items() if rule(now).exists())


@pytest.mark.parametrize("is_active", [True, False])
def test_one_row_and_many_rows_follow_the_same_rule_over_all_combinations(is_active):
    now = timezone.now()
    with unconstrained():
        panels = {each: make(*each, now, is_active=is_active) for each in COMBINATIONS}
        by_row = {each: taken_by_row(panel, now) for each, panel in panels.items()}
        assert by_row == {each: taken_by_queryset(panel, now) for each, panel in panels.items()}
    assert len(by_row) == 72
    expected = POSSIBLE | CAREFUL
    assert {each: by_row[each] for each in expected} == {each: taken * is_active for each, taken in expected.items()}


def test_the_end_of_a_pause_is_the_same_moment_for_one_row_and_for_many_rows():
    now = timezone.now()
    for reason in (Panel.Pause.RATE_LIMIT, Panel.Pause.UNREACHABLE, Panel.Pause.EVERYBODY):
        panel = make_panel(paused_reason=reason, paused_until=now, quiet_until=now)
        before = now - timedelta(microseconds=1)
        assert taken_by_row(panel, now) == taken_by_queryset(panel, now) != ""
        early = "questions" if reason == Panel.Pause.EVERYBODY else ""
        panel.quiet_until = None if early else now
        panel.save()
        assert taken_by_row(panel, before) == taken_by_queryset(panel, before) == early


def test_without_a_time_the_rule_is_about_now():
    panel = make("unreachable", "past", "past", timezone.now())
    assert taken_by_row(panel, None) == taken_by_queryset(panel, None) == "a probe"


@pytest.mark.parametrize("combination", COMBINATIONS, ids="-".join)
def test_the_table_takes_only_pauses_that_can_occur(combination):
    if combination in POSSIBLE:
        make(*combination, timezone.now())
    else:
        with pytest.raises(IntegrityError, match="possible_pause"), transaction.atomic():
            make(*combination, timezone.now())


def test_the_table_refuses_an_unknown_reason():
    with pytest.raises(IntegrityError, match="possible_pause"), transaction.atomic():
        make_panel(paused_reason="bored")
