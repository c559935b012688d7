"""The configuration of the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PanelsConfig(AppConfig):
    """Panels, their catalogs, and their orders."""

    name = "panels"
    verbose_name = "Orders and panels"

    def ready(self) -> None:
        """Create the indexes of the searches after each migrate, and register the checks of the secrets."""
        # Imported here, because models cannot be imported before the apps are ready.
        from dashboard import checks  # noqa: F401, PLC0415
        from panels.models.search_index import create_search_indexes  # noqa: PLC0415

        post_migrate.connect(create_search_indexes, sender=self)
