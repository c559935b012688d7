"""The demo as a process: it prints how to sign in, and a second run continues with the same data."""

import contextlib
import http.client
import re
import signal
import socket
import sqlite3
import urllib.parse

from tests.processes import end_while_halted, eventually, get, halting_at_django, own_port


def test_the_demo_shows_the_way_in_and_continues_where_it_was(start, clone):
    port = own_port()
    demo = start("manage.py", "demo", f"--port={port}", cwd=clone, DATABASE_URL="sqlite:////nowhere/real.sqlite3")
    assert eventually(lambda: "Login" in demo.output), demo.output
    line = next(line for line in demo.output.splitlines() if "http" in line)
    password = re.fullmatch(rf"Dashboard: http://localhost:{port}/  Login: demo  Password: (\S+)", line)[1]
    assert str(clone / ".demo" / "demo.log") in demo.output
    assert {file.stat().st_mode & 0o077 for file in ((clone / ".demo"), *(clone / ".demo").iterdir())} == {0}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as browser:
        assert sign_in(browser, "demo", password) == (302, "/")
        # Although the browser keeps its connection.
        demo.signal(signal.SIGINT, group=True)
        assert demo.wait() == 0
    assert "Traceback" not in (clone / ".demo" / "demo.log").read_text()

    states, orders = look(clone, "SELECT DISTINCT state || progress FROM panels_order"), count(clone)
    for wanted in ("queued", "unknown", "refused", "placedcompleted", "placedpartial", "placedcanceled"):
        assert wanted in states
    assert look(clone, "SELECT 1 FROM panels_order WHERE held_reason <> ''")
    assert look(clone, "SELECT 1 FROM panels_order WHERE held_for_funds_at IS NOT NULL")
    assert look(clone, "SELECT 1 FROM panels_service WHERE waits_because <> ''")
    assert look(clone, "SELECT count(*) FROM panels_order JOIN panels_refusalwords w ON refused_in_id = w.id") == [3]
    assert look(clone, "SELECT paused_reason FROM panels_panel ORDER BY id") == ["", "unclear", "", ""]
    assert look(clone, "SELECT 1 FROM panels_order WHERE is_word_unknown")
    assert look(clone, "SELECT 1 FROM panels_order WHERE unreadable_since IS NOT NULL AND next_check_at IS NOT NULL")
    assert look(clone, "SELECT 1 FROM panels_service WHERE type = ''")
    assert look(clone, "SELECT 1 FROM panels_service WHERE own_type <> ''")
    assert look(clone, "SELECT 1 FROM panels_refill")
    assert len(look(clone, "SELECT DISTINCT filename FROM panels_batch WHERE state = 'paused'")) == 2
    ordered = look(clone, "SELECT id FROM panels_order WHERE batch_id IS NOT NULL")
    # The lines of a draft have no orders yet.
    assert set(look(clone, "SELECT order_id FROM panels_batchline WHERE order_id IS NOT NULL")) == set(ordered)
    assert len(look(clone, "SELECT DISTINCT reported_currency FROM panels_panel WHERE balance > 0")) == 2
    assert look(clone, "SELECT 1 FROM panels_panel WHERE balance < low_balance")
    check_past(clone, orders)

    spent = (
        "SELECT client_pk FROM panels_clientday WHERE client_pk > 0 GROUP BY client_pk HAVING count(DISTINCT day) > 20"
    )
    assert len(look(clone, spent)) >= 3
    assert look(clone, "SELECT count(DISTINCT campaign_pk) > 3 FROM panels_clientday") == [1]
    assert look(clone, "SELECT name FROM panels_client WHERE markup_percent IS NOT NULL") == ["Northwind Roasters"]

    assert {"mara", "jonas", "lea"} <= set(look(clone, "SELECT username FROM auth_user"))
    assert look(clone, "SELECT username FROM auth_user WHERE password LIKE '!%' AND is_active") == ["lea"]

    with socket.create_server(("127.0.0.1", port)):
        again = start("manage.py", "demo", f"--port={port}", cwd=clone)
        assert eventually(lambda: "Login" in again.output), again.output
    assert password in again.output
    assert "Preparing" not in again.output
    other_port = int(re.search(r"http://localhost:(\d+)/", again.output)[1])
    assert (other_port != port, get(other_port)) == (True, 200)
    assert count(clone) == orders
    rival = start("manage.py", "demo", cwd=clone)
    assert rival.wait() == 1
    assert "already running" in rival.output

    # However the parent ends, no process is left.
    again.signal(signal.SIGKILL)
    assert again.wait() == -signal.SIGKILL


def check_past(clone, orders):
    """Check that all panels have 90 days, and that everything on the pages is counted before the first page shows."""
    assert orders > 2000
    assert look(clone, "SELECT count(DISTINCT day) FROM panels_daytotal") >= [85]
    assert look(clone, "SELECT sum(orders) FROM panels_daytotal") >= [
        look(clone, "SELECT count(*) FROM panels_order WHERE state = 'placed'")[0] - 10
    ]
    assert look(clone, "SELECT 1 FROM panels_servicefacts WHERE version = 0") == []
    assert look(clone, "SELECT 1 FROM panels_productgrade WHERE panels = 4 AND refill = 0")
    assert len(look(clone, "SELECT 1 FROM panels_servicemark WHERE is_blocked")) == 4

    assert look(clone, "SELECT reporting_currency FROM panels_preferences") == ["EUR"]
    assert "USD" in look(clone, "SELECT currency FROM panels_exchangerate WHERE source = 'file'")
    assert look(clone, "SELECT 1 FROM panels_order WHERE refill_until > finished_at")


def sign_in(browser, username, password):
    browser.request("GET", "/login/")
    page = browser.getresponse()
    cookie = page.getheader("Set-Cookie").split(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    browser.request("POST", "/login/", urllib.parse.urlencode(form), headers)
    answer = browser.getresponse()
    answer.read()
    return answer.status, answer.getheader("Location")


def look(clone, query):
    with contextlib.closing(sqlite3.connect(clone / ".demo" / "dashboard.sqlite3")) as database:
        return [row[0] for row in database.execute(query)]


def count(clone):
    return look(clone, "SELECT count(*) FROM panels_order")[0]


def test_the_demo_takes_signals_before_it_loads_django_and_begins_anew_the_next_time(start, clone, tmp_path):
    demo = start("manage.py", "demo", cwd=clone, **halting_at_django(tmp_path))
    assert end_while_halted(demo, tmp_path) == 0
    assert "Login" not in demo.output
    assert count(clone) == 0
    assert not (clone / ".demo" / "ready").exists()
