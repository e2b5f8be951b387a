"""Within the year: what only time makes wrong is told apart from what is wrong already."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.census.check import NotInTheYear
from tests.census.cases import (
    CASES,
    LATE,
    ONLY_21,
    OPEN_ASSESSMENT,
    REFERRAL,
    START,
    Case,
    another_episode,
    closed,
)
from tests.census.returns import Edit, findings_of, return_of, tag

LATER = "Would be refused if still open on 31 March"
ONLY_TIME = {"8736", "8670", "8867", "8815", "8816", "8820", "8863", "8873", "8896"}


def said(edits: list[Edit], day: str | None) -> dict[str, str]:
    found = findings_of(return_of(edits=edits), as_at=date.fromisoformat(day) if day else None)
    return {each.rule: each.message for each in found}


def test_an_open_assessment_is_queried_only_once_it_is_overdue():
    # Started on 12 May 2025: its 45th working day is 15 July.
    message = (
        "The assessment is not completed, and started more than 45 working days before 31 March "
        "2026."
    )
    for day in ("2025-05-13", "2025-07-15"):
        assert said(OPEN_ASSESSMENT, day) == {"8670": f"{LATER}, unless explained: {message}"}
    for day in ("2025-07-16", "2026-03-31", "2026-06-01", None):
        assert said(OPEN_ASSESSMENT, day) == {"8670": message}


@pytest.mark.parametrize(
    ("rule", "edits"),
    [
        (
            "8736",
            [
                (REFERRAL, tag("CINreferralDate", "{Y}-02-12")),
                (START, tag("AssessmentActualStartDate", "{Y}-03-31")),
                *OPEN_ASSESSMENT,
            ],
        ),
        ("8867", [*LATE, closed("{Z}-03-20")]),
        ("8815", [another_episode("{Y}-05-12", None)]),
        ("8816", [another_episode("{Y}-06-12", "{Y}-06-20")]),
        ("8873", ONLY_21),
        ("8896", next(case.broken for case in CASES if case.rule == "8896")),
    ],
)
def test_what_is_wrong_only_because_it_is_open_is_told_apart(rule: str, edits: list[Edit]):
    assert said(edits, "2026-03-30")[rule].startswith(LATER)
    assert not said(edits, None)[rule].startswith(LATER)
    assert not said(edits, "2026-03-31")[rule].startswith(LATER)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_every_other_rule_says_the_same_all_year(case: Case):
    text = return_of(edits=case.broken)
    for each in findings_of(text, as_at=date(2025, 4, 1)):
        assert not each.message.startswith(LATER) or each.rule in ONLY_TIME
    now = {each.rule for each in findings_of(text)}
    assert {each.rule for each in findings_of(text, as_at=date(2025, 4, 1))} == now


def test_what_is_closed_for_the_wrong_reason_is_wrong_already():
    assert not said([closed(reason="RC7"), *ONLY_21], "2025-10-01")["8873"].startswith(LATER)


def test_a_day_before_the_census_year_is_refused():
    with pytest.raises(NotInTheYear):
        findings_of(return_of(), as_at=date(2025, 3, 31))
