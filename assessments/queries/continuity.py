"""What changed in a census year since a return was submitted that is recorded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from assessments.census.years import CensusYear, name_of_year
from assessments.models import Assessment, CensusSubmission
from assessments.queries.returns import STANDING_IN_THE_YEAR, parameters_of_year
from assessments.queries.visibility import assessments_visible_to
from cinfactors.accounts.models import User

MOST_LISTED = 200
"""Of each kind: who has more to look at looks at the records by other ways."""

_CHANGED = f"""
    WITH now AS ({STANDING_IN_THE_YEAR}), last AS (
        SELECT * FROM assessments_censussubmittedassessment WHERE submission_id = %(submission)s
    )
    SELECT assessment_id,
           CASE WHEN last.submission_id IS NULL THEN 'new'
                WHEN now.codes IS NULL THEN 'gone'
                ELSE 'changed' END,
           now.referral_date <> last.referral_date,
           now.start_date <> last.start_date,
           now.authorisation_date IS DISTINCT FROM last.authorisation_date,
           now.codes <> last.codes
    FROM now FULL JOIN last USING (assessment_id)
    WHERE (now.referral_date, now.start_date, now.authorisation_date, now.codes)
          IS DISTINCT FROM
          (last.referral_date, last.start_date, last.authorisation_date, last.codes)
    ORDER BY assessment_id
"""  # noqa: S608  # of constants alone: every value is a parameter
_CARRIED_OVER = f"""
    WITH now AS ({STANDING_IN_THE_YEAR}), last AS (
        SELECT * FROM assessments_censussubmittedassessment
        WHERE submission_id = %(submission)s AND authorisation_date IS NULL
    )
    SELECT assessment_id,
           CASE WHEN now.codes IS NULL THEN 'gone' ELSE 'changed' END,
           now.referral_date <> last.referral_date,
           now.start_date <> last.start_date,
           false,
           false
    FROM last LEFT JOIN now USING (assessment_id)
    WHERE (now.referral_date, now.start_date) IS DISTINCT FROM
          (last.referral_date, last.start_date)
    ORDER BY assessment_id
"""  # noqa: S608  # likewise
_WHAT = ("referral date", "start date", "authorisation date", "factors")


def last_submission(year: str) -> CensusSubmission | None:
    """Return the return of a year that was recorded last as submitted."""
    return CensusSubmission.objects.filter(year=year).select_related("recorded_by").last()


def continuity_of(year: CensusYear, on: date) -> dict[str, Any]:
    """Return what differs from the last submission of the year, and from that of the year before.

    As `CensusCheck.continuity` keeps it: by "this" and "before" the submission, the number of what
    is new, gone and changed, and of each up to `MOST_LISTED` assessments with what changed. Of the
    year before, what was not completed then is looked for: it stands in this year too.
    """
    before = name_of_year(year.reference_date.year - 1)
    found = {}
    for key, name, statement in (
        ("this", year.name, _CHANGED),
        ("before", before, _CARRIED_OVER),
    ):
        submission = last_submission(name)
        if submission is not None:
            found[key] = _differences(statement, year, on, submission)
    return found


def _differences(
    statement: str, year: CensusYear, on: date, submission: CensusSubmission
) -> dict[str, Any]:
    numbers = {"new": 0, "gone": 0, "changed": 0}
    rows = []
    day = min(on, year.reference_date)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters_of_year(year, day), "submission": submission.pk})
        for assessment, kind, *differs in cursor:
            numbers[kind] += 1
            if numbers[kind] <= MOST_LISTED:
                what = [name for name, is_other in zip(_WHAT, differs, strict=True) if is_other]
                rows.append([kind, assessment, what if kind == "changed" else []])
    return {"submission": submission.pk, "numbers": numbers, "rows": rows}


@dataclass(frozen=True, slots=True)
class ContinuityRow:
    kind: str
    assessment: Assessment
    what: str
    """What changed, such as "start date, factors"."""


@dataclass(frozen=True, slots=True)
class Continuity:
    """What changed since a submission, as one person may see it."""

    submission: CensusSubmission
    numbers: dict[str, int]
    rows: tuple[ContinuityRow, ...]
    hidden: int
    """How many of those that would be listed are in records restricted to others."""

    @property
    def is_longer(self) -> bool:
        return any(number > MOST_LISTED for number in self.numbers.values())


def continuity_for(person: User, kept: dict[str, Any]) -> Continuity:
    """Return what a check kept of a submission, without what the person may not see."""
    keys = [assessment for _, assessment, _ in kept["rows"]]
    seen = assessments_visible_to(person).filter(pk__in=keys).select_related("episode__child")
    visible = {each.pk: each for each in seen}
    rows = [
        ContinuityRow(kind, visible[key], ", ".join(what))
        for kind, key, what in kept["rows"]
        if key in visible
    ]
    submission = CensusSubmission.objects.select_related("recorded_by").get(pk=kept["submission"])
    return Continuity(submission, kept["numbers"], tuple(rows), len(keys) - len(rows))
