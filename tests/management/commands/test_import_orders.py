"""The command places all orders of a file or nothing, asks no questions, and shows the result by its exit status."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from panels.management.commands import import_orders
from panels.models import Batch, Client, ColumnTitle, Controls, Order, Panel, Service
from panels.providers.service_types import set_type
from tests.factories import make_panel, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return make_service(make_panel(name="North", balance=Decimal(1)), remote_id="12")


@pytest.fixture
def write(tmp_path):
    def write(*rows, header="panel,service,link,quantity"):
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([header, *rows]))
        return path

    return write


GOOD = ("North,12,https://example.com/1,1000", "North,12,https://example.com/2,500")


def test_a_good_file_is_priced_and_queued(service, write, capsys, rung):
    user = make_user("Operator", username="ann")
    call_command("import_orders", write(*GOOD), user="ann")
    out = capsys.readouterr().out
    batch = Batch.objects.get()
    assert "North: 2 orders, 1.35\u00a0USD. Not enough balance (0.35\u00a0USD short)" in out
    assert f"2 orders are queued as batch {batch.pk}." in out
    assert (batch.state, batch.source, batch.filename) == ("confirmed", "command", "orders.csv")
    assert set(Order.objects.values_list("placed_by", "state", "batch")) == {(user.pk, "queued", batch.pk)}
    assert rung == [("submit", service.panel_id)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"paused_reason": "by_hand"}, "North is paused by hand. Its orders wait until the pause is lifted."),
        ({"paused_reason": "auth"}, "Its orders wait until the pause is lifted."),
        ({"paused_reason": "rate_limit"}, "Its orders wait until the pause ends, at 20"),
    ],
)
def test_a_paused_panel_is_named_because_its_orders_wait(service, write, capsys, rung, fields, words):
    ends = timezone.now() + timedelta(hours=1) if fields["paused_reason"] == "rate_limit" else None
    Panel.objects.update(**fields, paused_until=ends, quiet_until=ends)
    call_command("import_orders", write(*GOOD))
    assert words in capsys.readouterr().out
    assert Order.objects.count() == 2


def test_stopped_sending_is_said_because_the_orders_wait(service, write, capsys, rung):
    call_command("import_orders", write(*GOOD), dry_run=True)
    assert "paused" not in (out := capsys.readouterr().out)
    assert "stopped" not in out
    Controls.objects.update_or_create(pk=1, defaults={"sending_stopped_at": timezone.now()})
    call_command("import_orders", write(*GOOD), dry_run=True)
    assert "Sending is stopped. The orders wait until it is started again." in capsys.readouterr().out


def test_one_order_is_one_order(service, write, capsys, rung):
    call_command("import_orders", write(GOOD[0]))
    out = capsys.readouterr().out
    assert "North: 1 order, 0.90\u00a0USD" in out
    assert f"1 order is queued as batch {Batch.objects.get().pk}." in out


def test_a_dry_run_prices_orders_nothing_and_leaves_nothing(service, write, capsys):
    call_command("import_orders", write(*GOOD), dry_run=True)
    out = capsys.readouterr().out
    assert "1.35\u00a0USD" in out
    assert "Nothing was ordered" in out
    assert not Order.objects.exists()
    assert not Batch.objects.exists()


def test_links_and_comments_that_cannot_be_right_are_told_together_and_ordered(write, capsys, rung):
    panel = make_panel(name="North")
    make_service(panel, remote_id="12", name="TikTok Views", category="TikTok")
    make_service(panel, remote_id="13", type="custom_comments", raw_type="Custom Comments", min_quantity=1)
    links = [f"North,12,https://youtu.be/{number},1000," for number in range(7)]
    header = "panel,service,link,quantity,comments"
    call_command("import_orders", write(*links, r"North,13,https://example.com/1,,nice\nwow", header=header))
    out = capsys.readouterr().out
    assert "The link leads to YouTube, but the service is for TikTok. (lines 2, 3, 4, 5, 6…)" in out
    assert r'A comment has a typed "\n". Some panels make two comments of it, and charge for both. (line 9)' in out
    assert Order.objects.count() == 8


def test_lines_that_some_panels_refuse_are_told_together_and_ordered(service, write, capsys, rung):
    drips = [f"North,12,https://example.com/{number},10,20,30" for number in range(7)]
    path = write(*drips, header="panel,service,link,quantity,runs,interval")
    call_command("import_orders", path)
    lines = capsys.readouterr().out.splitlines()
    (told,) = [line for line in lines if "Some panels refuse this" in line]
    assert told.startswith("Quantity 10 of one run is below this service's minimum of 100.")
    assert told.endswith("(lines 2, 3, 4, 5, 6…)")
    assert Order.objects.count() == 7


def test_every_wrong_line_is_named_with_all_its_errors_and_nothing_is_ordered(service, write, capsys):
    rows = (*GOOD, "North,12,,5", "South,12,https://example.com/3,1000")
    with pytest.raises(CommandError, match="2 lines have errors"):
        call_command("import_orders", write(*rows))
    told = capsys.readouterr().err.splitlines()
    assert [text.partition(":")[0] for text in told] == ["Line 4, link", "Line 4, quantity", "Line 5, panel"]
    assert not Order.objects.exists()
    assert not Batch.objects.exists()


def test_the_types_and_the_further_fields_of_services_hold_for_a_file_too(service, write, rung):
    make_service(service.panel, remote_id="13", type="", raw_type="Magic")
    set_type(service, "likes_spread", make_user("Manager"))
    rows = (
        "North,12,,,ann,5,100,200,30,",
        'North,13,https://example.com/2,500,,,,,,"start_at=12:00\nusername=bob"',
    )
    header = "panel,service,link,quantity,username,old_posts,min,max,delay,Further fields"
    call_command("import_orders", write(*rows, header=header))
    spread, magic = Order.objects.order_by("pk")
    assert spread.type == "likes_spread"
    assert spread.params == {"username": "ann", "old_posts": "5", "min": "100", "max": "200", "delay": "30"}
    assert magic.type == ""
    assert magic.params == {"extra_fields": "start_at=12:00\nusername=bob"}


@pytest.mark.parametrize("extra", ["key=mine", "service=9", "no pair", "link=x"])
def test_further_fields_that_cannot_be_sent_order_nothing(service, write, extra, capsys):
    Service.objects.update(type="")
    row = f"{GOOD[0]},{extra}"
    with pytest.raises(CommandError, match="1 line has errors"):
        call_command("import_orders", write(row, header="panel,service,link,quantity,extra_fields"))
    assert "extra_fields: Further fields must" in capsys.readouterr().err
    assert not Order.objects.exists()


def test_a_second_run_of_the_same_file_orders_nothing_more(service, write):
    call_command("import_orders", write(*GOOD))
    with pytest.raises(CommandError, match="2 lines have errors"):
        call_command("import_orders", write(*GOOD))
    assert Order.objects.count() == 2


def test_lines_without_a_panel_go_to_the_named_panel(service, write):
    for number, name in enumerate(("North", "north")):
        path = write(f"12,https://example.com/{number},1000", header="service,link,quantity")
        call_command("import_orders", path, panel=name)
        assert Order.objects.filter(service=service).count() == number + 1


def test_nothing_is_checked_for_a_panel_that_is_not_active(service, write):
    Panel.objects.update(is_active=False)
    with pytest.raises(CommandError, match="The panel North is not active"):
        call_command("import_orders", write(*GOOD), panel="North")
    assert not Batch.objects.exists()


def test_a_price_that_changes_in_between_stops_it(service, write, monkeypatch, capsys):
    def change_and_confirm(*args):
        Service.objects.update(rate_per_1000=2)
        return confirm(*args)

    confirm = import_orders.confirm
    monkeypatch.setattr(import_orders, "confirm", change_and_confirm)
    with pytest.raises(CommandError, match="have changed"):
        call_command("import_orders", write(*GOOD))
    assert "rate 0.90\u00a0USD per\u00a01000 → 2.00\u00a0USD per\u00a01000 (lines 2, 3)" in capsys.readouterr().err
    assert not Order.objects.exists()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"panel": "Nowhere"}, "no panel called “Nowhere”. Active panels: North"), ({"user": "bob"}, "called bob")],
)
def test_an_unknown_name_is_an_error(service, write, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("import_orders", write(*GOOD), **options)
    assert not Batch.objects.exists()


def test_a_file_that_cannot_be_read_is_an_error(tmp_path, write):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_orders", tmp_path / "missing.csv")
    with pytest.raises(CommandError, match="There is no order in it"):
        call_command("import_orders", write())


# -- labels

LABELED = ("North,12,https://example.com/1,1000,Nova,Spring,PO-1,", "North,12,https://example.com/2,500,,,,Soon")
WITH_LABELS = "panel,service,link,quantity,client,campaign,reference,note"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(service, write, monkeypatch):
    monkeypatch.setattr("panels.tables.decoding.MAX_BYTES", 10)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda _: pytest.fail("the file was read"))
    with pytest.raises(CommandError, match=r"read at once.* Nothing was ordered"):
        call_command("import_orders", write(*GOOD))


def test_unknown_clients_are_refused_with_their_names_and_nothing_is_created(service, write, capsys):
    with pytest.raises(CommandError, match=r"1 line has errors\. .* use --create-clients"):
        call_command("import_orders", write(*LABELED, header=WITH_LABELS))
    error = capsys.readouterr().err
    assert "Line 2, client: There is no client “Nova”. Create it, or correct the name." in error
    assert (Order.objects.count(), Batch.objects.count(), Client.objects.count()) == (0, 0, 0)


def test_unknown_clients_are_created_on_request(service, write, capsys, rung):
    call_command("import_orders", write(*LABELED, header=WITH_LABELS), create_clients=True, client="Orbit", note="All")
    assert "New: 1 client and 1 campaign: Nova, Nova · Spring." in capsys.readouterr().out
    found = Order.objects.order_by("pk").values_list("client__name", "campaign__name", "reference", "note")
    assert list(found) == [("Nova", "Spring", "PO-1", "All"), ("Orbit", None, "", "Soon")]


def test_a_wrong_file_and_a_dry_run_create_no_client(service, write, capsys):
    with pytest.raises(CommandError, match="1 line has errors"):
        call_command(
            "import_orders", write("North,12,x,5,Nova,,,", header=WITH_LABELS), create_clients=True, client="A"
        )
    call_command("import_orders", write(*LABELED, header=WITH_LABELS), create_clients=True, dry_run=True)
    assert "North: 2 orders" in capsys.readouterr().out
    assert (Order.objects.count(), Batch.objects.count(), Client.objects.count()) == (0, 0, 0)


def test_an_unknown_client_for_all_lines_is_refused(service, write):
    with pytest.raises(CommandError, match="There is no client “Nova”"):
        call_command("import_orders", write(*GOOD), client="Nova")
    assert not Batch.objects.exists()


def test_a_file_with_an_unknown_column_is_refused_because_nobody_sees_its_draft(service, write):
    with pytest.raises(CommandError, match=r"unknown columns: “Owner”\. Remove or rename them\. .*Nothing was ordered"):
        call_command("import_orders", write(GOOD[0] + ",Alma", header="panel,service,link,quantity,Owner"))
    assert not Order.objects.exists()


def test_titles_in_other_languages_and_remembered_titles_are_read(service, write, rung):
    path = write("North,12,https://example.com/1,10k,May", header="Anbieter,Dienst,Link,Menge,Wann")
    with pytest.raises(CommandError, match=r"unknown columns: “Wann”\. .* choose its columns there"):
        call_command("import_orders", path)
    ColumnTitle.objects.create(kind="orders", key="wann", title="Wann", column="")
    call_command("import_orders", path)
    assert Order.objects.get().quantity == 10_000


def test_no_row_is_dropped_in_silence(service, write, capsys):
    below = ("panel,service,link,quantity", *GOOD)
    with pytest.raises(CommandError, match=r"Row 1 is above the titles in row 2 and may be an order\..*Nothing was"):
        call_command("import_orders", write(*below, header="North,12,https://example.com/3,5"))
    call_command("import_orders", write(*below, header="Nova,2026"), dry_run=True)
    assert "Row 1 above the titles was not read." in capsys.readouterr().out
    with pytest.raises(CommandError, match="errors"):
        call_command("import_orders", write(GOOD[0], *below))
    assert "Line 3, panel:" in capsys.readouterr().err
    assert not Order.objects.exists()


def test_a_title_that_may_mean_several_columns_is_refused_with_the_way_to_name_it(service, write):
    path = write("North,12,https://example.com/1,1000", header="panel,ID,link,quantity")
    with pytest.raises(CommandError, match=r"unknown columns: “ID” in column 2 .* rename them: panel, service"):
        call_command("import_orders", path)
    ColumnTitle.objects.create(kind="orders", key="id", title="ID", column="service")
    call_command("import_orders", path, dry_run=True)
    assert not Order.objects.exists()
