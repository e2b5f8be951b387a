"""The groups in which pages list codes: the guide's three domains, then the codes in none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assessments.catalogue.types import Edition

LAST_GROUP = "last"
"""The id, on the page, of the group after the domains."""


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """A domain with its codes, or the group after the domains."""

    id: str
    name: str
    short_name: str
    shortest_name: str
    """One word, where all groups stand side by side."""
    about: str
    """What stands in it, in a sentence of ours; "" for the last group, whose names say it."""
    codes: frozenset[str]


@lru_cache(maxsize=8)
def code_groups(edition: Edition) -> tuple[CodeGroup, ...]:
    """Return the three domains in the guide's order, then the group of the codes in none."""
    domains = [
        CodeGroup(
            each.id,
            each.name,
            each.short_name,
            each.shortest_name,
            each.about,
            _codes(edition, each.id),
        )
        for each in edition.domains
    ]
    names = [factor.name for factor, _ in edition.factors_in(None)]
    name = " or ".join([names[0], *(each[0].lower() + each[1:] for each in names[1:])])
    return (*domains, CodeGroup(LAST_GROUP, name, name, names[0], "", _codes(edition, None)))


def _codes(edition: Edition, domain: str | None) -> frozenset[str]:
    return frozenset(code.code for _, codes in edition.factors_in(domain) for code in codes)
