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
        from allauth.mfa import signals as factor_signals  # noqa: PLC0415

        from dashboard import checks, factors, guessing  # noqa: F401, PLC0415
        from panels.models import history  # noqa: PLC0415
        from panels.models.search_index import create_search_indexes  # noqa: PLC0415
        from panels.pages import confirmation, required_factor  # noqa: PLC0415
        from panels.people import history as people_history  # noqa: PLC0415
        from panels.people import sessions  # noqa: PLC0415

        post_migrate.connect(create_search_indexes, sender=self)
        user_logged_in.connect(sessions.note_sign_in)
        user_logged_in.connect(confirmation.on_sign_in)
        post_save.connect(sessions.end_outdated, sender=settings.AUTH_USER_MODEL)
        post_save.connect(people_history.on_password_set, sender=settings.AUTH_USER_MODEL)
        authentication_step_completed.connect(confirmation.on_step)
        factor_signals.authenticator_removed.connect(required_factor.on_removal)
        for changed in (
            factor_signals.authenticator_added,
            factor_signals.authenticator_removed,
            factor_signals.authenticator_reset,
        ):
            changed.connect(sessions.end_others)
        factor_signals.authenticator_added.connect(people_history.on_factor_added)
        factor_signals.authenticator_removed.connect(people_history.on_factor_removed)
        factor_signals.authenticator_reset.connect(people_history.on_codes_renewed)
        factor_signals.authentication_failed.connect(guessing.count_failure)
        factor_signals.authenticator_used.connect(factors.tell_codes_left)
        history.follow()
