"""What we use of django-allauth's `internal` modules, which it may change in any release.

No other module of ours imports from them. `tests/accounts/test_allauth_internals.py` fails when
another version is installed or when a name or a signature is not what it was: read the modules
named below in the new version, then add it to `READ_AGAINST`.
"""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.ratelimit import consume as count_attempt
from allauth.core.internal.ratelimit import get_ip as rate_limit_ip
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY as TOTP_SECRET_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP

from cinfactors.accounts.models import User

READ_AGAINST = ("65.21",)
"""The versions of allauth, as major.minor, in which these were read."""

__all__ = [
    # The key in the session under which allauth keeps the secret of an authenticator app until
    # its first code: we encrypt what stands there.
    "TOTP_SECRET_SESSION_KEY",
    # Count an attempt, unless there were too many; the count can be taken back. What allauth
    # documents cannot be.
    "count_attempt",
    # A setting's "5/5m/key" as rates: for how many minutes a person has to wait.
    "parse_rates",
    # The address by which allauth counts attempts (of IPv6, the network): for our key of an
    # attempt, which is a user name and this address.
    "rate_limit_ip",
    # Record in the session that a person has shown a second factor: one that the provider of
    # single sign-on has required, or one that was set up just now. allauth itself records only
    # those that are shown on its own pages.
    "record_authentication",
    # Spend the code of an app: allauth spends those that sign in, and not the one that sets it up.
    "spend_totp_code",
]


def spend_totp_code(person: User, code: str) -> bool:
    """Spend the code as a sign-in with it does; False if it has been spent already."""
    is_unspent: bool = TOTP(Authenticator(user=person))._mark_code_used(code)
    return is_unspent
