"""The admin's actions on panels, and its table of services."""

from panels.models import Panel
from panels.providers import pauses
from tests.admin.rows import run
from tests.factories import make_order, make_panel, make_service


def test_panels_are_asked_by_the_worker_and_inactive_ones_never(as_manager, rung):
    panel, inactive = make_panel(), make_panel(is_active=False)
    run(as_manager, Panel, "sync", panel, inactive)
    run(as_manager, Panel, "check_balance", panel, inactive)
    panel.refresh_from_db()
    inactive.refresh_from_db()
    assert panel.sync_requested_at
    assert panel.balance_requested_at
    assert (inactive.sync_requested_at, inactive.balance_requested_at) == (None, None)
    assert rung == [("sync", panel.pk), ("balance", panel.pk)]


def test_a_pause_by_hand_replaces_no_pause_that_lasts(as_manager):
    panel, refused = make_panel(), make_panel()
    pauses.pause(refused, Panel.Pause.AUTH, "Invalid key")
    run(as_manager, Panel, "pause", panel, refused)
    assert Panel.objects.get(pk=panel.pk).paused_reason == Panel.Pause.BY_HAND
    assert Panel.objects.get(pk=refused.pk).paused_reason == Panel.Pause.AUTH


def test_a_resumed_panel_goes_on(as_manager, rung):
    panel, running = make_panel(), make_panel()
    make_order(make_service(panel))
    pauses.pause(panel, Panel.Pause.BY_HAND, "")
    run(as_manager, Panel, "resume", panel, running)
    assert not Panel.objects.get(pk=panel.pk).paused_reason
    assert rung == [(kind, panel.pk) for kind in ("submit", "confirm", "poll", "requests")]


def test_types_are_shown_by_their_names(as_superuser):
    service = make_service(type="custom_comments", raw_type="")
    make_order(service)
    for address in ("/admin/panels/service/", f"/admin/panels/service/{service.pk}/change/"):
        page = as_superuser.get(address).text
        assert "Custom Comments" in page
        assert ">custom_comments<" not in page
