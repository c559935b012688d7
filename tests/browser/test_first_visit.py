"""What a first visit loads after the page, served compressed under hashed names, as `manage.py up` serves it."""

from __future__ import annotations

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect

from panels.management.commands.up import _Collect
from tests.browser.conftest import PASSWORD
from tests.factories import make_placed, make_user

pytestmark = pytest.mark.django_db(transaction=True)
MOST_BYTES = 120_000
COLLECTED = "whitenoise.storage.CompressedManifestStaticFilesStorage"


@pytest.fixture
def site(settings, tmp_path, transactional_db):
    """The address of the dashboard with collected files."""
    settings.STATIC_ROOT = tmp_path
    call_command(_Collect(), interactive=False, verbosity=0)
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    settings.STORAGES = configured.STORAGES | {"staticfiles": {"BACKEND": COLLECTED}}
    # The files come from the middleware, and not from the handler for tests.
    server = LiveServerThread("127.0.0.1", lambda application: application)
    server.daemon = True
    server.start()
    assert server.is_ready.wait(60)
    assert not server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def loaded(page, address):
    """Open a page, and return what the browser requests from the site after it: the addresses, and the bytes."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    page.goto(address)
    page.wait_for_load_state("networkidle")
    own = [answer for answer in answers if answer.request.resource_type != "document" and "data:" not in answer.url]
    return own, sum(answer.request.sizes()["responseBodySize"] for answer in own)


@pytest.mark.parametrize("path", ["/login/", "/orders/", "/account/"])
def test_a_first_visit_makes_two_requests_for_at_most_120_kilobytes(open_page, site, path):
    make_placed(progress="completed")
    user = make_user("Manager", password=PASSWORD)
    page = open_page()
    page.goto(f"{site}/login/")
    if path != "/login/":
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    fresh = open_page(storage_state=page.context.storage_state())
    answers, size = loaded(fresh, f"{site}{path}")
    assert sorted(answer.url.rsplit(".", 1)[1] for answer in answers) == ["css", "js"]
    assert size <= MOST_BYTES
    for answer in answers:
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
    assert fresh.evaluate("htmx.version")
