"""Addresses of the dashboard; other tools may rely on them."""

from django.urls import path

from panels.views import status

urlpatterns = [
    path("healthz/", status.healthz, name="healthz"),
    path("status/", status.status, name="status"),
]
