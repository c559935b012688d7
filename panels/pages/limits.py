"""Limits how often one person may ask for what costs the server much: files, tables, and questions to panels."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from panels import bell

# The requests of one sort that a person has in each minute.
MOST, WINDOW = 20, 60
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def limited(what: str, *methods: str) -> Callable[[View[P]], View[P]]:
    """Answer 429 after MOST requests of a person in a minute to all views of this sort.

    methods: the methods that are counted, or none for all of them.
    The counter is in the queue, so it holds for all processes. While the queue does not answer, there is no limit.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not methods or request.method in methods:
                window, passed = divmod(int(time.time()), WINDOW)
                if bell.count(f"{what} {request.user.pk} {window}") > MOST:
                    return _refuse(request, WINDOW - passed)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def _refuse(request: HttpRequest, seconds: int) -> HttpResponseBase:
    """Answer with a page. For a request of htmx, the page shows its own words about a 429."""
    response = render(request, "429.html", {"most": MOST, "seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response
