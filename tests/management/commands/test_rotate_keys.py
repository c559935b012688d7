"""The keys are encrypted again."""

from cryptography.fernet import Fernet

from tests.factories import make_panel
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
