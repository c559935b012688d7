"""Each change of a service has a meaning, and a person is told of those that make a used service worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from panels.calls.catalog import store_catalog
from panels.catalog import facts, watch
from panels.catalog.corrections import apply
from panels.catalog.names.facts import VERSION
from panels.models import Batch, PersonalSettings, Service, ServiceChange, ServiceFacts, ServiceMark
from panels.protocol.wire import Catalog, CatalogRow
from panels.providers.service_types import set_type
from tests.factories import (
    make_batch,
    make_offer,
    make_order,
    make_panel,
    make_service,
    make_user,
    read_offers,
    row_of,
)

Kind = ServiceChange.Kind
NAME = "Instagram Followers [30 Days Refill] [Real]"
prices = st.decimals(min_value=0, max_value=10**6, places=8)


@pytest.mark.parametrize(
    ("field", "old", "new", "kind"),
    [
        ("rate_per_1000", "0.9", "1", Kind.DEARER),
        ("rate_per_1000", "10", "9", Kind.CHEAPER),
        ("is_listed", "True", "False", Kind.GONE),
        ("is_listed", "False", "True", Kind.BACK),
        ("is_listed", "", "True", Kind.NEW),
        ("refill", "True", "False", Kind.REFILL_LOST),
        # A refill that is no longer stated is not lost.
        ("refill", "True", "", Kind.OTHER),
        ("refill", "False", "True", Kind.OTHER),
        ("cancel", "True", "False", Kind.CANCEL_LOST),
        ("cancel", "", "False", Kind.OTHER),
        ("min_quantity", "10", "100", Kind.LIMITS),
        ("max_quantity", "10", "", Kind.LIMITS),
        ("raw_type", "Default", "Package", Kind.TYPE),
        ("name", "a", "b", Kind.RENAMED),
        ("category", "a", "b", Kind.RENAMED),
        ("dripfeed", "True", "False", Kind.OTHER),
        ("product", "Instagram followers", "TikTok likes", Kind.THING),
        ("refill_class", "4", "1", Kind.REFILL_LOST),
        ("refill_class", "1", "4", Kind.OTHER),
        ("contradiction", "", "refill", Kind.CONTRADICTION),
    ],
)
def test_each_change_has_one_meaning(field, old, new, kind):
    assert watch.kind_of(field, old, new) == kind


@given(prices, prices)
def test_a_price_is_dearer_or_cheaper_and_serious_from_five_percent_on(old, new):
    if old == new:
        return
    change = watch.new_change(Service(), "rate_per_1000", f"{old:f}", f"{new:f}", timezone.now())
    assert change.kind == (Kind.DEARER if new > old else Kind.CHEAPER)
    assert change.is_serious == (new > old and new >= old * Decimal("1.05"))
    assert (change.ratio is None) == (old == 0)


@pytest.mark.parametrize(
    ("field", "old", "new", "is_serious"),
    [
        ("is_listed", "True", "False", True),
        ("refill", "True", "False", True),
        ("product", "a", "b", True),
        ("is_listed", "", "True", False),
        ("min_quantity", "1", "2", False),
        ("name", "a", "b", False),
    ],
)
def test_what_makes_a_service_worse_is_serious(field, old, new, is_serious):
    assert watch.new_change(Service(), field, old, new, timezone.now()).is_serious is is_serious


# -- services in use


def use_by_order(service):
    make_order(service)


def use_as_favourite(service):
    ServiceMark.objects.create(service=service, is_favourite=True)


def use_in_draft(service):
    make_batch(row_of(service))


@pytest.mark.django_db
@pytest.mark.parametrize("use", [use_by_order, use_as_favourite, use_in_draft])
def test_a_service_is_used_if_it_was_ordered_lately_or_is_a_favourite_or_in_a_draft(use):
    service, other = make_service(), make_service()
    use(service)
    use(other)
    assert watch.used_services(service.panel_id) == {service.pk}


@pytest.mark.django_db
def test_an_old_order_a_block_and_a_discarded_or_skipped_line_use_nothing():
    panel = make_panel()
    services = [make_service(panel) for _ in range(4)]
    make_order(services[0], created_at=timezone.now() - watch.USED_FOR - timedelta(hours=1))
    ServiceMark.objects.create(service=services[1], is_blocked=True)
    Batch.objects.filter(pk=make_batch(row_of(services[2])).pk).update(state=Batch.State.DISCARDED)
    make_batch(row_of(services[3])).lines.update(is_left_out=True)
    assert watch.used_services(panel.pk) == set()


@pytest.mark.django_db
def test_the_changes_of_a_sync_are_marked_as_of_services_in_use():
    used, other = make_service(), make_service()
    use_by_order(used)
    now = timezone.now()
    changes = [watch.new_change(each, "name", "a", "b", now) for each in (used, other)]
    watch.mark_used(changes)
    assert [change.is_used for change in changes] == [True, False]


# -- what the names say


def sync(service, **fields):
    """Read the catalog of a panel, in which this service has these values."""
    names = ("remote_id", "name", "type", "raw_type", "category", "rate_per_1000", "min_quantity", "max_quantity")
    service.refresh_from_db()
    values = {name: getattr(service, name) for name in (*names, "refill", "cancel", "dripfeed", "description")}
    store_catalog(service.panel, Catalog((CatalogRow(**values | fields),), 0))
    service.refresh_from_db()


def noted():
    """Return the changes that follow from names, and forget all changes."""
    said = ("product", "refill_class", "contradiction")
    found = list(ServiceChange.objects.filter(field__in=said).order_by("pk").values_list("field", "old", "new"))
    ServiceChange.objects.all().delete()
    return found


@pytest.fixture
def offer(db):
    service = make_offer(NAME, category="Instagram")
    read_offers()
    return service


def test_another_thing_behind_the_same_id_is_noted(offer):
    use_by_order(offer)
    sync(offer, name="TikTok Likes [30 Days Refill] [Real]", category="TikTok")
    read_offers()
    change = ServiceChange.objects.get(field="product")
    assert (change.old, change.new) == ("Instagram followers", "TikTok likes")
    assert (change.kind, change.panel, change.is_used, change.is_serious) == (Kind.THING, offer.panel, True, True)


def test_another_name_for_the_same_thing_is_only_renamed(offer):
    sync(offer, name=f"{NAME} [High Quality]")
    read_offers()
    assert ServiceChange.objects.get().kind == Kind.RENAMED


def test_a_shorter_refill_in_the_name_is_a_lost_refill_and_a_longer_one_is_not(offer):
    sync(offer, name=NAME.replace("30", "365"))
    read_offers()
    assert noted() == [("refill_class", "1", "4")]
    sync(offer, name=NAME)
    read_offers()
    assert ServiceChange.objects.get(field="refill_class").kind == Kind.REFILL_LOST


def test_a_lost_flag_is_noted_once_and_contradicts_the_name(offer):
    sync(offer, refill=False)
    read_offers()
    assert ServiceChange.objects.get(field="refill").kind == Kind.REFILL_LOST
    assert noted() == [("contradiction", "", "refill")]
    # It is not noted again while it lasts.
    sync(offer, name=f"{NAME} new", refill=False)
    read_offers()
    assert noted() == []
    sync(offer, name="Instagram Followers [No refill]", refill=False)
    sync(offer, name="Instagram Followers [No refill]", refill=True)
    read_offers()
    assert noted() == [("refill_class", "1", "0"), ("contradiction", "", "no refill")]


def test_a_new_version_of_the_parser_notes_nothing(offer, monkeypatch):
    ServiceFacts.objects.update(version=VERSION - 1, refill_days=365, refill_class=4)
    read_offers()
    assert noted() == []
    # Also if the panel said something else before the new version has read the name.
    sync(offer, name="TikTok Likes", category="TikTok")
    assert ServiceFacts.objects.get().version_before == VERSION
    read = facts.read_service
    monkeypatch.setattr(facts, "read_service", lambda *given: replace(read(*given), version=VERSION + 1))
    monkeypatch.setattr(facts, "VERSION", VERSION + 1)
    read_offers()
    assert ServiceFacts.objects.get().product.title == "TikTok likes"
    assert noted() == []
    sync(offer, name=NAME, category="Instagram")
    read_offers()
    assert [field for field, *_ in noted()] == ["product"]


def test_a_correction_notes_nothing_also_beside_a_change_of_the_panel(offer):
    person = make_user("Operator")
    apply({"metric": "likes"}, [offer.pk], person)
    read_offers()
    assert noted() == []
    sync(offer, name="TikTok Views", category="TikTok")
    apply({"metric": "shares"}, [offer.pk], person)
    read_offers()
    assert noted() == []
    apply({"metric": "saves"}, [offer.pk], person)
    sync(offer, name="YouTube Views", category="YouTube")
    read_offers()
    assert noted() == []
    # Corrections that stay the same hide no change.
    sync(offer, name="Instagram Followers", category="Instagram")
    read_offers()
    assert noted() == [("product", "YouTube saves", "Instagram saves")]


def test_a_type_that_a_person_sets_notes_no_other_thing(offer):
    set_type(offer, "package", make_user())
    read_offers()
    assert noted() == []


def test_another_understanding_of_the_same_type_notes_no_other_thing(offer):
    sync(offer, type="package")
    assert ServiceFacts.objects.get().version_before == ServiceFacts.STALE
    sync(offer, type="default", raw_type="Default 2")
    assert ServiceFacts.objects.get().version_before == ServiceFacts.STALE
    read_offers()
    sync(offer, raw_type="Default 3")
    assert ServiceFacts.objects.get().version_before == VERSION


def test_a_thing_that_was_not_known_is_no_other_thing(db):
    service = make_offer("Mystery box 7", category="")
    read_offers()
    sync(service, name="Mystery box 8")
    read_offers()
    sync(service, name="Instagram Followers")
    read_offers()
    assert noted() == []


def test_notes_take_as_many_queries_for_many_services(db):
    panel = make_panel()

    def count(number):
        services = [make_offer(NAME, panel, category="") for _ in range(number)]
        read_offers()
        Service.objects.filter(pk__in=[each.pk for each in services]).update(name="TikTok Likes")
        facts.mark_stale([each.pk for each in services], is_told=True)
        with CaptureQueriesContext(connection) as queries:
            read_offers()
        return len(queries)

    count(1)
    assert count(2) == count(20)
    assert len(noted()) == 23


# -- what a person has not seen


def make_change(field="is_listed", old="True", new="False", *, is_used=True, days_ago=1.0):
    change = watch.new_change(make_service(), field, old, new, timezone.now() - timedelta(days=days_ago))
    change.is_used = is_used
    change.save()
    return change


def count(user):
    return watch.unseen(watch.last_look(type(user).objects.get(pk=user.pk))).count()


@pytest.mark.django_db
def test_a_person_is_told_of_serious_changes_of_used_services_since_the_last_look():
    user, other = make_user("Viewer"), make_user("Viewer")
    make_change()
    make_change(days_ago=31)
    make_change(is_used=False)
    make_change("rate_per_1000", "1", "1.04")
    shown = make_change("rate_per_1000", "1", "1.05")
    assert watch.is_unseen(shown, None)
    assert (count(user), count(other)) == (2, 2)
    watch.mark_seen(user)
    assert not watch.is_unseen(shown, PersonalSettings.objects.get(user=user).changes_seen_at)
    assert (count(user), count(other)) == (0, 2)
    make_change(days_ago=-0.01)
    assert (count(user), count(other)) == (1, 3)


@pytest.mark.django_db
def test_the_look_is_noted_in_one_statement_that_keeps_the_other_settings(django_assert_num_queries):
    user = make_user("Viewer")
    PersonalSettings.objects.create(user=user, density="comfortable")
    read_early = type(user).objects.select_related("personal").get(pk=user.pk)
    PersonalSettings.objects.update(density="compact")
    with django_assert_num_queries(1):
        watch.mark_seen(read_early)
    found = PersonalSettings.objects.get()
    assert (found.density, found.changes_seen_at is None) == ("compact", False)
