"""A superuser, and a row of every model."""

from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from panels.models import (
    ActionLine,
    BalanceReading,
    ClientDay,
    ClientUnits,
    ColumnTitle,
    Controls,
    DayTotal,
    FoundId,
    IdSearch,
    JobRun,
    LabelChange,
    OrderAction,
    OrderEvent,
    OrderLimit,
    OrderReading,
    OrderText,
    PanelDay,
    PersonalSettings,
    Preferences,
    Product,
    ProductGrade,
    Recount,
    ServiceChange,
    ServiceFacts,
    ServiceMark,
    ServiceRecord,
    Session,
    SourceTable,
    Worker,
)
from tests.admin.rows import KEY
from tests.factories import (
    make_batch,
    make_campaign,
    make_client,
    make_entry,
    make_mail,
    make_panel,
    make_placed,
    make_rate,
    make_refill,
    make_refusal,
    make_service,
    make_status_word,
    make_user,
    make_view,
    read_offers,
    row_of,
)


@pytest.fixture
def superuser(db):
    return make_user(username="root", is_superuser=True, is_staff=True)


@pytest.fixture
def as_superuser(client, superuser):
    client.force_login(superuser)
    return client


@pytest.fixture
def rows(db):
    """A row of every model."""
    now = timezone.now()
    panel = make_panel(key=KEY, balance=Decimal(5))
    service = make_service(panel)
    order = make_placed(service)
    order.add_event(OrderEvent.What.SENT)
    action = OrderAction.objects.create(kind="refresh")
    batch = make_batch(row_of(service))
    ServiceFacts.objects.create(service=service)
    read_offers()
    search = IdSearch.objects.create(order=order, attempt=1)
    of_client = {"panel": panel, "day": now.date(), "client_pk": 7, "campaign_pk": 8, "orders": 2}
    found = (
        panel,
        service,
        OrderText.objects.get(pk=order.pk),
        order,
        order.events.get(),
        action,
        ActionLine.objects.create(action=action, order=order),
        make_refill(order),
        OrderReading.objects.create(order=order, at=now, progress="pending", remains=1000, is_lasting=True),
        PanelDay.objects.create(panel=panel, day=now.date(), calls=3, answers=2, failures=1, seconds=0.8),
        DayTotal.objects.create(
            panel=panel, day=now.date(), currency="USD", cost=3, orders=2, expected=1, unpriced=0, summed_at=now
        ),
        ClientDay.objects.create(**of_client, currency="USD", cost=3, expected=1, unpriced=0),
        ClientUnits.objects.create(**of_client, platform="instagram", metric="followers", units=900),
        Recount.objects.create(panel=panel, day=now.date()),
        LabelChange.objects.create(action=action, values={}, packed=LabelChange.pack([order.pk]), number=1),
        make_refusal(panel),
        make_status_word(panel),
        BalanceReading.objects.create(panel=panel, at=now, balance=Decimal(5), why="schedule"),
        make_entry(panel),
        ServiceChange.objects.create(service=service, at=now, field="rate_per_1000", old="1", new="2"),
        batch,
        SourceTable.objects.create(batch=batch, has_panel=True, packed=SourceTable.pack(b"service")),
        ColumnTitle.objects.create(kind="orders", key="menge", title="Menge", column="quantity"),
        batch.lines.get(),
        make_client(),
        make_campaign(),
        make_view(make_user(), is_shared=True),
        PersonalSettings.objects.create(user=make_user(), time_zone="Europe/Berlin"),
        Session.objects.create(
            session_key="0" * 40,
            session_data=KEY,
            user=make_user(),
            device="Firefox on Windows",
            network="192.0.2.7",
            signed_in_at=now,
            seen_at=now,
            expire_date=now,
        ),
        make_mail(),
        OrderLimit.objects.create(person=make_user(), currency="USD", largest=50),
        Worker.objects.create(host="here", pid=1, started_at=now, seen_at=now),
        JobRun.objects.create(name="sweep"),
        Controls.objects.create(pk=1, sending_stopped_at=now),
        Preferences.objects.create(pk=1),
        make_rate("USD", 2),
        Product.objects.get(),
        ProductGrade.objects.first(),
        ServiceFacts.objects.get(),
        ServiceMark.objects.create(service=service, is_favourite=True, note="fast"),
        ServiceRecord.objects.create(service=service),
        search,
        Authenticator.objects.create(user=make_user(), type="totp", data={"secret": KEY}, last_used_at=now),
        FoundId.objects.create(search=search, remote_id="991", remote_status="Pending", asked_at=now),
    )
    return {type(row): row for row in found}
