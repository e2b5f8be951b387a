"""Which account at the provider a person is linked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class Link:
    """A person's account at the provider, as it is shown to them."""

    provider: str
    """The provider's host name."""
    subject: str
    """What the provider calls the account; mostly a number or a random text."""
    since: datetime


def link_of(person: User) -> Link | None:
    """Return the person's link to the provider that is configured, if there is one."""
    account = SocialAccount.objects.filter(user=person, provider=settings.OIDC_ISSUER).first()
    if not settings.OIDC_ISSUER or account is None:
        return None
    host = urlsplit(account.provider).hostname or account.provider
    return Link(provider=host, subject=account.uid, since=account.date_joined)
