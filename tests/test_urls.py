"""The addresses that are built from parts: the formats of tables, and the routes that share a view."""

import pytest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_table_has_an_address_for_each_format(suffix):
    assert reverse("bulk_template", args=[suffix]) == f"/bulk/template.{suffix}"
    assert resolve(f"/bulk/5/results.{suffix}").kwargs == {"pk": 5, "suffix": suffix}


def test_no_other_format_has_an_address():
    with pytest.raises(NoReverseMatch):
        reverse("bulk_template", args=["pdf"])
    with pytest.raises(Resolver404):
        resolve("/bulk/template.pdf")


@pytest.mark.parametrize(
    ("name", "path", "options"),
    [
        ("panel_sync", "/panels/5/sync/", {"question": "sync"}),
        ("panel_balance", "/panels/5/balance/", {"question": "balance"}),
        ("panel_pause", "/panels/5/pause/", {"change": "pause"}),
        ("panel_resume", "/panels/5/resume/", {"change": "resume"}),
        ("order_cancel", "/orders/5/cancel/", {"what": "cancel"}),
        ("order_withdraw", "/orders/5/withdraw/", {"what": "withdraw"}),
        ("order_search", "/orders/5/search/", {"what": "search"}),
        ("bulk_discard", "/bulk/5/discard/", {"change": "discard"}),
        ("bulk_pause", "/bulk/5/pause/", {"change": "pause"}),
        ("bulk_resume", "/bulk/5/resume/", {"change": "resume"}),
    ],
)
def test_each_address_of_a_shared_view_says_which_action_it_is(name, path, options):
    assert reverse(name, args=[5]) == path
    assert resolve(path).kwargs == {"pk": 5} | options
