"""The cost of each kind of page on a database with orders of years: the queries, and the time of the server."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.bench.meters import Stopwatch
from tests.bench.orders import signed_in
from tests.bench.report import Row

MOST_QUERIES, MOST_MS = 20, 100
ROUNDS = 7
# By the name of the page. `addresses` fills in the {names}.
# Common filters find half of all orders, rare filters hardly any.
ADDRESSES = {
    "overview": "/",
    "banners": "/status/",
    "panels": "/panels/",
    "a panel": "/panels/1/",
    "status words of a panel": "/panels/1/words/",
    "money": "/money/",
    "a statement": "/money/1/",
    "a statement: next page": "/money/1/?after=1000~2026-06-01T00:00:00%2B00:00",
    "a statement: a month": "/money/1/?since_day={from}&until_day={to}",
    "a statement: deposits": "/money/1/?kind=deposit",
    "orders": "/orders/",
    "orders: next page": "/orders/?after={after}",
    "orders: page before": "/orders/?before={after}",
    "orders: last page": "/orders/?last=1",
    "orders: oldest first": "/orders/?sort=created",
    "orders: by charge": "/orders/?sort=-charge",
    "orders: by charge, lowest first": "/orders/?sort=charge",
    "orders: by cost": "/orders/?sort=-cost",
    "orders: by cost, lowest first": "/orders/?sort=cost",
    "orders: by cost, last page": "/orders/?sort=cost&last=1",
    "orders: of a busy panel": "/orders/?panel=1",
    "orders: of a quiet panel": "/orders/?panel={panel}",
    "orders: waiting": "/orders/?stage=waiting",
    "orders: that need you": "/orders/?stage=needs_you",
    "orders: being sent": "/orders/?stage=sending",
    "orders: running": "/orders/?stage=running",
    "orders: done": "/orders/?stage=done",
    "orders: partly": "/orders/?stage=partly",
    "orders: with a problem": "/orders/?stage=problem",
    "orders: withdrawn": "/orders/?stage=withdrawn",
    "orders: problems of a panel": "/orders/?stage=problem&panel={panel}",
    "orders: done for a client": "/orders/?stage=done&client=1",
    "orders: waiting by charge": "/orders/?stage=waiting&sort=-charge",
    "orders: withdrawn by charge": "/orders/?stage=withdrawn&sort=-charge",
    "orders: placed": "/orders/?state=placed",
    "orders: queued": "/orders/?state=queued",
    "orders: held": "/orders/?state=held",
    "orders: unknown": "/orders/?state=unknown",
    "orders: refused": "/orders/?state=refused",
    "orders: sending": "/orders/?state=sending",
    "orders: completed": "/orders/?progress=completed",
    "orders: in progress": "/orders/?progress=in_progress",
    "orders: expired": "/orders/?progress=expired",
    "orders: of a person": "/orders/?who={person}",
    "orders: my own": "/orders/?who=me",
    "orders: of today": "/orders/?created=today",
    "orders: of a month": "/orders/?created_from={from}&created_to={to}",
    "orders: of the first day": "/orders/?created_to={first_day}",
    "orders: whose refill ends soon": "/orders/?refill=7d",
    "orders: whose refill ends in a month": "/orders/?refill=30d",
    "orders: refill ends soon at a panel": "/orders/?refill=7d&panel=1",
    "orders: refill ends soon, of a person": "/orders/?refill=7d&who={person}",
    "orders: refill ends soon, done": "/orders/?refill=7d&stage=done",
    "orders: refill ends soon, of a client": "/orders/?refill=7d&client=1",
    "orders: of a batch": "/orders/?batch=1",
    "orders: of a busy client": "/orders/?client=1",
    "orders: of a quiet client": "/orders/?client=100",
    "orders: without a client": "/orders/?client=null",
    "orders: of a campaign": "/orders/?campaign=1",
    "orders: client and campaign": "/orders/?client=1&campaign=1",
    "orders: client and quiet panel": "/orders/?client=1&panel={panel}",
    "orders: client and refused": "/orders/?client=1&state=refused",
    "orders: quiet client, placed": "/orders/?client=100&state=placed",
    "orders: quiet client, finished": "/orders/?client=100&progress=finished",
    "orders: client in progress": "/orders/?client=1&progress=in_progress",
    "orders: quiet client, completed": "/orders/?client=100&progress=completed",
    "orders: client and person": "/orders/?client=2&who={person}",
    "orders: client and month": "/orders/?client=1&created_from={from}&created_to={to}",
    "orders: client by charge": "/orders/?client=1&sort=-charge",
    "orders: client and search": "/orders/?client=1&q=telegram+shares+brazil",
    "orders: a reference": "/orders/?q={reference}",
    "orders: start of all references": "/orders/?q=po-",
    "orders: of a service": "/orders/?service=1",
    "orders: that need attention": "/orders/?attention=on",
    "orders: our number": "/orders/?q=%23{order}",
    "orders: a number": "/orders/?q={order}",
    "orders: a panel's id": "/orders/?q={remote_id}",
    "orders: a link": "/orders/?q={link}",
    "orders: start of all links": "/orders/?q=https://www.instagram.com/",
    "orders: common word": "/orders/?q=instagram",
    "orders: words of a service": "/orders/?q=telegram+shares+brazil+speed+13k",
    "orders: nothing found": "/orders/?q=nothingthere",
    "orders: middle of a link": "/orders/?q=c000123",
    "orders: in every text": "/orders/?q=https",
    "orders: in every text, by charge": "/orders/?q=https&sort=-charge",
    "orders: in every text, refused": "/orders/?q=https&state=refused",
    "orders: in every text, quiet client": "/orders/?q=https&client=100",
    "orders: middle of a link, finished": "/orders/?q=c000123&progress=finished",
    "orders: client by name": "/orders/?q=ent+99",
    "orders: client by name and link": "/orders/?q=ent+99+c00",
    "orders: batch by name": "/orders/?q=rders.csv",
    "orders: panel and state": "/orders/?panel={panel}&state=withdrawn",
    "orders: person and progress": "/orders/?who={person}&progress=canceled",
    "orders: panel and person": "/orders/?panel={panel}&who={person}",
    "orders: panel and month": "/orders/?panel={panel}&created_from={from}&created_to={to}",
    "orders: state and search": "/orders/?state=refused&q={link}",
    "orders: nobody's in two states": "/orders/?state=queued&progress=completed",
    "orders: of a panel by charge": "/orders/?panel={panel}&sort=-charge",
    "orders: refused by charge": "/orders/?state=refused&sort=-charge",
    "orders: queued by cost": "/orders/?state=queued&sort=cost",
    "orders: batch, oldest first": "/orders/?batch=1&sort=created",
    "orders: person and state by cost": "/orders/?who={person}&state=refused&sort=-cost",
    "orders: search by charge": "/orders/?q=telegram+shares+brazil&sort=-charge",
    "an order": "/orders/{order}/",
    "an unknown order": "/orders/{unknown}/",
    "new order": "/orders/new/",
    "new order of a service": "/orders/new/?service=1",
    "new order: common word": "/orders/new/services/?q=instagram",
    "new order: two words": "/orders/new/services/?q=instagram+followers",
    "new order: three words": "/orders/new/services/?q=telegram+shares+brazil",
    "new order: an id": "/orders/new/services/?q=28999",
    "new order: nothing found": "/orders/new/services/?q=nothingthere",
    "catalog": "/catalog/",
    "catalog: last page": "/catalog/?last=1",
    "catalog: dearest first": "/catalog/?sort=-price&currency=USD",
    "catalog: cheapest of a currency": "/catalog/?sort=price&currency=USD",
    "catalog: cheapest of all panels": "/catalog/?sort=price",
    "catalog: cheapest of all, last page": "/catalog/?sort=price&last=1",
    "catalog: cheapest of all, next page": "/catalog/?sort=price&after={price}",
    "catalog: cheapest of all, common word": "/catalog/?q=instagram&sort=price",
    "catalog: cheapest of all, three words": "/catalog/?q=telegram+shares+brazil&sort=price",
    "catalog: cheapest of all, with refill": "/catalog/?refill=yes&sort=price",
    "catalog: cheapest of all, a category": "/catalog/?category=spotify&sort=price",
    "catalog: dearest of all, any state": "/catalog/?show=all&sort=-price",
    "catalog: quickest by own orders": "/catalog/?sort=finish",
    "catalog: delivered most, next page": "/catalog/?sort=-delivered&after=1~0.5",
    "catalog: paid least in a currency": "/catalog/?sort=paid&currency=USD",
    "orders: of a product": "/orders/?product=1",
    "refills: of a service": "/refills/?service=1",
    "catalog: common word": "/catalog/?q=instagram",
    "catalog: three words": "/catalog/?q=telegram+shares+brazil",
    "catalog: words and price": "/catalog/?q=likes&sort=price&currency=EUR",
    "catalog: an id": "/catalog/?q=28999",
    "catalog: nothing found": "/catalog/?q=nothingthere",
    "catalog: a category": "/catalog/?category=spotify",
    "catalog: a panel": "/catalog/?panel={panel}",
    "catalog: no longer listed": "/catalog/?show=unlisted",
    "catalog: with refill, by price": "/catalog/?refill=yes&currency=USD&sort=price",
    "a service": "/catalog/1/",
    "a service: its facts": "/catalog/1/facts/",
    "products": "/catalog/products/",
    "products: last page": "/catalog/products/?last=1",
    "products: cheapest first": "/catalog/products/?sort=price",
    "products: of a platform": "/catalog/products/?platform=instagram",
    "products: of a platform, with refill, cheapest first": "/catalog/products/?platform=instagram&refill=1&sort=price",
    "products: words": "/catalog/products/?q=instagram+followers",
    "products: at several panels": "/catalog/products/?several=on",
    "a product": "/catalog/products/{product}/",
    "a product: prices of the past": "/catalog/products/{product}/prices/",
    "a product: with refill": "/catalog/products/{product}/?refill_class=1",
    "exchange rates": "/settings/rates/",
    "changes": "/catalog/changes/",
    "changes: last page": "/catalog/changes/?last=1",
    "changes: dearer": "/catalog/changes/?kind=dearer",
    "changes: of a rare kind": "/catalog/changes/?kind=contradiction",
    "changes: of a panel": "/catalog/changes/?panel={panel}",
    "changes: a rare kind of a panel": "/catalog/changes/?panel={panel}&kind=thing",
    "changes: of used services": "/catalog/changes/?used=on",
    "changes: gone, used, of a panel": "/catalog/changes/?used=on&kind=gone&panel={panel}",
    "changes: dearer, of a month": "/catalog/changes/?kind=dearer&when=30d",
    "changes: oldest first": "/catalog/changes/?sort=time",
    "clients": "/clients/",
    "clients: last page": "/clients/?last=1",
    "a busy client": "/clients/1/",
    "a quiet client": "/clients/100/",
    "a campaign": "/campaigns/1/",
    "bulk": "/bulk/",
    "a batch": "/bulk/1/",
    "a batch: last page": "/bulk/1/?last=1",
    "refills": "/refills/",
    "refills: of a panel": "/refills/?panel={panel}",
    "refills: in progress": "/refills/?progress=in_progress",
}


def measure(count: int, database: str) -> Iterator[Row]:
    """Request every address several times as a user. The report names the pages over their limits."""
    client = signed_in()
    _start_worker()
    for what, address in addresses():
        queries = _queries(client, address)
        watches = [_time(client, address) for _ in range(ROUNDS)]
        ms, cpu = (statistics.median(getattr(watch, name) for watch in watches) * 1000 for name in ("wall", "cpu"))
        is_over = queries > MOST_QUERIES or ms > MOST_MS
        figure = f"{ms:.0f} ms ({cpu:.0f} ms CPU here), {queries} queries"
        yield Row(what, figure, f"limit: {MOST_MS} ms, {MOST_QUERIES}", "OVER" if is_over else "")


def _start_worker() -> None:
    """Pretend that a worker runs, because without one every page counts what waits for it."""
    from django.utils import timezone

    from panels.models import Worker

    now = timezone.now()
    worker = Worker.objects.create(host="bench", pid=1, started_at=now, seen_at=now)
    Worker.objects.filter(pk=worker.pk).update(seen_at=now + timedelta(days=1))


def addresses() -> Iterator[tuple[str, str]]:
    """Return the addresses by the name of the page, with pages, rows and days of the database."""
    from urllib.parse import quote

    from django.utils import timezone

    from panels.models import Order, Panel, ProductGrade
    from panels.pages.paging import paginate

    first, last = Order.objects.order_by("pk").first(), Order.objects.order_by("pk").last()
    assert first
    assert last
    middle = Order.objects.exclude(remote_id="").filter(pk__gte=(first.pk + last.pk) // 2).order_by("pk").first()
    unknown = Order.objects.filter(state="unknown").first() or last
    assert middle
    month_ago = timezone.now() - timedelta(days=60)
    found = {
        "after": paginate(Order.objects.all(), {}, sort="-created_at").after,
        "product": ProductGrade.objects.order_by("-offers").values_list("product", flat=True)[0],
        "panel": Panel.objects.order_by("-pk").values_list("pk", flat=True)[0],
        "person": last.placed_by_id,
        "from": month_ago.date(),
        "to": (month_ago + timedelta(days=30)).date(),
        "first_day": first.created_at.date(),
        "order": middle.pk,
        "remote_id": middle.remote_id,
        "link": middle.link,
        "reference": "PO-777",
        # A place in the middle of all prices: the pk, and the worth as a fraction.
        "price": "1~2~1",
        "unknown": unknown.pk,
    }
    quoted = {name: quote(str(value)) for name, value in found.items()}
    return ((what, address.format(**quoted)) for what, address in ADDRESSES.items())


def _queries(client: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        _get(client, address)
    return len(queries)


def _time(client: Any, address: str) -> Stopwatch:
    with Stopwatch() as watch:
        _get(client, address)
    return watch


def _get(client: Any, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    assert response.content
