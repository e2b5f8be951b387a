"""Keys made from SECRET_KEY, each for one purpose, so that none opens what another has closed.

What is closed now is closed with SECRET_KEY; SECRET_KEY_FALLBACKS still open what was closed
before the key was changed.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def cipher(purpose: str, material: str = "") -> MultiFernet:
    """A cipher for the purpose; with `material`, only for who has that as well.

    Its `decrypt` raises `cryptography.fernet.InvalidToken`.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_fernet(key, purpose, material) for key in keys])


def _fernet(secret: str, purpose: str, material: str) -> Fernet:
    derived = HKDF(
        algorithm=SHA256(),
        length=32,
        salt=secret.encode() if material else None,
        info=purpose.encode(),
    ).derive((material or secret).encode())
    return Fernet(base64.urlsafe_b64encode(derived))
