"""A platform that is not known does not vanish."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("Zyngora Followers [R30]", "?zyngora"),
        ("Seguidores Zyngora | Reposição 30 dias", "?zyngora"),
        ("Cheap Fast Followers", ""),
        ("Best Premium Followers", ""),
    ],
)
def test_an_unknown_name_beside_the_metric_is_a_brand(name, platform):
    assert read_name(name).platform == platform


def test_a_known_platform_of_the_category_comes_first():
    assert read_name("Bronze Followers", "Instagram").platform == "instagram"
