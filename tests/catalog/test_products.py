"""A person gives a product another title."""

import pytest

from panels.catalog.products import rename
from panels.models import Product
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


def test_a_title_survives_a_sync(product):
    rename(product, "Hearts")
    make_offer("IG Likes | Real")
    read_offers()
    assert Product.objects.get().title == "Hearts"
