"""Every write about a person."""

from __future__ import annotations

from cinfactors.accounts.models import Density, User


def choose_density(*, by: User, density: str) -> None:
    """Remember how much of the guide the person wants to see. ValueError if unknown."""
    by.density = Density(density)
    by.save(update_fields=["density"])
