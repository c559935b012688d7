"""The page of a panel: who may do what, what is written, and that no page ever waits for a panel or shows a key."""

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels.forms.panels import BROWSER, LEARNED
from panels.models import BalanceReading, Batch, DayTotal, Panel, PanelDay, ServiceChange, Worker
from panels.models.order import Order
from panels.models.panel_pause import IS_PAUSED
from panels.money.totals import update_totals
from panels.providers import deletion
from tests.factories import (
    make_batch,
    make_fresh_panel,
    make_order,
    make_panel,
    make_placed,
    make_service,
    make_unknown,
    make_user,
    row_of,
)

KEY = "k3y-0123456789abcdef"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}

pytestmark = pytest.mark.django_db


def new_panel(**fields):
    return {
        "name": "Northwind",
        "api_url": "https://northwind.example/api/v2",
        "api_key": KEY,
        "multi_status": "on",
        "multi_refill": "on",
        "cancel_parameter": "orders",
        "body": "form",
        "parallel_calls": "4",
        "calls_per_minute": "60",
        "connect_timeout": "10",
        "read_timeout": "60",
    } | fields


def edited(panel, **fields):
    seen = {f"initial-{name}": getattr(panel, name) for name in LEARNED if getattr(panel, name) is not None}
    return new_panel(name=panel.name, api_url=panel.api_url, api_key="", is_active="on") | seen | fields


def text(response):
    return " ".join(response.content.decode().split())


def url(name, panel):
    return reverse(name, args=[panel.pk])


# -- one panel


def test_a_panel_page_shows_its_health_history_and_settings(as_viewer):
    panel = make_panel(name="Northwind", reported_currency="EUR", balance=Decimal(7))
    service = make_service(panel, remote_id="77", name="Likes")
    make_service(panel, is_listed=False)
    make_service(panel, type="", raw_type="Magic")
    ServiceChange.objects.create(service=service, at=timezone.now(), field="rate_per_1000", old="0.9", new="1.1")
    BalanceReading.objects.create(
        panel=panel, at=timezone.now(), balance=Decimal("3.21"), currency="EUR", why="request"
    )
    make_order(service)

    page = text(as_viewer.get(url("panel_detail", panel))).replace("\xa0", " ")

    assert "7.00 EUR" in page
    assert "3.21 EUR" in page
    assert "0.90 EUR → 1.10 EUR" in page
    assert "77 · Likes" in page
    assert "1 no longer listed" in page
    assert "1 of unknown type" in page
    assert f"/orders/?panel={panel.pk}" in page
    assert "•••• cdef" in page
    assert "http://127.0.0.1:9/api/v2" in page


def test_a_viewer_sees_no_buttons_that_change_a_panel(as_viewer):
    panel = make_panel(paused_reason="by_hand")
    page = text(as_viewer.get(url("panel_detail", panel)))
    for name in ("panel_edit", "panel_pause", "panel_resume", "panel_sync", "panel_balance"):
        assert url(name, panel) not in page


@pytest.mark.parametrize("name", ["panel_pause", "panel_resume", "panel_sync", "panel_parallel"])
def test_only_a_manager_may_act_on_a_panel(as_operator, rung, name):
    panel = make_panel(paused_reason="auth")
    assert as_operator.post(url(name, panel)).status_code == 403
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.sync_requested_at, panel.balance_requested_at) == ("auth", None, None)
    assert rung == []


@pytest.mark.parametrize("name", ["panel_pause", "panel_resume", "panel_sync", "panel_balance"])
def test_nothing_is_done_by_following_a_link(as_manager, name):
    assert as_manager.get(url(name, make_panel())).status_code == 405


def test_only_a_manager_may_add_or_edit(as_operator):
    panel = make_panel(name="Before")
    assert as_operator.get("/panels/new/").status_code == 403
    assert as_operator.post("/panels/new/", new_panel()).status_code == 403
    assert as_operator.get(url("panel_edit", panel)).status_code == 403
    assert as_operator.post(url("panel_edit", panel), edited(panel, name="After")).status_code == 403
    assert list(Panel.objects.values_list("name", flat=True)) == ["Before"]


def test_somebody_without_rights_sees_no_panels(client, db):
    client.force_login(make_user())
    assert client.get("/panels/").status_code == 403
    assert client.get(url("panel_detail", make_panel())).status_code == 403


@pytest.mark.parametrize("pk", [999, 10**30])
def test_a_panel_that_does_not_exist_is_not_found(as_manager, pk):
    assert as_manager.get(f"/panels/{pk}/").status_code == 404
    assert as_manager.post(f"/panels/{pk}/sync/").status_code == 404


def test_the_page_holds_the_panel(as_viewer):
    page = text(as_viewer.get(url("panel_detail", make_panel(name="Northwind"))))
    assert "<title>Northwind" in page
    assert '<div id="panel"' in page


def test_the_fragment_is_the_panel_alone(as_viewer):
    part = text(as_viewer.get(url("panel_detail", make_panel(name="Northwind")), **FRAGMENT))
    assert part.startswith('<div id="panel"')
    assert "<title>" not in part


def test_a_panel_page_does_not_ask_for_more_with_more_rows(as_viewer):
    panel = make_panel()

    def count():
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get(url("panel_detail", panel))
        return len(queries)

    def add():
        service = make_service(panel)
        ServiceChange.objects.create(service=service, at=timezone.now(), field="name", old="a", new="b")
        BalanceReading.objects.create(panel=panel, at=timezone.now(), balance=1, currency="USD", why="request")

    add()
    few = count()
    for _ in range(15):
        add()
    assert count() == few


# -- charts of a panel


def test_a_panel_without_a_past_says_so_in_words(as_viewer):
    page = text(as_viewer.get(url("panel_detail", make_panel())))
    assert "No readings yet." in page
    assert "The panel has accepted no orders." in page
    assert "The panel was not called." in page
    assert "<figure" not in page


def test_a_panel_page_draws_its_balance_its_orders_its_calls_and_its_uptime(as_viewer):
    panel, now = make_panel(balance_checked_at=timezone.now()), timezone.now()
    for days, balance in ((3, "40"), (2, "90.5"), (1, "80")):
        BalanceReading.objects.create(
            panel=panel, at=now - timedelta(days=days), balance=Decimal(balance), currency="USD", why="schedule"
        )
    make_placed(make_service(panel))
    update_totals()
    PanelDay.add(panel.pk, now.date(), answers=97, failures=3, seconds=1)
    page = text(as_viewer.get(url("panel_detail", panel))).replace("\xa0", " ")
    assert page.count("<figure") == 4
    assert "chart__mark--rise" in page
    assert "+50.50" in page
    assert "97 answered, 3 failed" in page
    assert "97.00 %" in page


def test_charts_of_a_panel_do_not_ask_for_more_with_more_days(as_viewer):
    panel, now = make_panel(), timezone.now()

    def count():
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get(url("panel_detail", panel))
        return len(queries)

    def add(days):
        at = now - timedelta(days=days)
        PanelDay.add(panel.pk, at.date(), answers=9, failures=1, seconds=1)
        BalanceReading.objects.create(panel=panel, at=at, balance=days, currency="USD", why="schedule")
        DayTotal.objects.create(panel=panel, day=at.date(), currency="USD", cost=1, orders=1, expected=0, unpriced=0,
                                summed_at=now)  # fmt: skip

    add(1)
    few = count()
    for days in range(2, 20):
        add(days)
    assert count() == few


# -- asking for a balance and a catalog


@pytest.mark.parametrize(("name", "kind"), [("panel_balance", "balance"), ("panel_sync", "sync")])
def test_asking_is_noted_and_the_worker_is_rung_for(as_manager, rung, name, kind):
    panel = make_panel()
    response = as_manager.post(url(name, panel))
    assert response.status_code == 302
    assert response.url == url("panel_detail", panel)
    panel.refresh_from_db()
    assert getattr(panel, f"{kind}_requested_at") is not None
    assert rung == [(kind, panel.pk)]


@pytest.mark.parametrize(("name", "kind"), [("panel_balance", "balance"), ("panel_sync", "sync")])
def test_asking_again_while_it_is_pending_changes_nothing(as_manager, rung, name, kind):
    asked = timezone.now() - timedelta(minutes=1)
    panel = make_panel(**{f"{kind}_requested_at": asked})
    as_manager.post(url(name, panel))
    panel.refresh_from_db()
    assert getattr(panel, f"{kind}_requested_at") == asked
    assert rung == []


def test_an_answer_by_htmx_is_the_fragment_that_follows_the_question(as_manager, rung):
    panel = make_panel()
    part = text(as_manager.post(url("panel_balance", panel), **FRAGMENT))
    assert part.startswith('<div id="panel"')
    assert "Checking…" in part
    assert '<progress aria-label="Checking the balance">' in part
    assert 'hx-trigger="every 1s"' in part


def test_the_page_stops_asking_when_the_answer_is_there(as_manager):
    panel = make_panel(balance=Decimal(5), balance_checked_at=timezone.now())
    response = as_manager.get(url("panel_detail", panel), **FRAGMENT)
    assert "hx-trigger" not in text(response)
    assert "Its balance is 5.00" in response.headers["HX-Trigger"].encode().decode("unicode_escape")


def test_a_failed_test_shows_the_panels_own_words(as_manager):
    panel = make_panel(balance_error="Invalid API key", catalog_error="<b>Down</b>")
    response = as_manager.get(url("panel_detail", panel), **FRAGMENT)
    assert text(response).count("Invalid API key") == 1
    assert text(response).count("&lt;b&gt;Down&lt;/b&gt;") == 1
    assert "The last test failed." in text(response)
    assert "The last sync failed." in text(response)
    assert "Invalid API key" in response.headers["HX-Trigger"]


def test_nobody_asks_an_inactive_panel(as_manager, rung):
    panel = make_panel(is_active=False)
    page = text(as_manager.post(url("panel_sync", panel), follow=True))
    panel.refresh_from_db()
    assert panel.sync_requested_at is None
    assert rung == []
    assert "is inactive, so it is not called" in page
    assert url("panel_sync", panel) not in page


def test_a_pending_question_counts_as_waiting_while_no_worker_is_alive(as_viewer):
    make_panel(sync_requested_at=timezone.now())
    assert "Worker not running" in text(as_viewer.get("/panels/"))
    now = timezone.now()
    Worker.objects.create(host="h", pid=1, started_at=now, seen_at=now)
    assert "Worker not running" not in text(as_viewer.get("/panels/"))


# -- pausing


def test_pausing_by_hand_stops_sending_until_it_is_lifted(as_manager, rung):
    panel = make_panel()
    page = text(as_manager.post(url("panel_pause", panel), follow=True))
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.paused_until) == ("by_hand", None)
    assert "Paused by hand" in page
    assert "paused by hand" not in page

    as_manager.post(url("panel_resume", panel))
    panel.refresh_from_db()
    assert panel.paused_reason == ""
    assert {("submit", panel.pk), ("poll", panel.pk)} <= set(rung)


def test_pausing_by_hand_keeps_a_reason_that_lasts(as_manager):
    panel = make_panel(paused_reason="auth", last_error="Invalid API key")
    page = text(as_manager.post(url("panel_pause", panel), follow=True))
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.last_error) == ("auth", "Invalid API key")
    assert "was already paused" in page


def undo_of(response):
    return re.findall(r'action="([^"]*)"[^>]*>\s*<input[^>]*>\s*<button[^>]*>\s*Undo\s*<', response.content.decode())


def test_a_pause_by_hand_is_undone(as_manager, rung):
    panel = make_panel()
    [undo] = undo_of(as_manager.post(url("panel_pause", panel), follow=True))
    assert "no longer paused" in text(as_manager.post(undo, follow=True))
    panel.refresh_from_db()
    assert panel.paused_reason == ""


def test_the_undo_of_a_pause_ends_no_other_pause(as_manager, rung):
    panel = make_panel()
    [undo] = undo_of(as_manager.post(url("panel_pause", panel), follow=True))
    Panel.objects.update(paused_reason="auth")
    assert "has another pause by now" in text(as_manager.post(undo, follow=True))
    panel.refresh_from_db()
    assert panel.paused_reason == "auth"


def test_a_pause_that_replaces_another_is_not_undone(as_manager):
    panel = make_panel(paused_reason="unreachable", paused_until=timezone.now() + timedelta(minutes=5))
    response = as_manager.post(url("panel_pause", panel), follow=True)
    assert "is paused" in text(response)
    assert undo_of(response) == []


def test_resuming_what_is_not_paused_says_so(as_manager, rung):
    page = text(as_manager.post(url("panel_resume", make_panel()), follow=True))
    assert "was not paused" in page
    assert rung == []


# -- adding and editing


def test_a_new_panel_is_tested_at_once(as_manager, rung):
    response = as_manager.post("/panels/new/", new_panel(low_balance="10", currency_override="eur"))
    panel = Panel.objects.get()
    assert response.url == url("panel_detail", panel)
    assert (panel.api_key.reveal(), panel.key_hint, panel.currency) == (KEY, "cdef", "EUR")
    assert panel.balance_requested_at is not None
    assert panel.sync_requested_at is not None
    assert rung == [("balance", panel.pk), ("sync", panel.pk)]


def test_no_page_ever_shows_the_key(as_manager, rung):
    pages = [as_manager.post("/panels/new/", new_panel(), follow=True)]
    panel = Panel.objects.get()
    pages += [as_manager.get(url(name, panel)) for name in ("panel_detail", "panel_edit")]
    pages += [as_manager.get("/panels/"), as_manager.get(url("panel_detail", panel), **FRAGMENT)]
    pages.append(as_manager.post("/panels/new/", new_panel(api_url="nonsense")))
    pages.append(as_manager.post(url("panel_edit", panel), edited(panel, api_key=KEY, name="")))
    for page in pages:
        assert page.status_code in (200, 422)
        assert KEY not in page.content.decode()
        assert panel.api_key.token not in page.content.decode()
        assert KEY[:-4] not in page.content.decode()


def test_a_typed_key_survives_a_mistake_elsewhere_and_is_in_no_page(as_manager, rung):
    page = as_manager.post(reverse("panel_new"), new_panel(name="")).content.decode()
    assert KEY not in page
    kept = re.search(r'<input type="hidden" name="kept_key" value="([^"]+)">', page).group(1)
    assert "Leave this empty to use it" in page
    assert "required" not in re.search(r'<input[^>]*name="api_key"[^>]*>', page).group()
    answer = as_manager.post(reverse("panel_new"), new_panel(api_key="", kept_key=kept))
    assert answer.status_code == 302
    assert Panel.objects.get().api_key.reveal() == KEY


def test_an_empty_key_keeps_the_stored_one(as_manager, rung):
    panel = make_panel(key=KEY)
    assert "Leave empty to keep the stored key ending in cdef" in text(as_manager.get(url("panel_edit", panel)))
    as_manager.post(url("panel_edit", panel), edited(panel, name="Renamed"))
    panel.refresh_from_db()
    assert (panel.name, panel.api_key.reveal()) == ("Renamed", KEY)
    assert panel.balance_requested_at is None
    assert rung == []


def test_a_new_key_is_tested_and_lifts_a_pause_for_the_old_one(as_manager, rung):
    panel = make_panel(paused_reason="auth", last_error="Invalid API key", balance_requested_at=timezone.now())
    as_manager.post(url("panel_edit", panel), edited(panel, api_key="another-key-9876"))
    panel.refresh_from_db()
    assert (panel.paused_reason, panel.api_key.reveal(), panel.key_hint) == ("", "another-key-9876", "9876")
    assert panel.sync_requested_at is not None
    assert ("balance", panel.pk) in rung


def test_a_new_key_does_not_lift_a_pause_for_another_reason(as_manager, rung):
    panel = make_panel(paused_reason="by_hand")
    as_manager.post(url("panel_edit", panel), edited(panel, api_key="another-key-9876"))
    panel.refresh_from_db()
    assert panel.paused_reason == "by_hand"


def test_the_key_does_not_follow_an_address_to_another_host(as_manager, rung):
    panel = make_panel(key=KEY)
    response = as_manager.post(url("panel_edit", panel), edited(panel, api_url="https://evil.example/api/v2"))
    assert response.status_code == 422
    assert "Enter the API key for this host" in text(response)
    panel.refresh_from_db()
    assert panel.api_url == "http://127.0.0.1:9/api/v2"
    assert rung == []

    other = edited(panel, api_url="https://evil.example/api/v2", api_key="another-key-9876")
    assert as_manager.post(url("panel_edit", panel), other).status_code == 302
    panel.refresh_from_db()
    assert (panel.host, panel.api_key.reveal()) == ("evil.example", "another-key-9876")


def test_saving_writes_only_what_was_changed(as_manager, rung, monkeypatch):
    panel = make_panel()
    found = Panel.save

    def save_late(self, *args, **kwargs):
        # The worker writes while the form is being saved.
        Panel.objects.filter(pk=self.pk).update(balance=Decimal(99), multi_status=False, paused_reason="funds")
        found(self, *args, **kwargs)

    monkeypatch.setattr(Panel, "save", save_late)
    as_manager.post(url("panel_edit", panel), edited(panel, name="Renamed"))
    panel.refresh_from_db()
    assert (panel.name, panel.balance, panel.multi_status, panel.paused_reason) == ("Renamed", 99, False, "funds")


def test_deactivating_keeps_history_and_says_so(as_manager, rung):
    panel = make_panel(balance_requested_at=timezone.now())
    order = make_order(make_service(panel))
    page = text(as_manager.post(url("panel_edit", panel), edited(panel, is_active=""), follow=True))
    panel.refresh_from_db()
    assert not panel.is_active
    assert panel.balance_requested_at is None
    assert Order.objects.filter(pk=order.pk).exists()
    assert "Its orders, services and history are kept." in page
    assert 'hx-trigger="every 1s"' not in page


def test_a_panel_that_is_active_again_is_tested(as_manager, rung):
    panel = make_panel(is_active=False)
    as_manager.post(url("panel_edit", panel), edited(panel))
    panel.refresh_from_db()
    assert panel.is_active
    assert panel.balance_requested_at is not None
    assert ("balance", panel.pk) in rung


def test_advanced_settings_are_folded_away_unless_one_is_wrong(as_manager):
    assert '<details class="stack" id="api-options">' in text(as_manager.get("/panels/new/"))
    response = as_manager.post("/panels/new/", new_panel(parallel_calls="0"))
    assert response.status_code == 422
    assert '<details class="stack" id="api-options" open>' in text(response)


@pytest.mark.parametrize("field", ["balance_error", "catalog_error"])
def test_a_failed_test_leads_to_the_settings_that_may_help(as_manager, viewer, client, field):
    panel = make_panel(**{field: "Unsupported Media Type. This panel seems to want the fields as JSON."})
    link = f'href="{url("panel_edit", panel)}?show=options#api-options"'
    page = text(as_manager.get(url("panel_detail", panel)))
    assert "seems to want the fields as JSON" in page
    assert link in page
    page = text(as_manager.get(url("panel_edit", panel), {"show": "options"}))
    assert '<details class="stack" id="api-options" open>' in page
    client.force_login(viewer)
    assert link not in text(client.get(url("panel_detail", panel)))


@pytest.mark.parametrize("reason", ["auth", "everybody"])
def test_another_way_of_calling_is_tested_and_ends_a_pause_because_of_the_old_one(as_manager, rung, reason):
    until = timezone.now() + timedelta(hours=1) if reason == "everybody" else None
    panel = make_panel(paused_reason=reason, paused_until=until)
    page = text(as_manager.post(url("panel_edit", panel), edited(panel, body="json", user_agent=BROWSER), follow=True))
    panel.refresh_from_db()
    assert (panel.body, panel.user_agent, panel.paused_reason) == ("json", BROWSER, "")
    assert ("balance", panel.pk) in rung
    assert "It is being tested." in page
    assert "<dt>Body</dt> <dd>JSON</dd>" in page
    assert f'<dt>User-Agent</dt> <dd class="wrap">{BROWSER}</dd>' in page


def test_another_way_of_calling_ends_no_other_pause(as_manager, rung):
    panel = make_panel(paused_reason="by_hand")
    as_manager.post(url("panel_edit", panel), edited(panel, body="json"))
    panel.refresh_from_db()
    assert panel.paused_reason == "by_hand"


def test_the_user_agent_of_a_browser_is_offered(as_manager):
    page = text(as_manager.get("/panels/new/"))
    assert f'<datalist id="user-agents"> <option value="{BROWSER}"></option>' in page
    assert 'list="user-agents"' in page


def test_a_name_of_markup_is_text(as_manager):
    panel = make_panel(name="<script>alert(1)</script>")
    for page in ("/panels/", url("panel_detail", panel), url("panel_edit", panel)):
        assert "<script>alert" not in text(as_manager.get(page))


# -- what needs a person


def test_the_page_of_a_panel_says_why_it_needs_a_person(as_viewer):
    panel = make_panel(
        balance=Decimal(1),
        low_balance=Decimal(2),
        paused_reason="auth",
        last_error="Invalid API key",
        catalog_error="HTTP 500",
    )
    page = text(as_viewer.get(f"/panels/{panel.pk}/"))
    assert page.count("alert--warning") == 1
    for words in (
        "Invalid API key",
        "The catalog was not read: HTTP 500",
        "1.00 USD left, below 2.00 USD.",
        "Enter the correct key",
    ):
        assert words in page


def test_the_page_of_a_panel_says_which_call_failed(as_viewer):
    panel = make_panel(failures=1, last_error="Connection refused")
    assert "The last call failed:" in text(as_viewer.get(f"/panels/{panel.pk}/"))


@pytest.mark.parametrize("fields", [{}, {"is_active": False, "paused_reason": "auth", "balance_error": "HTTP 500"}])
def test_the_page_of_a_panel_that_needs_nobody_warns_of_nothing(as_viewer, fields):
    panel = make_panel(**fields)
    assert "alert--warning" not in text(as_viewer.get(f"/panels/{panel.pk}/"))


def test_an_operator_refreshes_a_balance_and_resumes_only_a_pause_for_funds(as_operator, rung):
    panel = make_panel(paused_reason="funds")
    page = as_operator.get(panel.get_absolute_url()).content.decode()
    assert "Test and refresh balance" in page
    assert "Resume" in page
    assert as_operator.post(f"/panels/{panel.pk}/balance/").status_code == 302
    assert as_operator.post(f"/panels/{panel.pk}/sync/").status_code == 403
    assert as_operator.post(f"/panels/{panel.pk}/resume/").status_code == 302
    panel.refresh_from_db()
    assert panel.paused_reason == ""
    Panel.objects.update(paused_reason="auth")
    assert "Resume" not in as_operator.get(panel.get_absolute_url()).content.decode()
    assert as_operator.post(f"/panels/{panel.pk}/resume/").status_code == 403
    assert as_operator.post(f"/panels/{panel.pk}/pause/").status_code == 403


def test_the_page_offers_more_orders_at_a_time_with_the_risk_and_a_manager_chooses(as_manager):
    order = make_order(send_after=timezone.now() - timedelta(hours=2))
    page = as_manager.get(order.panel.get_absolute_url()).content.decode()
    assert "Send 2 at a time" in page
    assert "The risk" in page
    as_manager.post(f"/panels/{order.panel_id}/parallel/", {"at_a_time": "2"})
    assert Panel.objects.get().parallel_calls == 2
    for wrong in ("", "0", "21", "x"):
        as_manager.post(f"/panels/{order.panel_id}/parallel/", {"at_a_time": wrong})
        assert Panel.objects.get().parallel_calls == 2


def test_the_page_offers_one_at_a_time_after_an_order_without_an_answer(as_manager):
    order = make_unknown(make_service(make_panel(parallel_calls=4)))
    assert "Send one at a time" in as_manager.get(order.panel.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("takes_cancels", "words"), [(None, "not known yet"), (True, "accepted"), (False, "all refused so far")]
)
def test_the_page_says_whether_the_panel_takes_cancels(as_viewer, takes_cancels, words):
    page = text(as_viewer.get(make_panel(takes_cancels=takes_cancels).get_absolute_url()))
    assert f"<dt>Cancels</dt> <dd>{words}</dd>" in page


@pytest.mark.parametrize(("rows", "is_said"), [(None, False), (400, False), (500, True), (1_000, True)])
def test_the_page_says_that_the_list_of_the_panel_may_be_cut_off(as_viewer, rows, is_said):
    panel = make_panel(unpaged_rows=rows)
    page = as_viewer.get(panel.get_absolute_url()).content.decode()
    assert ("its list may be cut off" in page) == is_said
    assert f"lists exactly {rows or 0:,} services" in page or not is_said
    assert "read by one call" in page
    Panel.objects.update(has_pages=True)
    assert "read in pages" in as_viewer.get(panel.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"failures": 1, "last_error": "No answer."}, "Failing"),
        ({"turned_away": 1}, "Failing"),
        ({"catalog_error": "HTTP 500"}, "Failing"),
        ({"unreadable_since": timezone.now(), "unreadable_text": "<b>Just a moment"}, "Answers not readable"),
        ({"paused_reason": "auth", "failures": 1}, "Paused"),
        ({}, "Ok"),
    ],
)
def test_every_page_says_the_same_about_how_a_panel_is(as_manager, fields, word):
    panel = make_fresh_panel(**fields)
    for address in ("/", "/panels/", panel.get_absolute_url()):
        page = text(as_manager.get(address))
        words = re.findall(r"</svg><span>(Ok|Failing|Paused|Answers not readable)<", page)
        assert set(words) == {word}
        assert ("&lt;b&gt;Just a moment" in page) is ("unreadable_text" in fields)


SOON, PAST = timedelta(minutes=20), -timedelta(minutes=20)
# By what is the case: the reason of the pause, its time and the quiet time from now, and whether the panel is paused.
PAUSES = {
    "no pause": ("", None, None, False),
    "by hand": ("by_hand", None, None, True),
    "by hand, and quiet": ("by_hand", None, SOON, True),
    "funds": ("funds", None, None, True),
    "unclear": ("unclear", None, None, True),
    "key": ("auth", None, None, True),
    "key, and no longer quiet": ("auth", None, PAST, True),
    "rate limit": ("rate_limit", SOON, SOON, True),
    "rate limit, over": ("rate_limit", PAST, PAST, False),
    "unreachable": ("unreachable", SOON, SOON, True),
    "unreachable, tested now": ("unreachable", PAST, PAST, True),
    "everybody": ("everybody", SOON, None, True),
    "everybody, one order is tried": ("everybody", PAST, None, False),
    "everybody, over but quiet": ("everybody", PAST, SOON, True),
}


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("case", PAUSES)
def test_no_two_pages_contradict_each_other_about_a_pause(as_manager, case, is_active):
    reason, until, quiet, is_paused = PAUSES[case]
    now = timezone.now()
    times = {"paused_until": until and now + until, "quiet_until": quiet and now + quiet}
    panel = make_fresh_panel(name="Northwind", paused_reason=reason, is_active=is_active, **times)
    service = make_service(panel)
    order = make_order(service)
    batch = make_batch(row_of(service, link="https://example.com/p"))
    make_order(service, batch=batch)
    Batch.objects.update(state=Batch.State.CONFIRMED)
    badged = {
        address: set(re.findall(r"</svg><span>(Ok|Paused|Inactive|Failing)<", text(as_manager.get(address))))
        for address in ("/", "/panels/", panel.get_absolute_url(), "/operations/")
    }
    word = "Paused" if is_paused else "Ok"
    assert badged == {address: {word if is_active else "Inactive"} for address in badged}
    pages = {
        "order": order.get_absolute_url(),
        "form": f"/orders/new/?service={service.pk}",
        "batch": batch.get_absolute_url(),
    }
    told = {name: text(as_manager.get(address)) for name, address in pages.items()}
    reasons = panel.get_paused_reason_display()
    if not is_active:
        assert "Northwind is inactive" in told["order"]
        assert "Northwind is inactive" in told["form"]
        assert "the panel is inactive" in told["batch"]
    for name, page in told.items():
        is_told = "Northwind is paused" in page or (is_active and "Waiting for <a" in page)
        assert is_told is (is_paused and is_active), name
        assert not is_paused or not is_active or str(reasons).removeprefix("paused ") in page, name
    # No pause ends in the past.
    shown = text(as_manager.get("/panels/")) + told["form"]
    assert not re.search(r"(?:pause ends,|Paused until <time[^>]*>[^<]*</time> \() <time[^>]*>[^<]*ago<", shown)
    assert ("tested again now" in told["form"]) is (case == "unreachable, tested now" and is_active)
    assert panel.takes_orders() is (is_active and not is_paused)
    assert Panel.objects.open_for_orders().exists() is panel.takes_orders()
    assert Panel.objects.filter(IS_PAUSED).exists() is is_paused


def test_the_page_of_a_panel_shows_the_last_answer_and_the_last_unreadable_one(as_viewer):
    now = timezone.now()
    panel = make_fresh_panel(
        answered_at=now - timedelta(minutes=2), unreadable_at=now - timedelta(hours=5), unreadable_text="<i>moment"
    )
    Panel.objects.update(balance_checked_at=now - timedelta(minutes=9), catalog_synced_at=now - timedelta(hours=9))
    page = text(as_viewer.get(panel.get_absolute_url()))
    shown = re.sub(r" +", " ", re.sub(r"<(?!q)[^>]*>", "", page))
    assert "Last answer 2 min ago" in shown
    assert "Last unreadable answer 5 h ago: &lt;i&gt;moment" in shown
    assert "2 min ago" in text(as_viewer.get("/"))


def test_a_form_that_was_open_while_the_worker_learned_writes_only_what_the_person_changed(as_manager):
    panel = make_panel(calls_per_minute=60)
    page = as_manager.get(url("panel_edit", panel)).content.decode()
    seen = dict(re.findall(r'name="(initial-[a-z_]+)" value="(\w+)"', page))
    assert seen == {"initial-calls_per_minute": "60", "initial-multi_status": "True", "initial-multi_refill": "True"}
    now = timezone.now()
    Panel.objects.update(calls_per_minute=45, calls_lowered_from=60, calls_lowered_at=now, multi_status=False)
    as_manager.post(url("panel_edit", panel), edited(panel, name="Renamed", calls_per_minute="60") | seen)
    panel.refresh_from_db()
    assert (panel.name, panel.calls_per_minute, panel.calls_lowered_from) == ("Renamed", 45, 60)
    assert (panel.multi_status, panel.multi_refill) == (False, True)
    as_manager.post(url("panel_edit", panel), edited(panel, calls_per_minute="90") | seen)
    panel.refresh_from_db()
    assert (panel.calls_per_minute, panel.calls_lowered_from) == (90, None)


def test_a_person_sees_from_what_the_calls_were_lowered_and_raises_them_again(as_manager):
    panel = make_panel(calls_per_minute=45, calls_lowered_from=60, calls_lowered_at=timezone.now())
    assert "45 <span" in (page := text(as_manager.get(panel.get_absolute_url())))
    assert "lowered from 60, last at <time" in page
    as_manager.post(url("panel_edit", panel), edited(panel, calls_per_minute="60"))
    panel.refresh_from_db()
    assert (panel.calls_per_minute, panel.calls_lowered_at, panel.calls_lowered_from) == (60, None, None)
    assert "lowered from" not in text(as_manager.get(panel.get_absolute_url()))


# -- deleting


def test_a_manager_deletes_a_panel_without_orders(as_manager):
    panel = make_panel(name="Northwind")
    make_service(panel)
    make_service(panel, is_listed=False)
    page = text(as_manager.get(panel.get_absolute_url()))
    assert 'data-dialog="delete"' in page
    assert "the 2 services of its catalog" in page
    answer = as_manager.post(url("panel_delete", panel), follow=True)
    assert answer.redirect_chain == [("/panels/", 302)]
    assert "Northwind was deleted with its key, its catalog and its history." in text(answer)
    assert not Panel.objects.exists()


def test_a_panel_with_an_order_is_kept_and_says_why(as_manager):
    panel = make_order().panel
    assert 'data-dialog="delete"' not in text(as_manager.get(panel.get_absolute_url()))
    answer = as_manager.post(url("panel_delete", panel), follow=True)
    assert f"{panel} has orders, so it is kept with its history." in text(answer)
    assert Panel.objects.get().is_active


def test_a_large_catalog_is_deleted_in_several_tries(as_manager, monkeypatch):
    panel = make_panel()
    make_service(panel)
    monkeypatch.setattr("panels.views.panels.delete_panel", partial(deletion.delete_panel, seconds=0))
    answer = as_manager.post(url("panel_delete", panel), follow=True)
    assert "Delete it again to go on." in text(answer)
    assert not Panel.objects.get().is_active
    while Panel.objects.exists():
        as_manager.post(url("panel_delete", panel))


def test_nobody_else_is_offered_to_delete(as_operator):
    panel = make_panel()
    assert 'data-dialog="delete"' not in text(as_operator.get(panel.get_absolute_url()))


def test_the_page_of_a_panel_names_the_paused_batches_that_wait_for_it(client, viewer, operator):
    order = make_order(batch=Batch.objects.create(source="file", state="paused", name="Spring <b>"))
    client.force_login(viewer)
    page = client.get(order.panel.get_absolute_url()).content.decode()
    assert "1 order waits here, because" in page
    assert "Spring &lt;b&gt;" in page
    assert "/resume/" not in page
    client.force_login(operator)
    assert f"/bulk/{order.batch_id}/resume/" in client.get(order.panel.get_absolute_url()).content.decode()
