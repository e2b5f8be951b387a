"""The check of an ID token: what an OpenID provider says of a person.

OpenID Connect Core 1.0, section 3.1.3.7. The signature is checked although the token comes
straight from the provider: a proxy between the two may belong to anybody.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

import jwt

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures with a key that only the provider has: never "none", never a shared secret."""
REQUIRED_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "nonce"]
CLOCK_SKEW = 60
"""Seconds by which the provider's clock may differ from ours."""
MAX_SUBJECT_LENGTH = 191
"""Characters that allauth's column for the subject can store."""
MAX_TOKEN_LENGTH = 64 * 1024

_ERRORS = (
    *(jwt.PyJWTError, ArithmeticError, AttributeError),
    *(KeyError, RecursionError, TypeError, ValueError),
)
"""What a malformed token or key raises."""


class InvalidIDToken(Exception):
    """The token fails a check. The message says which, and contains nothing of the token."""


class UnknownKey(InvalidIDToken):
    """None of the keys has signed the token: it is forged, or the provider has new keys."""


def verified_claims(
    token: object,
    *,
    keys: Iterable[dict[str, Any]],
    issuer: str,
    client_id: str,
    nonce: str,
    asked_since: int | None = None,
    must_say_when: bool = True,
) -> dict[str, Any]:
    """Return the claims that the issuer has signed for this client and this sign-in.

    `keys` are of the provider's key set (RFC 7517). With `asked_since`, in seconds of the epoch,
    the provider must have asked the person anew since then, as far as the token says when it has,
    which it must where `must_say_when`. Raises InvalidIDToken, or UnknownKey.
    """
    if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN_LENGTH:
        raise InvalidIDToken("There is none")
    claims = _signed_claims(token, keys, issuer=issuer, client_id=client_id)
    if claims["nonce"] != nonce:
        raise InvalidIDToken("It answers another sign-in")
    # Where the token is for several clients, `azp` names the one that requested it.
    is_for_us_alone = claims["aud"] in (client_id, [client_id])
    if claims.get("azp", client_id if is_for_us_alone else None) != client_id:
        raise InvalidIDToken("Another client has asked for it")
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject.isprintable():
        raise InvalidIDToken("It is about nobody")
    if not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
        raise InvalidIDToken("It is about nobody")
    says_when = must_say_when or claims.get("auth_time") is not None
    if asked_since is not None and says_when and not _was_asked(claims, asked_since):
        raise InvalidIDToken("It does not say (auth_time) that the person was asked anew")
    return claims


def _was_asked(claims: dict[str, Any], since: int) -> bool:
    at = claims.get("auth_time")
    if not isinstance(at, (int, float)):
        return False
    return since - CLOCK_SKEW <= at <= time.time() + CLOCK_SKEW


def _signed_claims(
    token: str, keys: Iterable[dict[str, Any]], *, issuer: str, client_id: str
) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise InvalidIDToken("It is not signed as one has to be")
    except _ERRORS as error:
        raise InvalidIDToken(type(error).__name__) from error
    for key in _fitting(keys, header):
        try:
            return jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=issuer,
                audience=client_id,
                leeway=CLOCK_SKEW,
                options={"require": REQUIRED_CLAIMS},
            )
        except jwt.InvalidSignatureError:
            continue  # another key of the same name, or of none, may have signed it
        except _ERRORS as error:
            raise InvalidIDToken(type(error).__name__) from error
    raise UnknownKey("None of the provider's keys has signed it")


def _fitting(keys: Iterable[dict[str, Any]], header: dict[str, Any]) -> Iterator[jwt.PyJWK]:
    """Return the keys that may have signed a token with this header.

    A key says its type, and seldom its algorithm: the token's is one that we accept, and has to be
    one of the key's type.
    """
    key_id, algorithm = header.get("kid"), header["alg"]
    for key in keys:
        if key_id is not None and key.get("kid") != key_id:
            continue
        if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
            continue
        try:
            yield jwt.PyJWK(key, algorithm)
        except _ERRORS:
            continue  # a key of another type, or none
