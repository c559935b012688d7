"""The life of orders at a panel that sends harmful answers, and the search for its key, for several test files."""

from __future__ import annotations

import html
import re
import threading
from urllib.parse import unquote

from django.apps import apps
from django.core import serializers
from django.utils import timezone

from panels.calls.aftercare import send_requests
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.calls.polling import poll_due
from panels.models import Order, Panel, Refill, Service
from panels.orders.aftercare import request_cancel, request_refill
from tests.calls.sending import submit
from tests.factories import make_order

PART = 12


def live_through(panel, sandbox, name):
    """Read the catalog and the balance, and order, follow, refill and cancel, before and during a behaviour."""
    service = Service.objects.select_related("panel").get(
        remote_id=sandbox.pick("Default", refill=True, cancel=True).id
    )
    for number in range(4):
        make_order(service, link=f"https://example.com/{number}", quantity=service.min_quantity)
    submit(panel)
    placed = list(Order.objects.filter(state=Order.State.PLACED).order_by("pk"))
    for order in placed[:2]:
        sandbox.finish(order.remote_id, "Completed")
    _follow(panel)
    sandbox.play(name)
    for number in range(3):
        make_order(service, link=f"https://example.com/{name}/{number}", quantity=service.min_quantity)
    for _ in range(2):
        sync_catalog(panel.pk, threading.Event())
        check_balance(panel.pk, threading.Event())
        Panel.objects.filter(pk=panel.pk).update(paused_reason="", paused_until=None, quiet_until=None)
        submit(panel)
        for order in Order.objects.filter(pk__in=[order.pk for order in placed[:2]]):
            request_refill(order, None)
        for order in Order.objects.filter(pk__in=[order.pk for order in placed[2:]]):
            request_cancel(order, None)
        send_requests(panel.pk, threading.Event())
        Refill.objects.update(next_check_at=timezone.now())
        send_requests(panel.pk, threading.Event())
        _follow(panel)


def _follow(panel):
    Order.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
    poll_due(panel.pk, threading.Event())


def stored():
    """Return all rows as a text."""
    rows = [row for model in apps.get_app_config("panels").get_models() for row in model.objects.all()]
    return serializers.serialize("json", rows, ensure_ascii=False)


def parts_of(key, text):
    """Return the parts of a key in a text, also behind escapes and tags and in another case."""
    wanted = {key[start : start + PART].lower() for start in range(len(key) - PART + 1)}
    plain = re.sub(r"<[^<>]*>", "", html.unescape(unquote(text))).lower()
    forms = (text.lower(), plain, re.sub("[^!-~]", "", plain))
    return [part for part in wanted for form in forms if part in form]
