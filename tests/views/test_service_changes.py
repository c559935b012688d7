"""The page of the changes of services, and the number in the menu."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from panels.catalog.watch import new_change
from panels.models import PersonalSettings
from tests.factories import make_panel, make_service, make_view
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
URL = "/catalog/changes/"


def make(field="is_listed", old="True", new="False", *, panel=None, is_used=True, days_ago=1.0, **fields):
    service = make_service(panel, **fields)
    change = new_change(service, field, old, new, timezone.now() - timedelta(days=days_ago))
    change.is_used = is_used
    change.save()
    return change


def unseen(page):
    """Return the number at the catalog in the menu, "" if there is none."""
    menu = page.text.partition("Catalog\n")[2].partition("</a>")[0]
    return "".join(re.findall(r"nav__count\">\s*([\d+]+)", menu))


def test_the_page_holds_the_results_and_htmx_gets_only_them(as_viewer):
    change = make(name="Likes HQ")
    page, part = as_viewer.get(URL).text, as_viewer.get(URL, headers=HTMX).text
    assert "<html" in page
    assert part.strip().startswith('<div id="service-changes"')
    for text in (page, part):
        assert "Likes HQ" in text
        assert change.service.get_absolute_url() in text


def test_the_newest_is_first_and_a_filter_and_a_saved_view_narrow_the_list(as_viewer, viewer):
    old = make(days_ago=3, name="Older")
    new = make("rate_per_1000", "1", "2", name="Newer", panel=make_panel(name="Alpha"), is_used=False)
    page = as_viewer.get(URL)
    assert [row.pk for row in page.context["page"]] == [new.pk, old.pk]
    assert "2 service changes" in text_of(page)
    for query in ("kind=gone", "used=on", f"panel={old.panel_id}"):
        assert [row.pk for row in as_viewer.get(f"{URL}?{query}").context["page"]] == [old.pk]
    view = make_view(viewer, "Dearer ones", list_name="service_changes", query="kind=dearer")
    page = as_viewer.get(view.get_absolute_url())
    assert [row.pk for row in page.context["page"]] == [new.pk]
    assert "Dearer ones" in as_viewer.get("/catalog/").text


def test_it_says_when_nothing_matches_and_when_there_is_nothing(as_viewer):
    assert "No changes yet" in as_viewer.get(URL).text
    make()
    assert "No service change matches" in as_viewer.get(URL, {"kind": "back"}).text
    assert "This filter is not valid" in as_viewer.get(URL, {"kind": "x"}).text


def test_the_pages_of_the_catalog_lead_to_each_other(as_viewer):
    for address, current in (("/catalog/", "Services"), (URL, "Changes")):
        tabs = as_viewer.get(address).text.partition('aria-label="Catalog"')[2].partition("</nav>")[0]
        assert re.findall(r'aria-current="page">\s*(\w+)', tabs) == [current]
        assert 'href="/catalog/"' in tabs
        assert f'href="{URL}"' in tabs


def test_the_export_has_all_pages_under_the_same_filter(as_viewer):
    for number in range(60):
        make(name=f"Likes {number}")
    make("name", "a", "b")
    lines = csv.DictReader(as_viewer.get(f"{URL}export.csv?kind=gone").getvalue().decode("utf-8-sig").splitlines())
    assert len({line["Service"] for line in lines}) == 60
    assert as_viewer.get(f"{URL}export.csv?kind=x").url == f"{URL}?kind=x"


def test_the_page_takes_as_many_queries_for_many_changes(as_viewer):
    make()
    few = count_queries(as_viewer, URL)
    for _ in range(60):
        make()
    assert count_queries(as_viewer, URL) <= few <= 15
    assert count_queries(as_viewer, f"{URL}?kind=gone&used=on") <= 15


def test_the_menu_counts_what_a_person_has_not_seen_until_they_look(as_viewer, viewer):
    assert unseen(as_viewer.get("/orders/")) == ""
    make()
    make("rate_per_1000", "1", "2")
    make("rate_per_1000", "1", "1.01")
    make(is_used=False)
    assert unseen(as_viewer.get("/orders/")) == unseen(as_viewer.get("/catalog/")) == "2"
    # Not all that is new is on these pages.
    for address in (f"{URL}?kind=gone", f"{URL}?after=1~2026-01-01"):
        assert unseen(as_viewer.get(address)) == "2"
    as_viewer.get(URL, headers=HTMX)
    as_viewer.head(URL)
    assert not PersonalSettings.objects.filter(user=viewer).exists()
    page = as_viewer.get(f"{URL}?used=on")
    assert unseen(page) == unseen(as_viewer.get("/orders/")) == ""
    assert page.text.count("Since you last looked") == 2
    assert "Since you last looked" not in as_viewer.get(URL).text


def test_the_look_keeps_the_other_settings_of_a_person(as_viewer, viewer):
    PersonalSettings.objects.create(user=viewer, time_zone="Europe/Berlin", density="comfortable")
    as_viewer.get(URL)
    found = PersonalSettings.objects.get(user=viewer)
    assert (found.time_zone, found.density, found.changes_seen_at is None) == ("Europe/Berlin", "comfortable", False)


def test_polls_do_not_count_changes(as_viewer, django_assert_max_num_queries):
    make()
    with django_assert_max_num_queries(20) as queries:
        as_viewer.get("/status/", headers=HTMX)
        as_viewer.get("/orders/", headers=HTMX)
    assert not any("servicechange" in query["sql"] for query in queries)


def test_very_many_are_more_than_99(as_viewer):
    panel = make_panel()
    for _ in range(101):
        make(panel=panel)
    assert unseen(as_viewer.get("/orders/")) == "99+"
