"""Evaluating an edition's rules on a selection: only those that its codes can concern."""

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
    """Return the findings of the edition's rules, by severity, then in the edition's order.

    Never raises, whatever strings were sent, except KeyError for a rule of an unknown kind or with
    a code that the edition lacks, which `manage.py check` finds beforehand.
    """
    rulebook = _rulebook(edition, selection.unborn)
    selected = selection.codes
    all_listed = selected <= rulebook.listed
    candidates = rulebook.for_any_selection
    for code in selected:
        candidates |= rulebook.by_code.get(code, 0)
    findings = []
    while candidates:
        lowest = candidates & -candidates
        candidates ^= lowest
        rule, kind, finding = rulebook.entries[lowest]
        if kind.speaks(rule, selection, edition):
            about = kind.about(rule, selection)
            if not all_listed:
                about &= rulebook.listed
            findings.append(
                finding_of(edition, rule, about, unlisted_in(edition, selection))
                if kind.refuses_codes
                else finding(about)
            )
    return tuple(findings)


def codes_at_stake(rule: Rule, selection: Selection) -> frozenset[str]:
    """Return the selected codes that an answer to the rule is about: those of its finding.

    An answer holds only while these stay the same.
    """
    return KINDS[rule.kind].about(rule, selection)


class _Entry(NamedTuple):
    rule: Rule
    kind: Kind
    finding: Callable[[frozenset[str]], Finding]


@dataclass(frozen=True, slots=True)
class _Rulebook:
    """An edition's rules, prepared to be evaluated for born or for unborn children.

    Each rule is a bit, so that a set of rules is a number. A lower bit's finding comes first.
    """

    entries: Mapping[int, _Entry]
    listed: frozenset[str]
    by_code: Mapping[str, int]
    """The rules that read a code: they can speak only if one of their codes is selected."""
    for_any_selection: int
    """The rules that read no code of their own, and are evaluated for every selection."""


@lru_cache(maxsize=32)
def _rulebook(edition: Edition, unborn: bool) -> _Rulebook:
    by_severity = list(Severity)
    rules = [rule for rule in edition.rules if rule.unborn in (None, unborn)]
    entries: dict[int, _Entry] = {}
    by_code: dict[str, int] = {}
    for_any_selection = 0
    for rule in sorted(rules, key=lambda rule: by_severity.index(rule.severity)):
        bit = 1 << len(entries)
        entries[bit] = _entry(edition, rule)
        codes = rule.codes.union(*rule.pairs)
        for code in codes:
            by_code[code] = by_code.get(code, 0) | bit
        if not codes:
            for_any_selection |= bit
    return _Rulebook(entries, frozenset(edition.codes), by_code, for_any_selection)


def _entry(edition: Edition, rule: Rule) -> _Entry:
    # Cached, since the same codes give the same finding, and writing one message takes longer than
    # evaluating all the rules.
    @lru_cache(maxsize=256)
    def finding(codes: frozenset[str]) -> Finding:
        return finding_of(edition, rule, codes)

    return _Entry(rule, KINDS[rule.kind], finding)
