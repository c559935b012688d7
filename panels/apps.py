"""The configuration of the app."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, post_save


class PanelsConfig(AppConfig):
    """Panels, their catalogs, and their orders."""

    name = "panels"
    verbose_name = "Orders and panels"

    def ready(self) -> None:
        """Create the indexes of the searches after each migrate, check the secrets, and follow settings and people."""
        # Imported here, because models cannot be imported before the apps are ready.
        from allauth.account.signals import authentication_step_completed  # noqa: PLC0415
        from allauth.mfa.signals import (  # noqa: PLC0415
            authentication_failed,
            authenticator_added,
            authenticator_removed,
            authenticator_reset,
        )

        from dashboard import checks, guessing  # noqa: F401, PLC0415
        from panels.models import history  # noqa: PLC0415
        from panels.models.search_index import create_search_indexes  # noqa: PLC0415
        from panels.pages import confirmation, required_factor  # noqa: PLC0415
        from panels.people import history as people_history  # noqa: PLC0415
        from panels.people import sessions  # noqa: PLC0415

        post_migrate.connect(create_search_indexes, sender=self)
        user_logged_in.connect(sessions.note_sign_in)
        user_logged_in.connect(confirmation.on_sign_in)
        post_save.connect(sessions.end_outdated, sender=settings.AUTH_USER_MODEL)
        authentication_step_completed.connect(confirmation.on_step)
        authenticator_removed.connect(required_factor.on_removal)
        authenticator_added.connect(sessions.end_others)
        authenticator_removed.connect(sessions.end_others)
        authenticator_added.connect(people_history.on_factor_added)
        authenticator_removed.connect(people_history.on_factor_removed)
        authenticator_reset.connect(people_history.on_codes_renewed)
        authentication_failed.connect(guessing.count_failure)
        history.follow()
