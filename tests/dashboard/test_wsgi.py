"""The application that a web server loads."""

from django.core.handlers.wsgi import WSGIHandler

from dashboard.wsgi import application


def test_the_wsgi_application_is_there():
    assert isinstance(application, WSGIHandler)
