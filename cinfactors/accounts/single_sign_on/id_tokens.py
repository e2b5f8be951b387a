"""What an OpenID provider says about a person, believed only when every check holds.

OpenID Connect Core 1.0, section 3.1.3.7. The signature is checked although the token comes
straight from the provider: a proxy between the two may be anybody's.
"""

from __future__ import annotations

from typing import Any

import jwt

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signed with a key that the provider alone has: never "none", never a shared secret."""
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
CLOCKS_DIFFER = 60
"""Seconds."""
LONGEST = 191
"""Characters of a subject that can be kept."""


class Refused(Exception):
    """The token is not to be believed; the message says why and holds nothing of the token."""


def claims(
    token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """What the token says, which the issuer has signed for this client and this sign-in.

    `keys` is the provider's key set (RFC 7517). Raises Refused.
    """
    try:
        found = jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=CLOCKS_DIFFER,
            options={"require": NEEDED},
        )
    except (jwt.PyJWTError, TypeError, ValueError, KeyError) as error:
        raise Refused(type(error).__name__) from error
    if found["nonce"] != nonce:
        raise Refused("It answers another sign-in")
    # Of several that the token is for, the one that asked for it is named.
    alone = found["aud"] in (client_id, [client_id])
    if found.get("azp", client_id if alone else None) != client_id:
        raise Refused("Another client has asked for it")
    subject = found["sub"]
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= LONGEST:
        raise Refused("It is about nobody")
    return found


def _key(token: str, keys: dict[str, Any]) -> jwt.PyJWK:
    wanted = jwt.get_unverified_header(token).get("kid")
    for key in jwt.PyJWKSet.from_dict(keys):
        if wanted is None or key.key_id == wanted:
            return key
    raise Refused("No such key")
