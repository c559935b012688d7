"""Who may open the admin, and its login."""

import pytest

from panels.models import Order, Panel
from tests.admin.rows import MODELS, base
from tests.factories import make_panel, make_user


@pytest.mark.parametrize("group", ["", "Viewer", "Operator"])
def test_only_managers_and_staff_come_in(client, db, group):
    client.force_login(make_user(group))
    for address in ("/admin/", base(Order), f"{base(Panel)}{make_panel().pk}/change/", "/admin/auth/user/"):
        response = client.get(address, follow=True)
        assert response.status_code == 403, address


def test_strangers_are_redirected_to_the_login_of_the_dashboard_and_back(client, db):
    response = client.get("/admin/auth/user/", follow=True)
    assert response.redirect_chain[-1][0] == "/login/?next=/admin/auth/user/"
    assert response.templates[0].name == "registration/login.html"


def test_staff_see_only_what_they_may(client, db):
    client.force_login(make_user(is_staff=True))
    assert client.get("/admin/").status_code == 200
    for model in MODELS:
        assert client.get(base(model)).status_code == 403
    assert client.get("/admin/auth/user/").status_code == 403
