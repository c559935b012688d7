"""Catalogs are updated without a worker."""

from panels.models import ProductGrade, ServiceFacts
from tests.factories import make_panel
from tests.management.running import NOBODY, run


def test_all_catalogs_are_synced_and_failures_are_named(panel, sandbox):
    make_panel(name="Nowhere", api_url=NOBODY)
    make_panel(name="Asleep", is_active=False)
    sandbox.remove_service(sandbox.pick().id)
    output, failure = run("sync_catalog")
    assert f"Northwind: {len(sandbox.services)} listed, 0 new, 0 changed, 1 vanished\n" in output
    assert "Nowhere: " in output
    assert "Asleep" not in output
    assert failure == "The work did not succeed at Nowhere."


def test_names_are_read_and_offers_counted(panel, sandbox):
    run("sync_catalog")
    assert not ServiceFacts.objects.filter(version=ServiceFacts.STALE).exists()
    assert ProductGrade.objects.exists()
