"""Asking an edition's rules of a selection: only those that one of its codes can wake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from assessments.catalogue.types import Edition, Rule, Severity
from assessments.rules.findings import Finding
from assessments.rules.kinds import KINDS, Kind
from assessments.rules.messages import finding_of, unlisted_in
from assessments.rules.selection import Selection


def evaluate(edition: Edition, selection: Selection) -> tuple[Finding, ...]:
    """What the edition's rules say of the selection: by severity, then in the edition's order.

    Never raises, whatever strings were sent. KeyError for a rule of an unknown kind or a code
    that the edition lacks, which `manage.py check` refuses beforehand.
    """
    book = _rulebook(edition, selection.unborn)
    selected = selection.codes
    all_listed = selected <= book.listed
    awake = book.always
    for code in selected:
        awake |= book.wakes.get(code, 0)
    found = []
    while awake:
        lowest = awake & -awake
        awake ^= lowest
        rule, kind, finding = book.entries[lowest]
        if kind.speaks(rule, selection, edition):
            about = kind.about(rule, selection)
            if not all_listed:
                about &= book.listed
            found.append(
                finding_of(edition, rule, about, unlisted_in(edition, selection))
                if kind.refuses_codes
                else finding(about)
            )
    return tuple(found)


def codes_at_stake(rule: Rule, selection: Selection) -> frozenset[str]:
    """The selected codes on which an answer to the rule rests: those of its finding."""
    return KINDS[rule.kind].about(rule, selection)


class _Entry(NamedTuple):
    rule: Rule
    kind: Kind
    finding: Callable[[frozenset[str]], Finding]


@dataclass(frozen=True, slots=True)
class _Rulebook:
    """An edition's rules made ready to ask of born or of unborn children.

    Each rule is a bit, the lower the sooner it is told.
    """

    entries: Mapping[int, _Entry]
    listed: frozenset[str]
    wakes: Mapping[str, int]
    """The rules that a code can make speak."""
    always: int
    """The rules that speak of what is not selected."""


@lru_cache(maxsize=32)
def _rulebook(edition: Edition, unborn: bool) -> _Rulebook:
    by_severity = list(Severity)
    rules = [rule for rule in edition.rules if rule.unborn in (None, unborn)]
    entries: dict[int, _Entry] = {}
    wakes: dict[str, int] = {}
    always = 0
    for rule in sorted(rules, key=lambda rule: by_severity.index(rule.severity)):
        bit = 1 << len(entries)
        entries[bit] = _entry(edition, rule)
        wakers = rule.codes.union(*rule.pairs)
        for code in wakers:
            wakes[code] = wakes.get(code, 0) | bit
        if not wakers:
            always |= bit
    return _Rulebook(entries, frozenset(edition.codes), wakes, always)


def _entry(edition: Edition, rule: Rule) -> _Entry:
    # Findings are alike for the same codes, and a message takes longer to write than all the
    # rules take to ask.
    @lru_cache(maxsize=256)
    def finding(codes: frozenset[str]) -> Finding:
        return finding_of(edition, rule, codes)

    return _Entry(rule, KINDS[rule.kind], finding)
