"""The lines of a table name panels and services, and the lookup finds them with few queries."""

from __future__ import annotations

import pytest

from panels.bulk.lookup import AT_ONCE, LONGEST_ID, CatalogLookup, in_chunks, name_some
from panels.models import BatchLine, Service
from tests.bulk.batches import line_of
from tests.factories import make_batch, make_panel, make_service, row_of

pytestmark = pytest.mark.django_db


def test_the_panel_is_found_in_any_case_and_the_default_serves_lines_without_one():
    named, default = make_service(make_panel(name="North Wind")), make_service()
    batch = make_batch(row_of(named, panel="north wind"), row_of(default, panel=""), panel=default.panel)
    assert [each.service for each in batch.lines.all()] == [named, default]


def test_the_same_letters_decide_between_panels_whose_names_differ_only_in_case():
    small, large = make_service(make_panel(name="alpha")), make_service(make_panel(name="ALPHA"))
    batch = make_batch(row_of(large), row_of(small), row_of(small, panel="Alpha"))
    assert line_of(batch, 2).service == large
    assert line_of(batch, 3).service == small
    assert "Several panels" in line_of(batch, 4).errors["panel"][0]


def test_ids_keep_their_zeros():
    panel = make_panel()
    plain, zeros = make_service(panel, remote_id="12"), make_service(panel, remote_id="0012")
    batch = make_batch(row_of(zeros), row_of(plain))
    assert [each.service for each in batch.lines.all()] == [zeros, plain]


def test_the_services_of_all_lines_of_a_panel_take_two_queries(django_assert_num_queries):
    panel = make_panel()
    services = [make_service(panel) for _ in range(5)]
    lines = [BatchLine(cells={"panel": panel.name, "service": each.remote_id}) for each in services]
    lookup = CatalogLookup(None, lines)
    with django_assert_num_queries(2):
        assert [lookup.service(lookup.panel(line.cells), line.cells["service"]) for line in lines] == services
    assert lookup.service(panel, "no such service") is None


def test_the_message_about_an_unknown_panel_names_the_active_panels():
    for name in ("Alpha", "Beta", "Gamma", "Omega"):
        make_panel(name=name)
    make_panel(name="Closed", is_active=False)
    lookup = CatalogLookup(None, [])
    assert lookup.panel({"panel": "Delta"}) == (
        "There is no panel called “Delta”. Active panels: Alpha, Beta, Gamma and 1 more."
    )
    assert lookup.panel({}).startswith("The panel is missing")


def test_the_terms_of_a_service_are_the_conditions_besides_its_rate():
    service = make_service(make_panel(bills_package_per_line=True), max_quantity=None, dripfeed=False)
    assert CatalogLookup(None, []).terms(service) == {
        "type": "Default",
        "name": service.name,
        "minimum": 100,
        "maximum": None,
        "refill": True,
        "cancel": True,
        "listed": True,
        "dripfeed": False,
        "billed per line": True,
    }


def test_chunks_have_all_values_in_their_order_and_fit_into_one_query():
    values = list(range(2 * AT_ONCE + 1))
    chunks = list(in_chunks(values))
    assert [len(chunk) for chunk in chunks] == [AT_ONCE, AT_ONCE, 1]
    assert [value for chunk in chunks for value in chunk] == values


@pytest.mark.parametrize(
    ("names", "total", "text"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b"], None, "a and b"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c", "d"], None, "a, b, c and 1 more"),
        (["a", "b", "c"], 1234, "a, b, c and 1,231 more"),
    ],
)
def test_three_names_are_listed_and_the_others_are_counted(names, total, text):
    assert name_some(names, total) == text


def test_a_text_that_is_too_long_for_an_id_is_not_looked_for(django_assert_num_queries):
    panel = make_panel()
    lookup = CatalogLookup(None, [BatchLine(cells={"panel": panel.name, "service": "1" * (LONGEST_ID + 1)})])
    with django_assert_num_queries(1):
        assert lookup.service(lookup.panel({"panel": panel.name}), "1" * (LONGEST_ID + 1)) is None
    assert Service._meta.get_field("remote_id").max_length == LONGEST_ID
