"""The app's configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PanelsConfig(AppConfig):
    """Panels, their catalogs, and the orders placed at them."""

    name = "panels"
    verbose_name = "Orders and panels"

    def ready(self) -> None:
        """Have the index for searching made with the tables."""
        # Only here: models can be imported once the apps are ready.
        from panels.models.search_index import create_search_index  # noqa: PLC0415

        post_migrate.connect(create_search_index, sender=self)
