"""Second factors of people in tests: an authenticator app with a known secret, and recovery codes."""

from __future__ import annotations

import time
from hashlib import sha256

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"


def make_app(user, secret=SECRET):
    """Give a person an authenticator app."""
    return TOTP.activate(user, secret).instance


def make_codes(user):
    """Give a person recovery codes, and return them."""
    return RecoveryCodes.activate(user).generate_codes()


def make_answer(name="Laptop", challenge=bytes(32), site=bytes(32), origin="http://localhost", public=None):
    """Return what a device answers when a passkey is added."""
    public = public or ES256.from_ctap1(b"\x04" + bytes(64))
    key = AttestedCredentialData.create(bytes(16), name.encode(), public)
    flags = AuthenticatorData.FLAG.ATTESTED | AuthenticatorData.FLAG.UP
    made = AttestationObject.create("none", AuthenticatorData.create(site, flags, 0, key), {})
    told = CollectedClientData.create(CollectedClientData.TYPE.CREATE, challenge, origin)
    identity = websafe_encode(name.encode())
    return {
        "id": identity,
        "rawId": identity,
        "type": "public-key",
        "response": {"clientDataJSON": websafe_encode(told), "attestationObject": websafe_encode(made)},
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


def make_passkey(user, name="Laptop", **options):
    """Give a person a passkey that no device has."""
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": make_answer(name, **options)}
    )


class Device:
    """A device with a passkey of a person, which it uses at http://localhost."""

    def __init__(self, user):
        self.user = user
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.passkey = make_passkey(user, "Device", public=ES256.from_cryptography_key(self._key.public_key()))

    def sign(self, challenge):
        """Return what it answers to an encoded challenge."""
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
        data = AuthenticatorData.create(sha256(b"localhost").digest(), flags, 0)
        told = CollectedClientData.create(CollectedClientData.TYPE.GET, challenge, "http://localhost")
        response = {
            "clientDataJSON": told,
            "authenticatorData": data,
            "signature": self._key.sign(data + told.hash, ec.ECDSA(SHA256())),
            "userHandle": user_pk_to_url_str(self.user).encode(),
        }
        identity = websafe_encode(b"Device")
        encoded = {name: websafe_encode(value) for name, value in response.items()}
        return {"id": identity, "rawId": identity, "type": "public-key", "response": encoded}


def code(later=0, secret=SECRET):
    """Return the code that the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(client, user, **fields):
    """Send the login form."""
    return client.post("/login/", {"username": user.username, "password": PASSWORD, **fields})


def is_in(client):
    """Return whether the person is signed in, as the pages see it."""
    return client.get("/account/").status_code == 200
