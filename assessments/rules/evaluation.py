"""Evaluating an edition's rules on a selection."""

from __future__ import annotations

from functools import lru_cache

from assessments.catalogue.types import Edition, Rule, Severity
from assessments.rules.findings import Finding
from assessments.rules.kinds import KINDS
from assessments.rules.messages import finding_of, unlisted_in
from assessments.rules.selection import Selection


def evaluate(edition: Edition, selection: Selection) -> tuple[Finding, ...]:
    """Return the findings of the edition's rules, by severity, then in the edition's order.

    Never raises, whatever strings were sent, except KeyError for a rule of an unknown kind, which
    `manage.py check` finds beforehand.
    """
    findings = []
    for rule in _by_severity(edition):
        if rule.unborn not in (None, selection.unborn):
            continue
        kind = KINDS[rule.kind]
        if not kind.speaks(rule, selection, edition):
            continue
        about = kind.about(rule, selection).intersection(edition.codes)
        findings.append(
            finding_of(edition, rule, about, unlisted_in(edition, selection))
            if kind.refuses_codes
            else _finding(edition, rule.id, about)
        )
    return tuple(findings)


@lru_cache(maxsize=16)
def _by_severity(edition: Edition) -> tuple[Rule, ...]:
    order = list(Severity)
    return tuple(sorted(edition.rules, key=lambda rule: order.index(rule.severity)))


@lru_cache(maxsize=8192)
def _finding(edition: Edition, rule: str, about: frozenset[str]) -> Finding:
    # Cached, since the same codes give the same finding, and writing one message takes longer than
    # evaluating all the rules.
    return finding_of(edition, edition.rules_by_id[rule], about)
