"""What pages say of a selection: by domain, beside the picker, and the rules that ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments import evaluation
from assessments.catalogue.code_names import UNLISTED
from assessments.catalogue.types import Code, Edition, Factor, code_order
from assessments.models import Assessment
from assessments.presenters.domains import domains_of


@dataclass(frozen=True, slots=True)
class SelectedCode:
    """A selected code as a page names it; `entry` is None for one that the edition lacks."""

    code: str
    name: str
    factor: Factor | None = None
    entry: Code | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class SelectedGroup:
    """A domain, or the group after the domains, with what is selected in it."""

    id: str
    name: str
    codes: tuple[SelectedCode, ...]


def named(edition: Edition, codes: Collection[str]) -> tuple[SelectedCode, ...]:
    """The codes with their names, in the order of the guide; unknown ones as they are."""
    return tuple(
        SelectedCode(code, edition.name_of(code), edition.factor_of(code), edition.codes[code])
        if code in edition.codes
        else SelectedCode(code, UNLISTED)
        for code in sorted(set(codes), key=code_order)
    )


def groups_of(assessment: Assessment) -> tuple[SelectedGroup, ...]:
    """What is recorded, by domain; a domain with nothing selected stands there empty."""
    return grouped(evaluation.edition_of(assessment), assessment.codes)


def grouped(edition: Edition, codes: Collection[str]) -> tuple[SelectedGroup, ...]:
    return tuple(
        SelectedGroup(
            group.id, group.name, named(edition, [code for code in codes if code in group.codes])
        )
        for group in domains_of(edition)
    )
