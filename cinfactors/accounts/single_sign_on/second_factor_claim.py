"""Whether an ID token says that the provider has asked for a second factor."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings

from cinfactors.accounts.sessions import MAX_SECONDS
from cinfactors.accounts.single_sign_on.id_tokens import CLOCK_SKEW


def shows_second_factor(claims: dict[str, Any]) -> bool:
    """Whether a single sign-on with this ID token has shown a second factor at the provider.

    `OIDC_BRINGS_SECOND_FACTOR` says how to tell: `on` relies on the provider's own policy; a claim
    and value (`amr:mfa`, `acrs:c1`) requires the token to have that claim, with that value or with
    a list that contains it. An authentication longer ago than a sign-in may last here
    (`auth_time`) does not count.
    """
    setting = settings.OIDC_BRINGS_SECOND_FACTOR
    if setting == "off" or not _is_recent(claims):
        return False
    if setting == "on":
        return True
    name, _, required = setting.partition(":")
    value = claims.get(name)
    return value == required or (isinstance(value, list) and required in value)


def _is_recent(claims: dict[str, Any]) -> bool:
    """Return True without `auth_time`, which few providers send unless it is requested."""
    at = claims.get("auth_time", time.time())
    return isinstance(at, (int, float)) and -CLOCK_SKEW <= time.time() - at <= MAX_SECONDS
