"""What the forms of sign-in and of the second factor have in common."""

from __future__ import annotations

from allauth.account import app_settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from cinfactors.accounts.allauth_internals import parse_rates

TOO_MANY_ATTEMPTS = "too_many_login_attempts"
"""allauth's code for the error."""


def minutes_to_wait() -> int:
    """Return the minutes after which another attempt is allowed, whichever limit was reached."""
    longest = max(rate.duration for rate in parse_rates(app_settings.RATE_LIMITS["login_failed"]))
    return -(-int(longest) // 60)


def too_many_attempts() -> ValidationError:
    return ValidationError(
        f"There were too many tries to sign in. Wait {minutes_to_wait()} minutes, then try again",
        code=TOO_MANY_ATTEMPTS,
    )


def minimum_password_length() -> int:
    return next(
        validator.min_length
        for validator in password_validation.get_default_password_validators()
        if isinstance(validator, password_validation.MinimumLengthValidator)
    )
