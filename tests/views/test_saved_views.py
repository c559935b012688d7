"""Saved views: open, save, rename, replace, delete, and the start page."""

from __future__ import annotations

import pytest

from panels.models import PersonalSettings, SavedView
from tests.factories import make_placed, make_user, make_view
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db


def test_a_view_opens_its_list_under_its_filter(as_viewer, viewer):
    view = make_view(viewer)
    assert as_viewer.get(f"/views/{view.pk}/").url == view.get_absolute_url()
    assert as_viewer.get(view.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("method", ["get", "edit", "replace", "delete", "start"])
def test_a_view_of_another_person_is_not_found(as_manager, method):
    view = make_view(make_user("Operator"))
    address = f"/views/{view.pk}/" if method == "get" else f"/views/{view.pk}/{method}/"
    send = as_manager.get if method == "get" else as_manager.post
    assert send(address).status_code == 404
    # The list ignores its number.
    assert "My queue" not in text_of(as_manager.get(f"/orders/?view={view.pk}"))


def test_the_filter_of_a_list_is_saved_without_page_and_view(as_operator, operator):
    query = "state=queued&q=&after=5~2024&view=7&sort=-cost"
    answer = as_operator.post("/views/new/", {"list": "orders", "query": query, "name": "My queue", "is_shared": "on"})
    view = SavedView.objects.get()
    assert (view.query, view.owner, view.is_shared) == ("state=queued&sort=-cost", operator, True)
    assert answer.url == view.get_absolute_url()
    assert "The view “My queue” is saved." in text_of(as_operator.get(answer.url))


def test_a_viewer_shares_nothing(as_viewer):
    as_viewer.post("/views/new/", {"list": "orders", "query": "", "name": "My queue", "is_shared": "on"})
    assert not SavedView.objects.get().is_shared


def test_a_view_that_cannot_be_saved_is_shown_with_its_filter(as_viewer, viewer):
    make_view(viewer)
    answer = as_viewer.post("/views/new/", {"list": "orders", "query": "state=held", "name": "MY queue"})
    assert answer.status_code == 422
    assert "You already have a view of this list with this name." in text_of(answer)
    assert 'value="state=held"' in answer.text
    assert as_viewer.post("/views/new/", {"list": "secrets", "name": "x"}).status_code == 404


def test_a_view_of_a_list_that_a_person_may_not_see_is_refused(client):
    client.force_login(make_user())
    assert client.post("/views/new/", {"list": "orders", "name": "x"}).status_code == 403
    assert client.get(f"/views/{make_view(make_user(), is_shared=True).pk}/").status_code == 403


def test_a_view_is_renamed_shared_replaced_and_deleted(as_operator, operator):
    view = make_view(operator)
    assert "My queue" in text_of(as_operator.get(f"/views/{view.pk}/edit/"))
    assert as_operator.post(f"/views/{view.pk}/edit/", {"name": "Waits", "is_shared": "on"}).status_code == 302
    as_operator.post(f"/views/{view.pk}/replace/", {"query": "state=held&before=1"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == ("Waits", True, "state=held")
    as_operator.post(f"/views/{view.pk}/replace/", {"query": "q=" + "a" * 2000})
    view.refresh_from_db()
    assert view.query == "state=held"
    answer = as_operator.post(f"/views/{view.pk}/delete/")
    assert (answer.url, SavedView.objects.count()) == ("/orders/", 0)


def test_a_viewer_changes_no_view_of_the_team(as_viewer):
    view = make_view(make_user("Operator"), is_shared=True)
    for change in ("edit", "replace", "delete"):
        assert as_viewer.post(f"/views/{view.pk}/{change}/", {"name": "Mine"}).status_code == 403
    assert "Rename, share or delete" not in text_of(as_viewer.get(view.get_absolute_url()))


def test_a_view_becomes_the_start_page_and_the_overview_again(as_viewer, viewer):
    view = make_view(make_user("Operator"), is_shared=True)
    assert as_viewer.get("/start/").url == "/"
    as_viewer.post(f"/views/{view.pk}/start/")
    assert as_viewer.get("/start/").url == view.get_absolute_url()
    page = as_viewer.get("/")
    assert page.status_code == 200
    assert '<a class="brand" href="/start/">' in page.text
    as_viewer.post(f"/views/{view.pk}/start/", {"start": "off"})
    assert as_viewer.get("/start/").url == "/"
    assert PersonalSettings.objects.get().user == viewer


def test_views_are_in_the_navigation_and_in_the_bar_from_one_query(as_viewer, viewer):
    without = count_queries(as_viewer, "/orders/")
    view = make_view(viewer)
    for number in range(5):
        make_view(make_user(), f"Team {number}", is_shared=True)
    page = as_viewer.get(view.get_absolute_url()).text
    link = f'href="{view.get_absolute_url().replace("&", "&amp;")}" aria-current="page"'
    assert page.count(link) == 2
    assert "Team 4" in page
    assert count_queries(as_viewer, "/orders/") == without


def test_a_poll_reads_no_views(as_viewer, viewer, django_assert_num_queries):
    make_placed()
    make_view(viewer)
    poll = {"HX-Request": "true", "HX-Trigger": "orders", "HX-Target": "orders"}
    assert "My queue" not in as_viewer.get("/orders/", headers=poll).text
    assert "My queue" in as_viewer.get("/orders/", headers=poll | {"HX-Trigger": "filters"}).text


def test_the_bar_says_when_the_filter_differs_from_the_open_view(as_viewer, viewer):
    view = make_view(viewer)
    assert "Replace its filter" not in text_of(as_viewer.get(view.get_absolute_url()))
    changed = text_of(as_viewer.get(f"{view.get_absolute_url()}&sort=-cost"))
    assert "My queue changed" in changed
    assert "Replace its filter with this one" in changed


def test_a_view_whose_filter_cannot_be_read_opens_and_says_so(as_viewer, viewer):
    view = make_view(viewer, query="panel=999&state=queued")
    answer = as_viewer.get(view.get_absolute_url())
    words = text_of(answer)
    assert "The view “My queue” has a filter that is not valid: Panel. Nothing is shown" in words
    assert "Select a valid choice. 999 is not one of the available choices." in words
    assert not answer.context["page"].rows
    # What cannot be read is not saved again.
    assert "Save view" not in words
