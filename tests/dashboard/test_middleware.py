"""The health check, the address of the visitor behind a proxy, and the headers of every page."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory

from dashboard.middleware import HealthCheck, PageHeaders, TrustedProxies
from tests.dashboard.conftest import PROXY


def seen_address(settings, address, *, proxies, **headers):
    settings.TRUSTED_PROXIES = proxies
    seen = {}

    def view(request):
        seen.update(request.META)
        return HttpResponse()

    TrustedProxies(view)(RequestFactory().get("/", REMOTE_ADDR=address, **headers))
    return seen["REMOTE_ADDR"], seen.get("HTTP_X_FORWARDED_PROTO")


@pytest.mark.parametrize(
    ("address", "forwarded", "visitor"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
    ],
)
def test_only_trusted_proxies_may_name_the_address_of_the_visitor(settings, address, forwarded, visitor):
    seen, _ = seen_address(settings, address, proxies=["10.0.0.0/8"], HTTP_X_FORWARDED_FOR=forwarded)
    assert seen == visitor


def test_only_a_trusted_proxy_may_say_https(settings):
    said = {"HTTP_X_FORWARDED_PROTO": "https"}
    assert seen_address(settings, "10.0.0.1", proxies=["10.0.0.1"], **said)[1] == "https"
    assert seen_address(settings, "10.0.0.2", proxies=["10.0.0.1"], **said)[1] is None
    assert seen_address(settings, "10.0.0.1", proxies=[], **said)[1] is None


def test_health_needs_no_login_no_redirect_and_no_known_host(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    for ask in (client.get, client.head):
        answer = ask("/healthz/", HTTP_HOST="10.1.2.3:8000")
        assert (answer.status_code, answer.cookies) == (200, {})
        assert "no-store" in answer.headers["Cache-Control"]
    assert client.get("/login/", HTTP_HOST="10.1.2.3:8000").status_code == 400
    assert client.get("/login/").status_code == 301


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (PROXY, None, PROXY),
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (PROXY, "198.51.100.1, 10.0.0.6", "198.51.100.1"),
        (PROXY, "203.0.113.9, nonsense, 198.51.100.1", "198.51.100.1"),
        (PROXY, "nonsense", PROXY),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        (PROXY, "198.51.100.1:51234", "198.51.100.1"),
        (PROXY, "[2001:db8::7]:443", "2001:db8::7"),
        (PROXY, '"[2001:db8::7]"', "2001:db8::7"),
        (PROXY, "198.51.100.1:1, 10.0.0.6:2", "198.51.100.1"),
        (PROXY, " , ", PROXY),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_is_the_visitors(behind_a_proxy, peer, forwarded, visitor):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    TrustedProxies(lambda seen: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == visitor


def test_only_our_proxy_says_that_the_visitor_came_by_https(behind_a_proxy, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for peer, is_secure in ((PROXY, True), ("192.0.2.1", False)):
        request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-Proto": "https"})
        TrustedProxies(lambda seen: HttpResponse())(request)
        assert request.is_secure() is is_secure


def test_health_is_asked_before_anything_else():
    def never(request):
        raise ImproperlyConfigured("reached")

    with pytest.raises(ImproperlyConfigured):
        HealthCheck(never)(RequestFactory().get("/"))


def test_a_header_that_cannot_be_read_is_logged_once(behind_a_proxy, caplog):
    middleware = TrustedProxies(lambda seen: HttpResponse())
    for hop in ("unknown", "198.51.100.1, _hidden"):
        middleware(RequestFactory().get("/", REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": hop}))
    assert [record.getMessage() for record in caplog.records] == [
        "X-Forwarded-For from 10.0.0.5 has no address: 'unknown'. Its visitors look like one."
    ]


@pytest.mark.parametrize("address", ["/orders/", "/orders/export.csv", "/status/", "/admin/", "/nowhere/"])
def test_pages_and_downloads_are_in_no_cache(as_manager, address):
    response = as_manager.get(address)
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]


def test_a_page_keeps_its_own_header_and_static_files_stay_in_caches(db, client):
    def view(request):
        return HttpResponse(headers={"Cache-Control": "max-age=60"})

    assert PageHeaders(view)(RequestFactory().get("/")).headers["Cache-Control"] == "max-age=60"
    static = client.get("/static/app.css")
    assert "no-store" not in static.headers["Cache-Control"]
    static.close()


def test_an_address_that_only_takes_forms_shows_a_page_in_the_looks_of_the_house(as_manager, client):
    answer = as_manager.get("/people/1/link/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing to show here" in answer.text
    assert 'href="/orders/"' in answer.text
    client.logout()
    answer = client.delete("/password/link/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert "Nothing to show here" in answer.text
    assert "<nav" not in answer.text


def test_a_fragment_gets_no_page_about_a_wrong_method(as_manager):
    assert as_manager.get("/people/1/link/", headers={"HX-Request": "true"}).content == b""
