"""The check of an ID token: what an OpenID provider says of a person.

OpenID Connect Core 1.0, section 3.1.3.7. The signature is checked although the token comes
straight from the provider: a proxy between the two may belong to anybody.
"""

from __future__ import annotations

from typing import Any

import jwt

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures with a key that only the provider has: never "none", never a shared secret."""
REQUIRED_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "nonce"]
CLOCK_SKEW = 60
"""Seconds by which the provider's clock may differ from ours."""
MAX_SUBJECT_LENGTH = 191
"""Characters that allauth's column for the subject can store."""


class InvalidIDToken(Exception):
    """The token fails a check. The message says which, and contains nothing of the token."""


def verified_claims(
    token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """Return the claims that the issuer has signed for this client and this sign-in.

    `keys` is the provider's key set (RFC 7517). Raises InvalidIDToken.
    """
    try:
        claims = jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=CLOCK_SKEW,
            options={"require": REQUIRED_CLAIMS},
        )
    except (jwt.PyJWTError, TypeError, ValueError, KeyError) as error:
        raise InvalidIDToken(type(error).__name__) from error
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
    return claims


def _key(token: str, keys: dict[str, Any]) -> jwt.PyJWK:
    key_id = jwt.get_unverified_header(token).get("kid")
    for key in jwt.PyJWKSet.from_dict(keys):
        if key_id is None or key.key_id == key_id:
            return key
    raise InvalidIDToken("No such key")
