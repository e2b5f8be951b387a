"""allauth looks for an app's providers in a module of this name."""

from cinfactors.accounts.single_sign_on.provider import provider_classes

__all__ = ["provider_classes"]
