"""A real browser at the real pages, with a worker beside them and sandbox panels behind."""

from __future__ import annotations

import os
import shutil
import threading
import time
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from panels import bell
from panels.models import Worker
from panels.worker import tasks as worker_tasks
from panels.worker.lanes import Lanes
from tests.factories import make_user
from tests.processes import PATIENCE

# Playwright's own event loop runs in the thread of the tests, which use the database as well.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The shell comes first, because it costs two thirds of the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
MISSING = "no Chromium here: apt-get install chromium-headless-shell, or set CHROMIUM"
PASSWORD = "correct horse battery"
expect.set_options(timeout=60_000)
# Playwright clicks a link as soon as it is there. On a busy machine that may be before htmx knows it, and then it
# leads to another page.
WAIT_FOR_SCRIPTS = """
const early = new CSSStyleSheet();
early.replaceSync("html { pointer-events: none }");
document.adoptedStyleSheets = [early];
addEventListener("load", () => { document.adoptedStyleSheets = []; });
"""


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("REQUIRE_ALL"):
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def browser():
    assert CHROMIUM, MISSING
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live_server):
    """Open tabs of given kinds; whatever any of them writes to the console as an error fails the test."""
    contexts, errors = [], []

    def open_page(**options):
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(60_000)
        # Without JavaScript nothing would end the wait.
        if options.get("java_script_enabled", True):
            context.add_init_script(WAIT_FOR_SCRIPTS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _is_error(message) and errors.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


def _is_error(message):
    """Tell an error from what the browser notes about a form that came back with remarks."""
    return message.type == "error" and "422 (Unprocessable" not in message.text


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def worker(transactional_db, monkeypatch):
    """A worker in this process: it takes what the queue holds, twice a second, as the real one does."""
    lanes, stopping = Lanes(), threading.Event()
    monkeypatch.setattr(worker_tasks, "lanes", lanes)
    bell.huey.storage.flush_queue()
    bell.huey.storage.flush_schedule()

    def work():
        while not stopping.is_set():
            for task in bell.huey.read_schedule():
                bell.huey.enqueue(task)
            while task := bell.huey.dequeue():
                bell.huey.execute(task)
            stopping.wait(0.3)

    with _heartbeat():
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield lanes
        stopping.set()
        lanes.stopping.set()
        thread.join(PATIENCE)
        assert lanes.join(PATIENCE)


@contextmanager
def _heartbeat():
    now = timezone.now()
    worker = Worker.objects.create(host="test", pid=os.getpid(), started_at=now, seen_at=now)
    # Far enough ahead for any test: what a missing worker looks like has tests of its own.
    Worker.objects.filter(pk=worker.pk).update(seen_at=now + Worker.ALIVE_FOR * 20)
    yield


@pytest.fixture
def sign_in(transactional_db):
    """Sign somebody of a group in, through the login page."""

    def sign_in(page, group="Manager", **fields):
        user = make_user(group, password=PASSWORD, **fields)
        page.goto("/login/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        return user

    return sign_in


@pytest.fixture
def looks_right():
    """Check what any page must keep to: nothing wider than the window, and nothing serious for axe."""
    axe = Axe()

    def looks_right(page, *rules):
        """Check the page as it is now, with all rules of axe or only some."""
        fits(page)
        only = {"runOnly": list(rules)} if rules else {}
        found = axe.run(page, options={"resultTypes": ["violations"], **only}).response["violations"]
        serious = [
            (violation["id"], [node["html"][:200] for node in violation["nodes"]][:3])
            for violation in found
            if violation["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{page.url} at {page.viewport_size}: {serious}"

    return looks_right


def fits(page):
    """Check that the page is not wider than its window."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window, f"{page.url} is {wide} wide in a window of {window}"


def eventually(check, seconds=PATIENCE):
    """Wait until something becomes true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
