"""The keys are encrypted again."""

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet

from dashboard.factors import FactorAdapter
from tests.factories import make_panel, make_user
from tests.factors import SECRET, make_app, make_codes
from tests.management.running import run


def test_keys_are_encrypted_anew_and_then_need_the_old_ones_no_more(db, settings):
    panel, fresh = make_panel(key="k3y-0123456789abcdef"), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [fresh, *settings.CREDENTIAL_KEYS]
    output, failure = run("rotate_keys")
    assert failure == ""
    assert output.startswith("1 of 1 API keys are now encrypted with the first of CREDENTIAL_KEYS.\n")
    assert "You can remove" in output
    settings.CREDENTIAL_KEYS = [fresh]
    panel.refresh_from_db()
    assert panel.api_key.reveal() == "k3y-0123456789abcdef"
    assert "k3y" not in output


def test_a_key_that_cannot_be_read_is_named_and_left_alone(db, settings):
    lost, kept = make_panel(name="Lost"), make_panel(name="Kept")
    old, settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS, [Fernet.generate_key().decode()]
    kept.set_key("another-0123456789")
    kept.save()
    output, failure = run("rotate_keys")
    assert output.startswith("1 of 2 ")
    assert "You can remove" not in output
    assert "key of: Lost." in failure
    settings.CREDENTIAL_KEYS = old
    before = lost.api_key
    lost.refresh_from_db()
    assert lost.api_key == before


def test_the_secrets_of_second_factors_are_encrypted_anew_too(db, settings):
    user, fresh = make_user(username="ann"), Fernet.generate_key().decode()
    make_app(user)
    codes, old = make_codes(user), settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = [fresh, *old]
    output, failure = run("rotate_keys")
    assert (failure, "2 of 2 secrets of second factors" in output) == ("", True)
    settings.CREDENTIAL_KEYS = [fresh]
    app, recovery = Authenticator.objects.order_by("pk")
    assert FactorAdapter().decrypt(app.data["secret"]) == SECRET
    assert recovery.wrap().generate_codes() == codes
    settings.CREDENTIAL_KEYS = old
    output, failure = run("rotate_keys")
    assert "0 of 2 secrets" in output
    assert "the second factor of: ann." in failure
