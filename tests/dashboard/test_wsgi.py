"""The application that a web server loads."""

import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler

from dashboard import wsgi
from dashboard.wsgi import application


def test_the_wsgi_application_is_there():
    assert isinstance(application, WSGIHandler)


def test_it_refuses_unfit_secrets_because_a_web_server_runs_no_checks(settings):
    settings.SECRET_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match=r"dashboard\.E001"):
        importlib.reload(wsgi)
