"""The calls to a panel are summed by day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError

from panels.models import PanelDay
from tests.factories import make_panel

pytestmark = pytest.mark.django_db
DAY = dt.date(2030, 5, 1)


def test_calls_of_a_day_add_up_and_another_day_has_its_own_row():
    panel = make_panel()
    PanelDay.add(panel.pk, DAY, answers=3, failures=1, seconds=1.5)
    PanelDay.add(panel.pk, DAY, answers=2, failures=0, seconds=1.0)
    PanelDay.add(panel.pk, DAY + dt.timedelta(days=1), answers=0, failures=1, seconds=0)
    PanelDay.add(make_panel().pk, DAY, answers=9, failures=9, seconds=9)
    second, first = PanelDay.objects.filter(panel=panel)
    assert (first.day, first.calls, first.answers, first.failures, first.seconds) == (DAY, 6, 5, 1, 2.5)
    assert (second.calls, second.answers, second.failures) == (1, 0, 1)
    assert first.latency == dt.timedelta(seconds=0.5)
    assert second.latency is None


def test_calls_are_added_by_one_statement_after_the_first_of_a_day(django_assert_num_queries):
    panel = make_panel()
    PanelDay.add(panel.pk, DAY, answers=1, failures=0, seconds=1)
    with django_assert_num_queries(1):
        PanelDay.add(panel.pk, DAY, answers=1, failures=0, seconds=1)


def test_a_day_of_a_panel_has_one_row():
    panel = make_panel()
    PanelDay.objects.create(panel=panel, day=DAY)
    with pytest.raises(IntegrityError):
        PanelDay.objects.create(panel=panel, day=DAY)
