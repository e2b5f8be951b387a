"""Every rule through the XML: broken and kept, in every census year, one defect to a file."""

from __future__ import annotations

from collections import Counter

import pytest

from assessments.census.rules.judge import FAULT
from assessments.census.rules.loader import Level, rules_of
from assessments.census.years import years
from tests.census.cases import CASES, Case
from tests.census.returns import findings_of, return_of

OUR_SHARES = {"share-other", "share-no-factors", "share-without-factors", "codes-never-used"}
OUR_COMPARISONS = {
    "changed-children",
    "changed-assessments",
    "changed-code",
    "changed-without-factors",
}
"""Both need a hundred children: see test_whole_file."""


def test_every_rule_of_every_year_has_a_case():
    numbers = {rule.number for year in years() for rule in rules_of(year)}
    assert numbers - OUR_SHARES - OUR_COMPARISONS == {case.rule for case in CASES}


@pytest.mark.parametrize("year", years())
def test_a_return_with_nothing_wrong_has_no_finding(year: str):
    assert findings_of(return_of(year)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_is_raised_where_it_is_broken_and_only_in_its_years(case: Case):
    for year in years():
        found = findings_of(return_of(year, case.broken))
        raised = [each for each in found if each.rule == case.rule]
        severity = case.severity_in(year)
        if severity is None:
            assert raised == [], year
        else:
            assert [
                (each.severity.value, each.child, each.episode, each.assessment) for each in raised
            ] == [(severity, *case.place)], (year, found)
            assert raised[0].message
            assert "{" not in raised[0].message
            assert raised[0].mend
        assert {each.rule for each in found} - {case.rule} <= case.also, year


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_return_that_keeps_the_rule_has_no_finding(case: Case):
    for year in years():
        found = {each.rule for each in findings_of(return_of(year, case.kept))}
        assert case.rule not in found, year
        assert found <= case.sometimes_kept, year


def test_what_cannot_but_be_broken_too_is_no_more_than_is_said():
    """Each companion is seen in some year, so that the list above cannot grow stale."""
    for case in CASES:
        seen: Counter[str] = Counter()
        for year in years():
            seen.update({each.rule for each in findings_of(return_of(year, case.broken))})
        assert case.also <= seen.keys(), case.rule


def test_the_name_of_a_fault_is_a_rule():
    rules = rules_of("2025-26")
    faults = {rule.number for rule in rules if rule.kind == FAULT}
    assert faults == {"not-a-date", "stands-twice", "not-plain-text", "unknown-element"}
    assert {rule.level for rule in rules if rule.kind == FAULT} == {Level.PART}
