"""Actions on how a person signs in, each with a page that explains it first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cinfactors.administration import services


@dataclass(frozen=True)
class PersonAction:
    """An action of an administrator on a person, carried out once they have confirmed it."""

    title: str
    explanation: str
    """One sentence or two; the person's name in place of {}."""
    button: str
    success_message: str
    """The same."""
    service: Callable[..., None]
    on_others_only: bool = True


PERSON_ACTIONS = {
    "remove-second-factor": PersonAction(
        "Take the second factor away",
        "For {}, who has lost their device and their recovery codes. They are signed out "
        "everywhere, and set up another second factor when they next sign in, if their role "
        "needs one. Make sure that it is they who ask.",
        "Take it away",
        "The second factor of {} is taken away.",
        services.remove_second_factor,
    ),
    "unlink": PersonAction(
        "Unlink single sign-on",
        "{} is signed out everywhere. Whoever next comes from the provider with exactly their user "
        "name is linked to them anew; an administrator links their own account.",
        "Unlink",
        "Single sign-on of {} is unlinked.",
        services.unlink_single_sign_on,
    ),
    "sign-out": PersonAction(
        "Sign out everywhere",
        "{} is signed out on every device, and can sign in again.",
        "Sign out everywhere",
        "{} is signed out everywhere.",
        services.end_sessions,
        on_others_only=False,
    ),
}
"""By the last part of the page's address."""
