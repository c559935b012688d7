"""The app's configuration."""

from django.apps import AppConfig


class PanelsConfig(AppConfig):
    """Panels, their catalogs, and the orders placed at them."""

    name = "panels"
    verbose_name = "Orders and panels"
