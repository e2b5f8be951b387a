"""A selection as pages show it: codes with their names, by domain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments.catalogue.code_names import UNLISTED
from assessments.catalogue.types import Code, Edition, Factor, code_order
from assessments.presenters.domains import code_groups


@dataclass(frozen=True, slots=True)
class SelectedCode:
    """A code as a page names it; `factor` and `entry` are None for one that the edition lacks."""

    code: str
    name: str
    short_name: str
    factor: Factor | None = None
    entry: Code | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class SelectedGroup:
    """A domain, or the group after the domains, with the codes selected in it."""

    id: str
    name: str
    short_name: str
    codes: tuple[SelectedCode, ...]


def named_codes(edition: Edition, codes: Collection[str]) -> tuple[SelectedCode, ...]:
    """Return the codes with their names, in the order of the guide, unknown ones included."""
    return tuple(
        SelectedCode(
            code,
            edition.name_of(code),
            edition.short_name_of(code),
            edition.factor_of(code),
            edition.codes[code],
        )
        if code in edition.codes
        else SelectedCode(code, UNLISTED, UNLISTED)
        for code in sorted(set(codes), key=code_order)
    )


def codes_by_domain(edition: Edition, codes: Collection[str]) -> tuple[SelectedGroup, ...]:
    """Return the codes by domain, with their names; a domain without any is there, empty."""
    return tuple(
        SelectedGroup(
            group.id,
            group.name,
            group.short_name,
            named_codes(edition, [code for code in codes if code in group.codes]),
        )
        for group in code_groups(edition)
    )
