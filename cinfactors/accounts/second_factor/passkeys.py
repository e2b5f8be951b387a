"""What a browser answers for a passkey: read strictly, since anybody can send anything as one.

allauth and fido2 expect the shape that browsers send, and raise whatever comes of another.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.utils import websafe_decode
from fido2.webauthn import AttestedCredentialData, AuthenticationResponse, RegistrationResponse

MOST_CHARACTERS = 32 * 1024
"""Of an answer; browsers send one or two thousand."""
MOST_BYTES = 4 * 1024
"""Of a credential: its id has 1023 at most, and an RSA key of 4096 bits about 530."""
REFUSED = "The passkey was not accepted. Try again, or choose another way"
MISSING = "The browser gave no passkey. Try again, or choose another way"
COPIED = (
    "This passkey is refused, since it may have been copied: it has been used elsewhere since. "
    "Choose another way, remove it in Your account, and tell an administrator"
)
MALFORMED = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError),
    *(ValueError, struct.error, InternalError, UnsupportedAlgorithm),
)
"""What reading malformed bytes raises."""


class AnswerField(forms.JSONField):
    """The JSON of an answer, as a dict of the parts named and no others; all are text."""

    def __init__(self, *parts: str) -> None:
        super().__init__(widget=forms.HiddenInput, error_messages={"required": MISSING})
        self.parts = parts

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if len(value) > MOST_CHARACTERS:
            raise ValidationError(REFUSED)
        try:
            answer = json.loads(value)
            kept: dict[str, Any] = {
                "rawId": _text(answer["rawId"]),
                "response": {part: _text(answer["response"][part]) for part in self.parts},
            }
            client_data = json.loads(websafe_decode(kept["response"]["clientDataJSON"]))
            for part in ("type", "challenge", "origin"):
                _text(client_data[part])
        except MALFORMED as error:
            raise ValidationError(REFUSED) from error
        return kept

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return nothing: an answer is never shown again."""
        return None


def _text(value: Any) -> str:
    """Return the value if it is text; else raise TypeError.

    fido2 makes as many bytes of a number as it says, which may be all that the machine has.
    """
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


@contextmanager
def malformed_is_refused() -> Iterator[None]:
    """Raise a ValidationError in words for whatever an answer that no browser gives leads to."""
    try:
        yield
    except MALFORMED as error:
        raise ValidationError(REFUSED) from error


def credential_of(answer: dict[str, Any]) -> AttestedCredentialData:
    """Return the new credential that the answer has. Raises one of `MALFORMED`."""
    attestation: Any = cbor.decode(websafe_decode(answer["response"]["attestationObject"]))
    if not isinstance(attestation["authData"], bytes):  # a number would be that many bytes
        raise TypeError("no data of an authenticator")
    data = RegistrationResponse.from_dict(answer).response.attestation_object.auth_data
    credential = data.credential_data
    if credential is None or len(credential) > MOST_BYTES or not is_usable(credential.public_key):
        raise ValueError("no credential with a key that we can use")
    return credential


def is_usable(key: CoseKey) -> bool:
    """Whether the key verifies signatures: a wrong one is then refused, and nothing else raised."""
    try:
        key.verify(b"", b"")
    except InvalidSignature:
        return True
    except MALFORMED:
        return False
    return False


def is_set_up(person_id: int, credential_id: bytes) -> bool:
    """Whether this very passkey is among the person's."""
    rows = Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.WEBAUTHN)
    ids = (row.wrap().authenticator_data.credential_data.credential_id for row in rows)
    return credential_id in ids


def counter_of(answer: dict[str, Any]) -> int:
    """Return how often the passkey says that it has signed. Raises one of `MALFORMED`."""
    counter: int = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    return counter
