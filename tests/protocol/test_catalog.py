"""The catalog in every shape of docs/protocol.md, 3."""

import dataclasses
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from panels.models import Service
from panels.protocol import catalog
from panels.protocol.errors import OutcomeUnknown
from panels.protocol.redaction import Redaction
from panels.protocol.wire import Answer, Catalog, CatalogRow, read_catalog
from tests.protocol.any_answers import ROWS, dumped
from tests.protocol.conftest import MODESTLY, recorded, saying


@pytest.mark.parametrize(
    "name",
    ["services_list.json", "services_under_services.json", "services_under_data.json", "services_dict_by_id.json"],
)
def test_a_catalog_is_read_in_every_wrapping(name):
    followers = CatalogRow(
        remote_id="1", name="Followers", type="default", raw_type="Default", category="First Category",
        rate_per_1000=Decimal("0.90"), min_quantity=50, max_quantity=10000, refill=True, cancel=True, dripfeed=None,
        description="",
    )  # fmt: skip
    comments = dataclasses.replace(
        followers, remote_id="2", name="Comments", type="custom_comments", raw_type="Custom Comments",
        category="Second Category", rate_per_1000=Decimal(8), min_quantity=10, max_quantity=1500, refill=False,
    )  # fmt: skip
    assert read_catalog(recorded(name)) == Catalog((followers, comments), unusable=0)


def test_the_reduced_dialect_says_nothing_about_cancel():
    rows = read_catalog(recorded("services_list_reduced.json")).rows
    assert [(row.remote_id, row.rate_per_1000, row.refill, row.cancel) for row in rows] == [
        ("1", Decimal("2.5"), True, None),
        ("2", Decimal(4), False, None),
    ]


@pytest.mark.parametrize("name", ["services_dict_id_only_key.json", "services_text_ids.json"])
def test_service_ids_are_text_wherever_they_stand(name):
    assert [row.remote_id for row in read_catalog(recorded(name)).rows] == ["1", "aB7"]


def test_rates_are_read_in_every_way_of_writing():
    rates = [row.rate_per_1000 for row in read_catalog(recorded("services_rates.json")).rows]
    assert rates == [Decimal(rate) for rate in ("0.9", "0.5", "1234.56", "1234.56", "3", "0.00000012", "0.5")]


def test_limits_are_whole_numbers_or_not_known():
    rows = read_catalog(recorded("services_limits.json")).rows
    assert [(row.min_quantity, row.max_quantity) for row in rows] == [
        *((10, 10000), (10, 10000), (1, 10000), (None, None), (None, None), (10, None))
    ]


def test_a_catalog_has_no_more_services_than_any_panel_has(monkeypatch):
    monkeypatch.setattr(catalog, "MOST_SERVICES", 2)
    assert len(read_catalog(saying([{"service": 1, "rate": 1}, {"service": 2, "rate": 1}])).rows) == 2
    with pytest.raises(OutcomeUnknown, match="more than 2 services"):
        read_catalog(saying([{}, {}, {}]))


def test_a_service_whose_id_or_field_is_the_key_does_not_show_it():
    key = "s3cret-key-0123"
    answer = dataclasses.replace(saying({key: {"rate": 1}, "2": {"rate": 1}}), redaction=Redaction(key))
    read = read_catalog(answer)
    assert ([row.remote_id for row in read.rows], read.unusable) == (["2"], 1)
    answer = dataclasses.replace(saying([{key: 1, f"my {key.upper()}": 2}]), redaction=Redaction(key))
    assert read_catalog(answer).problem.endswith("Its fields are: [key], my[key].")


def test_flags_that_are_missing_are_not_false():
    rows = read_catalog(recorded("services_flags.json")).rows
    assert [(row.refill, row.cancel, row.dripfeed) for row in rows] == [
        (True, True, True),
        (True, False, False),
        (False, False, None),
        (None, None, None),
        (None, None, None),
    ]


def test_descriptions_come_under_either_name():
    rows = read_catalog(recorded("services_extra_keys.json")).rows
    assert [(row.description, row.dripfeed, row.average_time, row.average_minutes) for row in rows] == [
        ("Starts in 1 hour.\nNo password needed.", True, "12 minutes", 12),
        ("Real & active", None, "", None),
    ]


def test_a_service_whose_average_time_is_not_known_is_kept():
    row = {"service": 1, "name": "A", "type": "Default", "category": "C", "rate": "0.9", "min": "10"}
    row |= {"max": "999999999", "average_time": "Not Enough Data", "dripfeed": True}
    (read,) = read_catalog(saying([row])).rows
    assert (read.remote_id, read.average_time, read.average_minutes) == ("1", "", None)
    (read,) = read_catalog(saying([row | {"average_time": 999999999}])).rows
    assert (read.remote_id, read.average_time, read.average_minutes) == ("1", "", None)


def test_foreign_texts_are_unescaped_once_and_stripped_of_tags():
    (row,) = read_catalog(recorded("services_foreign_texts.json")).rows
    assert (row.name, row.category) == ("Likes & Views fast 🚀", "TikTok &amp; more")
    assert (row.type, row.raw_type) == ("custom_comments", "CUSTOM_comments")


def test_a_name_that_turns_the_text_behind_it_shows_a_mark():
    row = {"service": 1, "rate": 1, "name": "Likes \u202esyad 03", "category": "\u2066A\u2069", "type": "x\u202b"}
    (found,) = read_catalog(saying([row])).rows
    assert (found.name, found.category, found.raw_type) == ("Likes \ufffdsyad 03", "\ufffdA\ufffd", "x\ufffd")


def test_the_last_of_two_rows_with_one_id_wins():
    rows = read_catalog(recorded("services_same_id_twice.json")).rows
    assert {row.remote_id: row.rate_per_1000 for row in rows} == {"1": Decimal("1.1"), "2": Decimal(8)}
    assert len(rows) == 2


def test_unusable_rows_are_counted_and_the_good_ones_kept():
    catalog = read_catalog(recorded("services_unusable_rows.json"))
    assert [row.remote_id for row in catalog.rows] == ["1"]
    assert catalog.unusable == 8


@pytest.mark.parametrize(
    ("value", "unusable", "problem"),
    [
        ([], 0, "The panel's catalog is empty."),
        ({}, 0, "The panel's catalog is empty."),
        ({"status": "success", "data": []}, 0, "The panel's catalog is empty."),
        ({"status": "success", "data": "Empty Data"}, 0, "The panel lists no service and says “Empty Data”."),
        ({"Status": "Success", "Services": "No services"}, 0, "The panel lists no service and says “No services”."),
        ({"status": "success", "message": "Nothing yet"}, 0, "The panel lists no service and says “Nothing yet”."),
        (
            [{"service": 1, "name": "A", "cost": "1"}, {"service": 2, "rate": "soon"}],
            2,
            "No row of the panel's catalog has a readable rate or price. Its fields are: service, name, cost, rate.",
        ),
        (
            [{"ID_service": 1, "rate": "1"}],
            1,
            "No row of the panel's catalog has a service ID. Its fields are: idservice, rate.",
        ),
        (["a", "b"], 2, "No row of the panel's catalog has a service ID. Its fields are: none."),
    ],
)
def test_a_catalog_without_usable_rows_says_why(value, unusable, problem):
    assert read_catalog(saying(value)) == Catalog((), unusable, problem)


@pytest.mark.parametrize("name", ["services_empty.json", "services_only_unusable.json"])
def test_a_catalog_without_usable_rows_is_no_error_here(name):
    assert read_catalog(recorded(name)).rows == ()
    assert read_catalog(recorded(name)).problem
    assert read_catalog(recorded("services_unusable_rows.json")).problem == ""


def test_the_price_stands_for_the_rate():
    row = {"service": 1, "name": "A"}
    rates = [{"price": "0.9"}, {"rate": "0.9", "price": "5"}, {"rate": "", "price": "0.9"}, {"Rate": "0.9"}]
    catalog = read_catalog(saying([{**row, "service": number, **rate} for number, rate in enumerate(rates, 1)]))
    assert [row.rate_per_1000 for row in catalog.rows] == [Decimal("0.9")] * 4


def test_fields_are_found_in_every_spelling():
    (row,) = read_catalog(
        saying([{"Service_ID": "aB7", "Name": "A", "TYPE": "Default", "Rate": 1, "Min": 5, "Max": 9, "dripFeed": True}])
    ).rows
    assert (row.remote_id, row.name, row.type, row.min_quantity, row.max_quantity, row.dripfeed) == (
        *("aB7", "A", "default", 5, 9),
        True,
    )


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        *(("10", "10K", (10, 10_000)), ("1K", "1M", (1000, 1_000_000)), ("3K", "", (3000, None))),
        *(("10", "0", (10, None)), (0, 0, (0, None)), ("100", "10", (100, None)), ("", 0, (None, None))),
        *(("10", "10", (10, 10)), (None, 1, (None, 1)), ("10", "-1", (10, None)), ("5", "99999999999", (5, None))),
    ],
)
def test_limits_that_cannot_be_count_as_not_told(low, high, limits):
    (row,) = read_catalog(saying([{"service": 1, "rate": 1, "min": low, "max": high}])).rows
    assert (row.min_quantity, row.max_quantity) == limits


def test_an_unknown_type_is_kept_as_the_panels_word():
    (row,) = read_catalog(recorded("services_unknown_type.json")).rows
    assert (row.type, row.raw_type) == ("", "Mystery Boost")


@pytest.mark.parametrize("value", [{"status": "success"}, {"services": None}, 5, True])
def test_what_holds_no_services_is_no_catalog(value):
    with pytest.raises(OutcomeUnknown):
        read_catalog(saying(value))


@MODESTLY
@given(body=st.lists(ROWS, min_size=1, max_size=5).map(dumped))
@example(body='[{"service":"🚀","rate":"1234567.12345678","name":"&#0;\\u0000\\ud83d","min":2147483647}]')
@example(body='[{"service":1,"rate":9999999999.99999},{"service":2,"rate":"0.00000001"}]')
def test_services_come_back_from_the_database_as_they_were_read(service, body):
    rows = read_catalog(Answer(200, body.encode("utf-8", "surrogatepass"))).rows
    names = [field.name for field in dataclasses.fields(CatalogRow)]
    now = timezone.now()
    Service.objects.exclude(pk=service.pk).delete()
    Service.objects.bulk_create(
        Service(
            panel=service.panel, first_seen_at=now, last_seen_at=now, **{name: getattr(row, name) for name in names}
        )
        for row in rows
    )
    stored = Service.objects.exclude(pk=service.pk).order_by("pk")
    assert [CatalogRow(*(getattr(row, name) for name in names)) for row in stored] == list(rows)
