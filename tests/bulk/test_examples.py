"""The template has services of the team, and examples of which nothing is missing but their targets."""

from __future__ import annotations

import pytest

from panels.bulk import examples
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import create_batch
from panels.bulk.examples import example_rows, offered_services, service_rows
from panels.bulk.mistakes import find_groups
from panels.models import Batch, Order
from panels.protocol.order_types import ORDER_TYPES
from panels.tables.reading import read_file
from panels.tables.template import EXAMPLE_REMARK, SERVICE_TITLES, template_csv, template_xlsx
from tests.factories import make_client, make_order, make_panel, make_service

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_every_example_is_an_order_that_lacks_nothing_but_its_target_and_is_never_placed(suffix):
    make_client("Nova")
    panel = make_panel(name="=North")
    for slug in [*ORDER_TYPES, ""]:
        make_service(panel, type=slug, min_quantity=20, max_quantity=5000)
    rows = example_rows(offered_services())
    content = template_csv(rows) if suffix == "csv" else template_xlsx(rows, service_rows(offered_services()))
    sheet = read_file(f"a.{suffix}", content)
    assert sheet.note == ""
    batch, _ = create_batch(sheet, source=Batch.Source.FILE, created_by=None)
    assert [line.errors for line in batch.lines.all()] == [{"": [EXAMPLE_REMARK]}] * len(rows)
    assert [(group.mistake.column, len(group)) for group in find_groups(batch)] == [("", len(rows))]
    assert confirm(batch, None, summary(batch).fingerprint).problem
    assert not Order.objects.exists()
    assert {line.client for line in batch.lines.all()} > {None}
    assert len({line.service.type for line in batch.lines.all()}) >= 12


def test_an_example_keeps_the_limits_of_its_service_or_is_left_out():
    make_service(type="default", min_quantity=5000, max_quantity=5000)
    make_service(type="custom_comments", min_quantity=1000, max_quantity=2000)
    (row,) = example_rows(offered_services())
    assert row["quantity"] == 5000


def test_another_service_of_the_type_is_taken_where_the_first_does_not_fit():
    make_service(type="custom_comments", min_quantity=1000, max_quantity=2000)
    good = make_service(type="custom_comments", min_quantity=10, max_quantity=2000)
    (row,) = example_rows(offered_services())
    assert row["service"] == good.remote_id
    assert row["comments"].count("\n") == 9


def test_services_ordered_last_come_first_and_others_only_if_they_can_be_ordered():
    first, other = make_service(), make_service()
    make_service(is_listed=False)
    make_service(make_panel(is_active=False))
    make_order(other)
    assert offered_services() == [other, first]


def test_the_list_is_short_and_has_services_of_each_panel(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(examples, "MOST_SERVICES", 6)
    panels = [make_panel(), make_panel()]
    for panel in panels:
        for _ in range(10):
            make_service(panel)
    with django_assert_num_queries(6):
        services = offered_services()
    assert len(services) == 6
    assert {service.panel for service in services} == set(panels)


def test_a_service_is_a_row_under_its_titles():
    service = make_service(name="Likes")
    (row,) = service_rows(offered_services())
    assert dict(zip(SERVICE_TITLES, row, strict=True))["name"] == "Likes"
    assert row[:2] == [service.panel.name, service.remote_id]


def test_a_team_without_services_has_no_examples():
    assert offered_services() == []
    assert example_rows([]) == []
