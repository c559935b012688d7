"""The addresses of second factors: those pages of allauth that are used. Its others do not exist here."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    RemoveWebAuthnView,
)
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import View

from dashboard.confirm_pages import ConfirmByCode, ConfirmByPasskey, ConfirmByPassword
from dashboard.passkeys import PasskeySignIn
from dashboard.sign_in import sign_in

LAST = "If it is your last factor, your recovery codes are removed too."


def page(view: type[View], template: str, **words: str) -> Any:
    """Return a view of allauth with a template of ours."""
    return view.as_view(template_name=template, extra_context=words)


index = page(IndexView, "factors/index.html")
download = require_safe(DownloadRecoveryCodesView.as_view())

urlpatterns = [
    # allauth knows the login page by this name.
    path("login/", sign_in, name="account_login"),
    path("login/factor/", page(AuthenticateView, "factors/sign_in.html"), name="mfa_authenticate"),
    path("login/passkey/", PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("confirm/", page(ConfirmByPassword, "factors/confirm.html"), name="account_reauthenticate"),
    path("confirm/code/", page(ConfirmByCode, "factors/confirm.html"), name="mfa_reauthenticate"),
    path("confirm/passkey/", page(ConfirmByPasskey, "factors/confirm.html"), name="mfa_reauthenticate_webauthn"),
    path("account/factors/", index, name="mfa_index"),
    # allauth leads to its list of passkeys after a change. Ours is on the same page.
    path("account/factors/", index, name="mfa_list_webauthn"),
    path("account/factors/app/", page(ActivateTOTPView, "factors/app.html"), name="mfa_activate_totp"),
    path(
        "account/factors/app/remove/",
        page(
            DeactivateTOTPView,
            "factors/form.html",
            title="Remove the authenticator app?",
            text=f"After that, its codes do not sign you in. {LAST}",
            button="Remove app",
        ),
        name="mfa_deactivate_totp",
    ),
    path("account/factors/codes/", page(ViewRecoveryCodesView, "factors/codes.html"), name="mfa_view_recovery_codes"),
    path(
        "account/factors/codes.txt",
        require_safe(DownloadRecoveryCodesView.as_view()),
        name="mfa_download_recovery_codes",
    ),
    path(
        "account/factors/codes/new/",
        page(
            GenerateRecoveryCodesView,
            "factors/form.html",
            title="Make new recovery codes?",
            text="After that, the codes that you have now do not sign you in.",
            button="Make new codes",
        ),
        name="mfa_generate_recovery_codes",
    ),
    path("account/factors/passkeys/new/", page(AddWebAuthnView, "factors/passkey.html"), name="mfa_add_webauthn"),
    path(
        "account/factors/passkeys/<int:pk>/",
        page(EditWebAuthnView, "factors/form.html", title="Rename the passkey", button="Save"),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/factors/passkeys/<int:pk>/remove/",
        page(
            RemoveWebAuthnView,
            "factors/form.html",
            title="Remove the passkey?",
            text=f"After that, it does not sign you in. {LAST}",
            button="Remove passkey",
        ),
        name="mfa_remove_webauthn",
    ),
]
