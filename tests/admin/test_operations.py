"""The admin's tables of workers, jobs, the sending switch, the settings of the team and exchange rates."""

from datetime import timedelta

from django.utils import timezone

from panels.models import Controls, ExchangeRate, JobRun, Preferences, Worker
from tests.admin.rows import base
from tests.factories import make_rate, report_in


def test_the_list_of_workers_shows_whether_each_is_alive(as_superuser):
    now = timezone.now()
    Worker.objects.create(host="here", pid=1, started_at=now, seen_at=now)
    Worker.objects.create(host="gone", pid=2, started_at=now, seen_at=now - 2 * Worker.ALIVE_FOR)
    page = as_superuser.get(base(Worker)).text
    assert page.index("here") < page.index('alt="True"') < page.index("gone") < page.index('alt="False"')


def test_the_list_of_jobs_is_sorted_by_name_and_shows_the_last_error(as_superuser):
    JobRun.objects.create(name="sweep", leased_until=timezone.now() + timedelta(minutes=1))
    JobRun.objects.create(name="count all spend", last_error="The disk is full")
    page = as_superuser.get(base(JobRun)).text
    assert page.index("count all spend") < page.index("The disk is full") < page.index("sweep")


def test_the_list_of_controls_shows_who_stopped_sending(as_superuser, manager):
    Controls.objects.create(pk=1, sending_stopped_at=timezone.now(), sending_stopped_by=manager)
    assert manager.username in as_superuser.get(base(Controls)).text


def test_the_reporting_currency_and_the_newest_rates_are_shown_first(as_superuser, manager):
    report_in("EUR")
    assert "EUR" in as_superuser.get(base(Preferences)).text
    make_rate("AED", "4.0", days_ago=1)
    make_rate("RUB", "95.5", stored_by=manager)
    page = as_superuser.get(base(ExchangeRate)).text
    assert page.index("RUB") < page.index(manager.username) < page.index("AED")
