"""Lines name clients and campaigns. Names that do not exist are created together, and only by a person."""

from __future__ import annotations

import pytest

from panels.bulk.adoption import create_adoption, to_adopt
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import NotADraftError, change_line
from panels.bulk.labels import NotCreatedError, create_missing_names, find_missing_names, set_labels
from panels.clients.naming import MOST_CREATED, NO_LABELS, Labels
from panels.models import Batch, Campaign, Client, Order
from tests.bulk.batches import confirm_batch, line_of
from tests.factories import make_batch, make_campaign, make_client, make_panel, make_service, make_sheet, make_user
from tests.factories import row_of as row

pytestmark = pytest.mark.django_db


def create(batch, user=None):
    return create_missing_names(batch, user, summary(batch).fingerprint)


def labels_of(order):
    return (order.client and order.client.name, order.campaign and order.campaign.name, order.reference, order.note)


# -- names that do not exist


def test_a_missing_name_is_an_error_that_neither_a_check_nor_a_confirmation_mends():
    service = make_service()
    batch = make_batch(row(service, client="Nova"), row(service))
    assert line_of(batch, 2).errors == {"client": ["There is no client “Nova”. Create it, or correct the name."]}
    assert not line_of(batch, 3).has_errors
    assert "1 line has errors" in confirm(batch, None, summary(batch).fingerprint).problem
    assert not Order.objects.exists()
    assert not Client.objects.exists()


def test_all_missing_names_of_a_draft_are_created_at_once_and_the_lines_are_checked_again():
    service, user = make_service(), make_user("Operator")
    make_client("Orbit")
    batch = make_batch(
        row(service, client="Nova", campaign="Spring"),
        row(service, client=" NOVA", campaign="Autumn"),
        row(service, client="orbit", campaign="Spring"),
        row(service, quantity=1, client="Mars"),
    )
    found = find_missing_names(batch)
    assert found.missing.words == "2 clients and 3 campaigns"
    assert found.listed == "“Nova”, “Mars”, “Nova · Spring”, “Nova · Autumn”, “Orbit · Spring”"
    assert create(batch, user).words == "2 clients and 3 campaigns"
    assert [each.created_by for each in Campaign.objects.all()] == [user] * 3
    assert [line.has_errors for line in batch.lines.all()] == [False, False, False, True]
    change_line(line_of(batch, 5), is_left_out=True)
    confirm_batch(batch)
    assert [labels_of(order)[:2] for order in batch.orders.order_by("pk")] == [
        ("Nova", "Spring"),
        ("Nova", "Autumn"),
        ("Orbit", "Spring"),
    ]


def test_a_corrected_name_needs_no_new_client():
    service = make_service()
    nova = make_client("Nova")
    cells = row(service, client="Nowa")
    batch = make_batch(cells)
    change_line(line_of(batch, 2), cells=cells | {"client": "nova"})
    assert (line_of(batch, 2).errors, line_of(batch, 2).client) == ({}, nova)
    assert not find_missing_names(batch).missing


def test_the_names_of_skipped_lines_are_not_created():
    service = make_service()
    batch = make_batch(row(service, client="Nova"), row(service, client="Orbit"))
    change_line(line_of(batch, 2), is_left_out=True)
    assert list(create(batch)) == ["Orbit"]


def test_only_the_names_that_were_shown_are_created():
    service = make_service()
    batch = make_batch(row(service, client="Nova"))
    shown = summary(batch).fingerprint
    change_line(line_of(batch, 2), cells=row(service, client="Orbit"))
    with pytest.raises(NotCreatedError, match="has changed since this page was shown"):
        create_missing_names(batch, None, shown)
    confirm_batch(make_batch(row(service)))
    assert not Client.objects.exists()


def test_a_confirmed_batch_creates_no_names():
    batch = make_batch(row(make_service()))
    shown = summary(batch).fingerprint
    confirm_batch(batch)
    for change in (lambda: create_missing_names(batch, None, shown), lambda: set_labels(batch, NO_LABELS)):
        with pytest.raises(NotADraftError):
            change()


def test_a_column_of_something_else_does_not_become_hundreds_of_clients():
    service = make_service()
    batch = make_batch(*[row(service, client=f"Remark {number}") for number in range(MOST_CREATED + 1)])
    assert find_missing_names(batch).listed.endswith("“Remark 9” and 191 more")
    with pytest.raises(NotCreatedError, match="201 clients are missing, and at most 200 names"):
        create(batch)
    assert not Client.objects.exists()


def test_names_that_another_person_has_created_only_need_a_new_check():
    batch = make_batch(row(make_service(), client="Nova"))
    nova = make_client("nova")
    found = find_missing_names(batch)
    assert (len(found.missing), found.is_outdated) == (0, True)
    assert not create(batch)
    assert line_of(batch, 2).client == nova
    assert not find_missing_names(batch).is_outdated


# -- defaults


def test_an_own_label_of_a_line_wins_over_the_labels_of_its_batch():
    service = make_service()
    nova, orbit = make_client("Nova"), make_client("Orbit")
    labels = Labels(nova, make_campaign("Spring", nova), "PO-1", "For all")
    batch = make_batch(
        row(service),
        row(service, client="Orbit", note="Only this"),
        row(service, reference="PO-2", client="NOVA"),
        labels=labels,
    )
    confirm_batch(batch)
    assert [labels_of(order) for order in batch.orders.order_by("pk")] == [
        ("Nova", "Spring", "PO-1", "For all"),
        ("Orbit", None, "PO-1", "Only this"),
        ("Nova", "Spring", "PO-2", "For all"),
    ]
    assert set(Order.objects.values_list("reference_key", flat=True)) == {"po-1", "po-2"}
    assert orbit.orders.count() == 1


def test_changed_defaults_are_those_of_the_lines_and_an_older_summary_no_longer_confirms():
    batch = make_batch(row(make_service()))
    shown = summary(batch).fingerprint
    set_labels(batch, Labels(make_client("Nova"), None, "PO-1", ""))
    assert line_of(batch, 2).client.name == "Nova"
    assert "has changed" in confirm(batch, None, shown).problem
    batch = Batch.objects.get()
    confirm_batch(batch)
    assert labels_of(Order.objects.get()) == ("Nova", None, "PO-1", "")


# -- imports


def test_an_import_waits_with_the_lines_whose_names_do_not_exist():
    panel = make_panel()
    rows = [{"panel": panel.name, "order": order, "client": name} for order, name in (("71", "Nova"), ("72", ""))]
    batch, _ = create_adoption(make_sheet(*rows, {"panel": panel.name, "order": "0"}), created_by=None)
    assert [line.remote_id for line in to_adopt()] == ["72"]
    assert find_missing_names(batch).missing.words == "1 client"
    create_missing_names(batch, None, summary(batch).fingerprint)
    assert [(line.remote_id, line.client and line.client.name) for line in to_adopt().order_by("number")] == [
        ("71", "Nova"),
        ("72", None),
    ]
    assert line_of(batch, 4).errors.keys() == {"order"}
