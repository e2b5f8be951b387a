"""Whether an ID token says that the provider has asked for a second factor."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings

from cinfactors.accounts.sessions import LONGEST
from cinfactors.accounts.single_sign_on.id_tokens import CLOCKS_DIFFER


def is_brought(claims: dict[str, Any]) -> bool:
    """Whether a single sign-on with this ID token has shown a second factor at the provider.

    `OIDC_BRINGS_SECOND_FACTOR` says by what: `on` believes the provider's own policy, a claim and
    value (`amr:mfa`, `acrs:c1`) only the token, in which the claim is that text or a list with it.
    Nothing that was shown there longer ago than a sign-in may last here (`auth_time`) counts.
    """
    wanted = settings.OIDC_BRINGS_SECOND_FACTOR
    if wanted == "off" or not _is_recent(claims):
        return False
    if wanted == "on":
        return True
    claim, _, value = wanted.partition(":")
    said = claims.get(claim)
    return said == value or (isinstance(said, list) and value in said)


def _is_recent(claims: dict[str, Any]) -> bool:
    """True without `auth_time`, which few providers send unasked."""
    at = claims.get("auth_time", time.time())
    return isinstance(at, (int, float)) and -CLOCKS_DIFFER <= time.time() - at <= LONGEST
