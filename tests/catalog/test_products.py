"""A person gives a product another title."""

import pytest
from auditlog.models import LogEntry

from panels.catalog import offers
from panels.catalog.products import rename
from panels.models import Product, Service
from tests.factories import make_offer, read_offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    make_offer("Instagram Likes")
    read_offers()
    return Product.objects.get()


def test_a_title_is_kept_found_and_can_be_taken_back(product):
    assert rename(product, "Hearts")
    product.refresh_from_db()
    assert product.title == "Hearts"
    assert product.search_text == "hearts instagram likes"
    assert not rename(product, "Hearts")
    assert rename(product, "")
    assert product.title == "Instagram likes"
    assert not rename(product, "Instagram likes")


def test_a_product_that_was_deleted_meanwhile_gets_no_title_and_no_entry(product):
    """The worker deletes a product that its last service has left."""
    Service.objects.all().delete()
    offers.mark_all_stale()
    read_offers()
    with pytest.raises(Product.DoesNotExist):
        rename(product, "Hearts")
    assert not LogEntry.objects.get_for_object(product).exists()


def test_a_title_survives_a_sync(product):
    rename(product, "Hearts")
    make_offer("IG Likes | Real")
    read_offers()
    assert Product.objects.get().title == "Hearts"
