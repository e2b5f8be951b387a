"""A device with a passkey: Web Authentication level 2, written for the tests.

It shares no code with the product. What a browser would send for it can be changed part by part.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

ADD = "/account/second-factor/passkey/"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def cbor(value: Any) -> bytes:
    """RFC 8949, as far as a passkey needs it."""
    match value:
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            pairs = b"".join(cbor(key) + cbor(each) for key, each in value.items())
            return _head(5, len(value)) + pairs
    raise TypeError(value)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    if number < 2**16:
        return bytes([major << 5 | 25]) + struct.pack(">H", number)
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)


@dataclass
class Passkey:
    """A passkey of `host`. `counter` is how often it has signed; 0 for one that does not count."""

    host: str = "testserver"
    counter: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def cose_key(self) -> dict[int, Any]:
        point = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}

    def authenticator_data(self, flags: int = PRESENT | VERIFIED, attested: bytes = b"") -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + struct.pack(">BI", flags, self.counter) + attested

    def client_data(self, kind: str, options: dict[str, Any], **changed: Any) -> bytes:
        challenge = options["publicKey"]["challenge"]
        said = {"type": kind, "challenge": challenge, "origin": f"https://{self.host}"}
        return json.dumps(said | changed).encode()

    def created(self, options: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """What a browser answers when the passkey is made."""
        key = cbor(changed.pop("cose_key", None) or self.cose_key())
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        data = self.authenticator_data(PRESENT | VERIFIED | ATTESTED, attested)
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        client_data = self.client_data("webauthn.create", options, **changed)
        return self._answer(clientDataJSON=client_data, attestationObject=cbor(statement))

    def used(self, options: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """What a browser answers when the passkey is used."""
        data = self.authenticator_data()
        client_data = self.client_data("webauthn.get", options, **changed)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client_data, authenticatorData=data, signature=signature)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        name = base64url(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {part: base64url(data) for part, data in response.items()},
        }


def options_of(client: Client, address: str) -> dict[str, Any]:
    """What the page asks of the passkey; its challenge is the one that the server expects now."""
    [options] = client.get(address).context["js_data"].values()
    return json.loads(json.dumps(options))


def add_passkey(client: Client, passkey: Passkey | None = None) -> Passkey:
    """Set up a passkey in a browser that is signed in."""
    passkey = passkey or Passkey()
    answer = passkey.created(options_of(client, ADD))
    response = client.post(ADD, {"name": "Desk", "credential": json.dumps(answer)})
    assert response.status_code == 302, response.context["form"].errors
    return passkey


def use_passkey(client: Client, passkey: Passkey, address: str, **changed: Any):
    """Post what the passkey answers to the page at the address."""
    answer = passkey.used(options_of(client, address), **changed)
    return client.post(address, {"credential": json.dumps(answer)})
