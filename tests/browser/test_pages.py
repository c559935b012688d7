"""Every page, wide and narrow, light and dark, with the longest of names: nothing serious for axe, nothing too wide."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.bulk import drafts, progress
from panels.bulk.adoption import create_adoption
from panels.bulk.confirming import confirm, summary
from panels.models import (
    BalanceReading,
    Controls,
    DayTotal,
    FoundId,
    IdSearch,
    JobRun,
    Order,
    OrderAction,
    OrderReading,
    Panel,
    PanelDay,
    ServiceChange,
    Worker,
)
from tests.browser.conftest import fits
from tests.factories import (
    make_batch,
    make_entry,
    make_order,
    make_panel,
    make_placed,
    make_rate,
    make_refill,
    make_service,
    make_sheet,
    make_status_word,
    report_in,
    row_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

LONG = ("Instagram Followers | Real & Active | " * 8)[:200]
UNBROKEN = "x" * 200


@pytest.fixture
def everything(transactional_db):
    """A row of every kind, with names as long as they get; returns the addresses of all pages."""
    now = timezone.now()
    panel = make_panel(name=UNBROKEN[:100], balance=Decimal("1.5"), low_balance=Decimal(5), balance_checked_at=now)
    paused = make_panel(paused_reason="auth", last_error=LONG, balance_error=LONG, catalog_error=LONG)
    services = [make_service(panel, name=LONG, category=LONG[:190]), make_service(paused, name=UNBROKEN, type="")]
    marks = {"kind": "thing", "is_used": True, "is_serious": True}
    ServiceChange.objects.create(service=services[0], at=now, field="name", old=UNBROKEN, new=LONG, **marks)
    link = "https://www.example.com/" + UNBROKEN
    orders = [
        make_order(services[0], link=link),
        make_order(services[0], held_reason=LONG),
        make_order(services[1], state="unknown", attempt=1, sent_at=now, error_text=LONG, send_deadline=now),
        make_placed(services[0], alarm=LONG, remote_status=UNBROKEN[:100], is_word_unknown=True),
        make_placed(services[0], progress="partial", charge=Decimal("123456.789012"), remains=40, start_count=12),
        make_order(services[1], state="refused", error_text=UNBROKEN, error_class="validation"),
    ]
    for order in orders:
        order.add_event("created", UNBROKEN)
    draw_charts(panel, services[0], orders[4])
    orders += looked_for(services)
    make_refill(orders[4], state="refused", error=LONG)
    make_status_word(panel, text=UNBROKEN[:100], folded=UNBROKEN, kind="refill", meaning="nothing")
    action = OrderAction.objects.create(kind="cancel")
    Worker.objects.create(host=UNBROKEN, pid=4_000_000, started_at=now, seen_at=now)
    JobRun.objects.create(name="sweep", started_at=now, finished_at=now, last_error=UNBROKEN, worker=UNBROKEN)
    report_in("EUR")
    make_rate("USD", "1.0876", days_ago=4)
    make_rate("NGN", "1712.3456789")
    batches = bulk_batches(services[0], link)
    for kind, amount in (("opening", "90.123456"), ("deposit", "123456.789012")):
        make_entry(panel, kind=kind, amount=Decimal(amount), note=UNBROKEN)
    make_entry(panel, kind="charge", amount=Decimal("-0.000123"), order=orders[3], value_at=now - timedelta(days=2))
    Panel.objects.filter(pk=panel.pk).update(balance=Decimal(200_000), balance_checked_at=timezone.now())
    Controls.objects.create(pk=1, sending_stopped_at=now)
    return [
        "/",
        "/panels/",
        "/panels/new/",
        "/money/",
        f"/money/{panel.pk}/",
        f"/panels/{panel.pk}/",
        f"/panels/{paused.pk}/",
        f"/panels/{panel.pk}/edit/",
        f"/panels/{panel.pk}/words/",
        "/catalog/",
        "/catalog/?q=nothing-has-this-name",
        "/catalog/changes/",
        "/catalog/changes/?kind=thing",
        f"/catalog/{services[0].pk}/",
        f"/catalog/{services[1].pk}/",
        "/orders/",
        "/orders/?q=nothing",
        "/orders/new/",
        "/orders/new/?q=instagram",
        f"/orders/new/?service={services[0].pk}",
        *[f"/orders/{order.pk}/" for order in orders],
        f"/orders/actions/{action.pk}/",
        "/bulk/",
        "/bulk/new/",
        "/bulk/adopt/",
        *[f"/bulk/{batch.pk}/{query}" for batch in batches for query in ("", "?show=out", "?show=failed")],
        f"/bulk/{batches[0].pk}/lines/2/",
        "/refills/",
        "/operations/",
        "/settings/rates/",
        "/account/",
        "/history/",
        "/password/",
        "/password/link/",
    ]


def draw_charts(panel, service, order):
    """Make the rows of every chart, with amounts as long as they get and one a thousand times the others."""
    now = timezone.now()
    for days in range(30):
        at = now - timedelta(days=days)
        balance = Decimal("987654321.123456") if days == 9 else Decimal(days * 1000)
        BalanceReading.objects.create(panel=panel, at=at, balance=balance, currency="USD", why="schedule")
        PanelDay.add(panel.pk, at.date(), answers=1000 + days, failures=days * 9, seconds=9)
        for currency in ("USD", "EUR"):
            sums = {"cost": balance, "orders": 100_000, "expected": days % 2, "unpriced": 0, "summed_at": now}
            DayTotal.objects.create(panel=panel, day=at.date(), currency=currency, **sums)
        change = {"field": "rate_per_1000", "old": f"0.{days + 1:08}", "new": f"0.{days:08}"}
        ServiceChange.objects.create(service=service, at=at, **change)
        told = {"progress": "partial", "remains": days, "start_count": 12, "is_lasting": True}
        OrderReading.objects.create(order=order, at=at, **told)
        times = {"placed_at": at, "finished_after": at, "finished_before": at + timedelta(minutes=days**3)}
        make_placed(service, progress="completed", charge=Decimal(1), **times)


def looked_for(services):
    """Make an order that is looked for among many ids, one that waits for its panel, and one that was not found."""
    now = timezone.now()
    earlier, ago = now - timedelta(days=1), now - timedelta(hours=1)
    found = []
    for service, asked in ((services[0], now), (services[1], now), (services[0], None)):
        fields = {"attempt": 1, "sent_at": ago, "send_deadline": ago, "error_text": LONG}
        order = make_order(service, state="unknown", **fields)
        make_placed(service, sent_at=earlier, placed_at=earlier)
        make_placed(service, remote_id=str(10**17 + order.pk), sent_at=now, placed_at=now)
        search = IdSearch.objects.create(order=order, attempt=1, requested_at=asked, error=LONG, asked=12345)
        IdSearch.objects.filter(pk=search.pk).update(start=10**15, asked_from=10**15, asked_to=10**15 + 297)
        for number, charge in enumerate(("0.9", "123456.789012", None) if asked else ()):
            told = {"remote_status": UNBROKEN[:100], "start_count": 10**12, "remains": 900, "asked_at": now}
            FoundId.objects.create(
                search=search, remote_id=str(10**15 + number), charge=charge and Decimal(charge), **told
            )
        found.append(order)
    return found


def bulk_batches(service, link):
    """Make a batch in every state, with lines of every kind and the longest of values."""
    long = {"link": link, "comments": UNBROKEN, "service": UNBROKEN}
    bad = row_of(service, quantity=UNBROKEN, link=LONG)
    rows = (row_of(service, **long), bad, row_of(service, link=link), row_of(service, link=link), row_of(service))
    draft, discarded = (make_batch(*rows, filename=UNBROKEN, panel=service.panel) for _ in range(2))
    drafts.change_line(draft.lines.get(number=3), is_left_out=True)
    drafts.discard(discarded)
    batches = [draft, discarded]
    for _ in range(2):
        batches.append(make_batch(row_of(service), row_of(service), bad))
        drafts.leave_out_wrong(batches[-1])
        assert not confirm(batches[-1], None, summary(batches[-1]).fingerprint).problem
    Order.objects.filter(batch=batches[-1]).update(state="refused", error_text=UNBROKEN)
    progress.pause(batches[-2])
    ids = make_sheet({"panel": service.panel.name, "order": "991"}, {"panel": UNBROKEN, "order": UNBROKEN})
    return [*batches, create_adoption(ids, created_by=None)[0]]


# In four parts, so that they run side by side.
@pytest.mark.parametrize("part", range(4))
def test_every_page_looks_right(open_page, sign_in, everything, looks_right, part):
    page = open_page()
    sign_in(page, username=UNBROKEN[:150])
    for address in everything[part::4]:
        page.goto(address)
        page.evaluate("document.querySelectorAll('.chart__data').forEach((numbers) => { numbers.open = true; })")
        page.set_viewport_size({"width": 1920, "height": 900})
        fits(page)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            show_in(page, "light")
            looks_right(page)
            # The schemes differ in their colours alone.
            show_in(page, "dark")
            looks_right(page, "color-contrast")


def show_in(page, scheme):
    """Show the page in a scheme, without colours that fade."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(
        "document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finish())"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_a_new_install_and_before_the_login(open_page, sign_in, looks_right, scheme):
    page = open_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    page.goto("/login/")
    looks_right(page)
    sign_in(page)
    for address in (
        "/",
        "/panels/",
        "/catalog/",
        "/catalog/changes/",
        "/orders/",
        "/orders/new/",
        "/bulk/",
        "/bulk/new/",
        "/refills/",
        "/operations/",
    ):
        page.goto(address)
        looks_right(page)


def test_pages_work_without_javascript(open_page, sign_in, everything):
    page = open_page(java_script_enabled=False)
    sign_in(page)
    for address in ("/", "/orders/", "/catalog/", "/panels/", "/refills/", "/orders/new/?q=instagram"):
        assert page.goto(address).status == 200
    page.get_by_role("link", name="Instagram Followers").first.click()
    page.get_by_label("Link").fill("https://example.com/nojs")
    page.get_by_label("Quantity").fill("100")
    page.get_by_role("button", name="Place order").click()
    assert "/orders/" in page.url
    assert "example.com/nojs" in page.content()
