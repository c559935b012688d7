"""The bar above a list: fields, chips, presets and clean addresses."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string

from panels.filters import OrderFilter, ServiceFilter
from panels.models import Panel
from panels.pages.filter_bar import FilterBar, clean_query, render_list, without_empty
from tests.factories import make_client, make_panel, make_service, make_user, make_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf):
    def request_of(query="", user=None, **htmx):
        request = rf.get(f"/orders/?{query}")
        request.user = user or make_user("Viewer")
        values = {"boosted": False, "history_restore_request": False, "trigger": None} | htmx
        request.htmx = SimpleNamespace(**values) if htmx else SimpleNamespaceThatIsFalse(**values)
        return request

    return request_of


class SimpleNamespaceThatIsFalse(SimpleNamespace):
    def __bool__(self):
        return False


@pytest.fixture
def bar_of(request_of):
    def bar_of(query="", user=None):
        request = request_of(query, user)
        found = OrderFilter(request.GET, request.user)
        return FilterBar(found, request, list_name="orders", target="orders")

    return bar_of


def shown(bar):
    page = render_to_string("panels/_filter_bar.html", {"bar": bar, "request": SimpleNamespace(htmx=False)})
    return re.sub(r"\s+", " ", page)


# -- chips


def test_each_active_filter_has_a_chip_in_words_that_leads_to_the_list_without_it(bar_of):
    panel = make_panel(name="North")
    user = make_user("Viewer")
    query = f"panel={panel.pk}&who=me&created=7d&created_from=2026-03-02&state=held&attention=on&sort=-cost&after=x"
    bar = bar_of(query, user)
    assert [chip.text for chip in bar.chips] == [
        "Panel: North", "Exact state: On hold", "Who: Me", "Created: 7 days", "From: 2 Mar 2026", "Needs attention",
    ]  # fmt: skip
    left = QueryDict(bar.chips[0].address.partition("?")[2])
    assert left == QueryDict("who=me&created=7d&created_from=2026-03-02&state=held&attention=on&sort=-cost")


def test_the_chip_of_the_last_filter_leads_to_the_plain_address(bar_of):
    assert [chip.address for chip in bar_of("state=held").chips] == ["/orders/"]


def test_a_service_has_a_chip_and_stays_when_another_filter_changes(bar_of):
    service = make_service(name="Gold Likes", remote_id="77")
    bar = bar_of(f"service={service.pk}")
    assert [chip.text for chip in bar.chips] == ["Service: 77 · Gold Likes"]
    assert bar.kept == [("service", str(service.pk))]
    assert f'<input type="hidden" form="filters" name="service" value="{service.pk}">' in shown(bar)


def test_a_search_is_active_without_a_chip_because_its_field_shows_it(bar_of):
    bar = bar_of("q=likes")
    assert (bar.chips, bar.is_active) == ([], True)
    assert 'value="likes"' in bar.search.html
    assert not bar_of("q=&state=&page=3").is_active


def test_an_invalid_value_has_a_chip_and_its_message_by_its_field(bar_of):
    bar = bar_of("panel=999&created_from=yesterday&q=x")
    assert [(chip.text, chip.is_wrong) for chip in bar.chips] == [("Panel: 999", True), ("From: yesterday", True)]
    page = shown(bar)
    assert '<details class="menu" open>' in page
    assert 'aria-describedby="id_created_from_error" aria-invalid="true"' in page
    assert '<ul class="errorlist" id="id_created_from_error"><li>Enter a valid date.</li></ul>' in page
    assert 'value="yesterday"' in page
    assert page.count("(not valid)") == 2


def test_a_message_about_a_value_without_a_visible_field_is_shown_too(bar_of):
    bar = bar_of("service=999")
    assert not bar.is_open
    assert "Service: Select a valid choice." in shown(bar)
    assert [chip.text for chip in bar.chips] == ["Service: 999"]


# -- fields


def test_a_field_shows_its_value(bar_of):
    make_panel(name="<North>")
    bar = bar_of("state=held&attention=on&created=30d&batch=7")
    html = {control.label: control.html for control in bar.controls}
    assert '<option value="held" selected>On hold</option>' in html["Exact state"]
    assert "&lt;North&gt;" in html["Panel"]
    assert "checked" in html["Needs attention"]
    assert '<input type="radio" name="created" value="30d" checked>' in html["Created"]
    assert 'type="number" value="7"' in html["Batch"]


def test_a_choice_without_choices_is_left_out_unless_it_is_in_use(bar_of):
    labels = [control.label for control in bar_of().controls]
    assert "Client" not in labels
    assert "State" in labels
    assert "Client" in [control.label for control in bar_of("client=5").controls]
    make_client()
    assert "Client" in [control.label for control in bar_of().controls]


def test_every_field_of_the_catalog_is_drawn(request_of):
    make_service()
    request = request_of("price_from=2&category=a&sort=-price")
    found = ServiceFilter(request.GET, Panel.objects.all())
    bar = FilterBar(found, request, list_name="services", target="services")
    html = " ".join(control.html for control in bar.controls)
    for name in ("panel", "category", "type", "refill", "cancel", "currency", "price_from", "price_to", "show"):
        assert f'name="{name}"' in html
    assert 'list="categories"' in html
    assert bar.kept == [("sort", "-price")]


# -- presets


def test_a_preset_replaces_the_filter_and_is_marked_while_it_is_the_filter(bar_of):
    presets = bar_of("stage=running&sort=-cost").presets
    assert {preset.label: preset.is_current for preset in presets} == {
        "Needs you": False, "Waiting for approval": False, "Running": True, "Today": False, "Mine": False,
        "Problems": False, "Finished": False, "Refill ends in 7 days": False,
    }  # fmt: skip
    assert not any(preset.is_current for preset in bar_of("stage=running&who=me").presets)
    for preset in presets:
        assert bar_of(preset.address.partition("?")[2])._found.is_valid(), preset


# -- addresses


def test_equal_filters_have_equal_queries(bar_of):
    first, second = bar_of("state=held&q=a&sort=cost&view=3&last=1"), bar_of("sort=cost&q=a&state=held&panel=")
    assert first.query == second.query == "q=a&state=held&sort=cost"
    assert clean_query(QueryDict("q=a&state=&after=1&before=2&last=1&view=3")) == "q=a"


def test_an_address_with_empty_values_leads_to_the_address_without_them(request_of):
    view = without_empty(lambda request: HttpResponse("list"))
    answer = view(request_of("panel=&q=a%26b&state="))
    assert (answer.status_code, answer.url) == (302, "/orders/?q=a%26b")
    assert view(request_of("panel=")).url == "/orders/"
    assert view(request_of("q=a")).content == b"list"


@pytest.mark.parametrize(("trigger", "pushed"), [("filters", "/orders/?q=a"), ("orders", None)])
def test_a_fragment_of_the_form_pushes_the_address_without_empty_values(request_of, trigger, pushed):
    view = without_empty(lambda request: HttpResponse("list"))
    answer = view(request_of("panel=&q=a", trigger=trigger))
    assert answer.content == b"list"
    assert answer.get("HX-Push-Url") == pushed


@pytest.mark.parametrize(
    ("trigger", "has_state"), [("filters", True), ("sort-created", True), ("orders", False), (None, False)]
)
def test_a_list_that_a_person_asked_for_comes_with_the_chips_and_a_poll_without(request_of, trigger, has_state):
    request = request_of("state=held", trigger=trigger)
    bar = FilterBar(OrderFilter(request.GET, request.user), request, list_name="orders", target="orders")
    context = {"bar": bar, "page": SimpleNamespace(rows=[]), "filter": bar._found}
    part = render_list(request, "panels/orders/order_list.html", context, partial="results").content.decode()
    assert ('id="filter-state" hx-swap-oob="true"' in part) == has_state
    assert ("Exact state: On hold" in part) == has_state


def test_the_bar_costs_one_query_for_names_and_one_for_views(bar_of, django_assert_num_queries):
    user = make_user("Viewer")
    panel = make_panel()
    make_view(user)
    bar = bar_of(f"panel={panel.pk}&who={user.pk}", user)
    # Each page has read the permissions.
    user.get_all_permissions()
    with django_assert_num_queries(2):
        assert "My queue" in shown(bar)
