"""Addresses of the dashboard; other tools may rely on them."""

from django.urls import path

from panels.views import new_order, status

urlpatterns = [
    path("orders/new/", new_order.order_new, name="order_new"),
    path("orders/new/services/", new_order.order_new_services, name="order_new_services"),
    path("orders/new/check/", new_order.order_new_check, name="order_new_check"),
    path("healthz/", status.healthz, name="healthz"),
    path("status/", status.status, name="status"),
]
