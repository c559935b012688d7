"""Polls that cost little: a fragment carries a tag of its contents, and an equal tag is answered without contents.

The answer is 204, because htmx would empty the list after a 304.
"""

from __future__ import annotations

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse

from panels.pages.htmx import wants_fragment

PARAMETER = "tag"


def tag_of(*parts: object) -> str:
    """Return a tag that differs if a part differs. The parts are values whose repr shows all of them."""
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def take_tag(request: HttpRequest) -> str:
    """Take the tag of a poll out of the request, so that no link of the page repeats it. "" means that this is no poll.

    hx-vals adds the tag to the query.
    """
    if PARAMETER not in request.GET:
        return ""
    query = request.GET.copy()
    tag = query.pop(PARAMETER)[-1]
    request.GET = query  # type: ignore[assignment]
    request.META["QUERY_STRING"] = query.urlencode()
    return str(tag) if wants_fragment(request) else ""


def nothing_new() -> HttpResponse:
    """Return the answer to a poll of a page that has not changed."""
    return HttpResponse(status=204)
