"""What was found or done, as rows of texts: the same on a page, in a table and from a command.

The first text is the child's id. In a table each has to be made safe: see `spreadsheets`.
"""

from __future__ import annotations

from datetime import date

from assessments.census.differences import Difference
from assessments.census.report import plain
from assessments.census.rules.judge import Finding
from assessments.services.returns.merging import Merged

MOST_CHARACTERS = 1000
"""Of a text. What is recorded here is far shorter; a file could repeat a longer one in each row."""
OF_FINDINGS = (
    "child_id",
    "child_number",
    "episode",
    "assessment",
    "rule",
    "what_is_wrong",
    "how_to_mend_it",
)
OF_DIFFERENCES = (
    "child_id",
    "referral_date",
    "start_there",
    "start_here",
    "authorised_there",
    "authorised_here",
    "factors_there",
    "factors_here",
    "why",
)
OF_MERGED = ("child_id", "child_number", "referral_date", "start_date", "why")


def row_of_finding(finding: Finding) -> list[str]:
    return _cut(
        finding.child_id or "",
        _number(finding.child),
        _number(finding.episode),
        _number(finding.assessment),
        finding.rule,
        finding.message,
        finding.mend,
    )


def row_of_difference(difference: Difference) -> list[str]:
    there, here = difference.there, difference.here
    return _cut(
        difference.child_id,
        _day(difference.referral_date),
        _day(there.start_date if there else None),
        _day(here.start_date if here else None),
        _day(there.authorisation_date if there else None),
        _day(here.authorisation_date if here else None),
        " ".join(there.factors) if there else "",
        " ".join(here.factors) if here else "",
        difference.why.value if difference.why else "",
    )


def row_of_merged(merged: Merged) -> list[str]:
    return _cut(
        merged.child_id,
        _number(merged.position),
        _day(merged.referral_date),
        _day(merged.start_date),
        merged.why,
    )


def _cut(*texts: str) -> list[str]:
    """Return texts that may stand in a row: none too long, and none that turns others around."""
    most = MOST_CHARACTERS
    return [plain(each if len(each) <= most else f"{each[: most - 1]}…") for each in texts]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
