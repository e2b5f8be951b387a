"""Ciphers with keys derived from SECRET_KEY, one for each purpose: none decrypts another's text.

Text is encrypted with SECRET_KEY; SECRET_KEY_FALLBACKS still decrypt what was encrypted before
the key was changed.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def cipher(purpose: str, material: str = "") -> MultiFernet:
    """Return a cipher for the purpose; with `material`, its key needs that as well.

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
