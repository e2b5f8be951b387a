"""allauth looks for the providers of an installed app in its module of this name."""

from cinfactors.accounts.single_sign_on.provider import provider_classes

__all__ = ["provider_classes"]
