"""The layout of the picker: domains, the factors in each, and a checkbox for each code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from assessments.catalogue.types import (
    Block,
    BulletList,
    Code,
    Edition,
    Emphasis,
    Factor,
    Paragraph,
)
from assessments.presenters.domains import LAST_GROUP, code_groups
from cinfactors.accounts.models import Density


@dataclass(frozen=True, slots=True)
class Box:
    """One checkbox; the visually hidden part of its label says which factor it belongs to."""

    code: str
    label: str
    hidden_label: str
    hint: str
    takes_description: bool
    after_or: bool
    """Whether it stands apart from the others, after an "or"."""


@dataclass(frozen=True, slots=True)
class FactorGroup:
    """A factor in one domain: its guidance, and those of its codes that belong to the domain."""

    name: str
    guidance: tuple[Block, ...]
    more: tuple[Block, ...]
    """The rest of the guidance, which opens on request."""
    boxes: tuple[Box, ...]
    also: tuple[Code, ...]
    """Its codes of other domains."""

    @property
    def takes_description(self) -> bool:
        return any(box.takes_description for box in self.boxes)


@dataclass(frozen=True, slots=True)
class DomainGroup:
    """A domain, or the group of codes after the domains."""

    id: str
    name: str
    short_name: str
    shortest_name: str
    about: str
    codes: frozenset[str]
    factors: tuple[FactorGroup, ...]


@lru_cache(maxsize=16)
def domain_groups(edition: Edition, density: str = Density.FULL) -> tuple[DomainGroup, ...]:
    """Return the three domains in the guide's order, then what belongs to none."""
    return tuple(
        DomainGroup(
            domain.id,
            domain.name,
            domain.short_name,
            domain.shortest_name,
            domain.about,
            domain.codes,
            _factors(edition, None if domain.id == LAST_GROUP else domain.id, density),
        )
        for domain in code_groups(edition)
    )


def _factors(edition: Edition, domain: str | None, density: str) -> tuple[FactorGroup, ...]:
    return tuple(
        _factor(edition, factor, codes, density) for factor, codes in edition.factors_in(domain)
    )


def _factor(edition: Edition, factor: Factor, codes: tuple[Code, ...], density: str) -> FactorGroup:
    full = density == Density.FULL
    guidance, more = (factor.blocks, ()) if full else key_points(factor)
    return FactorGroup(
        name=factor.name,
        guidance=guidance,
        more=more,
        boxes=tuple(_box(edition, factor, code, hint=not full) for code in codes),
        also=tuple(code for code in factor.codes if code not in codes),
    )


def key_points(factor: Factor) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return a factor's definition, and the rest of its guidance."""
    first, *others = factor.blocks
    if not factor.definition or isinstance(first, BulletList):
        return (), factor.blocks if len(factor.blocks) > 1 else ()
    bold = tuple(run for run in first.runs if run.emphasis is Emphasis.BOLD)
    rest = [run for run in first.runs if run.emphasis is not Emphasis.BOLD]
    if rest:
        rest[0] = replace(rest[0], text=rest[0].text.lstrip())
    return (Paragraph(bold),), ((Paragraph(tuple(rest)),) if rest else ()) + tuple(others)


def _box(edition: Edition, factor: Factor, code: Code, *, hint: bool) -> Box:
    return Box(
        code=code.code,
        label=code.label or code.about or factor.name,
        hidden_label=factor.name if code.about else "",
        hint=code.words.rstrip(".") if hint else "",
        takes_description=code.code in edition.described_codes,
        after_or=code.code in edition.solitary_codes,
    )
