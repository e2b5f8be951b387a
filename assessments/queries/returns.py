"""What is in a census year, as the return has it: which children, episodes and assessments.

Not a list for a person: a return holds every child of the authority, restricted records too.
Who may have one made is said by `may_export_restricted` and checked by the services.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import date
from itertools import chain, groupby, islice, zip_longest
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from assessments.census import message
from assessments.census.years import CensusYear, years
from assessments.models import NEVER_COUNTED, NOT_YET_OBTAINED, Child, Sex
from cinfactors.audit.models import Change

ROWS_AT_ONCE = 2000

NOT_RECORDED = frozenset({"upn", "ethnicity", "disabilities", "modules"})
"""What a return has and our records have not; rules about it are judged in files alone."""

# Episodes: open on a day of the year, closed in it, or referred in it. A referral with no further
# action opens nothing, and belongs to the year in which it was made or closed.
_EPISODES = """
    FROM assessments_episode AS episode
    JOIN assessments_child AS child ON child.id = episode.child_id
"""
_IN_THE_YEAR = """
    WHERE episode.referral_date <= %(day)s
      AND (episode.closure_date >= %(first)s
           OR (episode.closure_date IS NULL
               AND (NOT episode.no_further_action OR episode.referral_date >= %(first)s)))
      AND (episode.no_further_action
           OR NOT EXISTS (SELECT FROM assessments_assessment AS work
                          WHERE work.episode_id = episode.id)
           OR EXISTS (SELECT FROM assessments_assessment AS work
                      WHERE work.episode_id = episode.id AND NOT work.status = ANY(%(never)s)))
"""
_ASSESSMENTS = """
    LEFT JOIN assessments_assessment AS assessment
      ON assessment.episode_id = episode.id
      AND NOT assessment.status = ANY(%(never)s)
      AND assessment.start_date <= %(day)s
      AND (assessment.end_date IS NULL OR assessment.end_date >= %(first)s)
    LEFT JOIN LATERAL (
        SELECT start_date, internal_review_date, codes
        FROM assessments_version
        WHERE assessment_id = assessment.id AND authorised_at IS NOT NULL
        ORDER BY number DESC
        LIMIT 1
    ) AS version ON assessment.end_date <= %(day)s
"""
_ROWS = f"""
    SELECT child.id, child.restricted, child.la_child_id, child.birth_date,
           child.expected_birth_date, child.sex, child.death_date,
           episode.id, episode.referral_date, episode.referral_source, episode.primary_need,
           episode.closure_date, episode.reason_for_closure, episode.no_further_action,
           assessment.id, assessment.reference::text, assessment.team_id, assessment.worker_id,
           assessment.start_date, assessment.internal_review_date, assessment.end_date,
           version.start_date, version.internal_review_date, version.codes
    {_EPISODES}
    {_ASSESSMENTS}
    {_IN_THE_YEAR}
    ORDER BY child.id, episode.referral_date, episode.id, assessment.start_date, assessment.id
"""  # of constants alone: every value is a parameter
STANDING_IN_THE_YEAR = f"""
    SELECT child.id AS child_id, assessment.id AS assessment_id, episode.referral_date,
           coalesce(version.start_date, assessment.start_date) AS start_date,
           CASE WHEN version.codes IS NOT NULL THEN assessment.end_date END AS authorisation_date,
           coalesce(version.codes, '{{}}') AS codes
    {_EPISODES}
    {_ASSESSMENTS}
    {_IN_THE_YEAR} AND assessment.id IS NOT NULL
"""  # as above
"""Each assessment of a year as its return has it; see `parameters_of_year`."""
_OF_ONE_CHILD = _ROWS.replace(_IN_THE_YEAR, f"{_IN_THE_YEAR} AND child.id = %(child)s")
_RESTRICTED = f"""
    SELECT DISTINCT child.id
    {_EPISODES}
    {_IN_THE_YEAR} AND child.restricted
    ORDER BY child.id
"""
_NUMBER = f"SELECT count(DISTINCT child.id) {_EPISODES} {_IN_THE_YEAR}"


class RecordedAssessment(NamedTuple):
    """Where an assessment of a return is recorded."""

    key: int
    reference: str
    team: int
    worker: int


class ChildInReturn(NamedTuple):
    """A child as the return has it, and where what it says is recorded."""

    key: int
    restricted: bool
    child: message.Child
    episodes: tuple[int, ...]
    """The keys of the episodes of `child`, in their order."""
    assessments: tuple[tuple[RecordedAssessment, ...], ...]
    """Those of each episode, in their order."""


def return_years(on: date) -> dict[str, CensusYear]:
    """Return the census years begun by a day whose layout is that of our export, by name."""
    return {
        name: year for name, year in years().items() if "sex" in year.sets and year.first_day <= on
    }


def children_in_return(year: CensusYear, on: date) -> Generator[ChildInReturn, None, None]:
    """Yield every child of the return of a year, as it stands on a day.

    What is dated after that day, or after 31 March, is left out: an assessment authorised later is
    not completed, an episode closed later is open, a child born later is expected. Of what was
    authorised, the latest authorised version counts, dated by the end of the assessment.

    Rows come by a server-side cursor, some at a time, in a transaction of the caller's, who closes
    the generator before it ends.
    """
    day = min(on, year.reference_date)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, parameters_of_year(year, day))
        rows = chain.from_iterable(iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), []))
        children = groupby(rows, key=itemgetter(0))
        while some := [_Rows(key, [*own]) for key, own in islice(children, ROWS_AT_ONCE)]:
            expected = _expected_birth_dates(some, day)
            for each in some:
                yield _child_in_return(each, day, expected)


def child_in_return(year: CensusYear, on: date, child: int) -> ChildInReturn | None:
    """Return one child as `children_in_return`; None for one who is not in the return."""
    day = min(on, year.reference_date)
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE_CHILD, {**parameters_of_year(year, day), "child": child})
        found = _Rows(child, cursor.fetchall())
    return _child_in_return(found, day, _expected_birth_dates([found], day)) if found.rows else None


def number_of_children_in_return(year: CensusYear, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, parameters_of_year(year, min(on, year.reference_date)))
        [number] = cursor.fetchone()
    return int(number)


def restricted_children_in_return(year: CensusYear, on: date) -> list[int]:
    """Return the keys of the children of the return whose records are restricted."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTRICTED, parameters_of_year(year, min(on, year.reference_date)))
        return [key for (key,) in cursor.fetchall()]


def parameters_of_year(year: CensusYear, day: date) -> dict[str, Any]:
    """Return what the statements about a year need, as it stands on a day that is not after it."""
    return {"first": year.first_day, "day": day, "never": sorted(NEVER_COUNTED)}


class _Rows(NamedTuple):
    """The rows of one child: one to an assessment, and one to an episode without any."""

    key: int
    rows: list[tuple[Any, ...]]

    @property
    def birth_date(self) -> date | None:
        born: date | None = self.rows[0][3]
        return born


def _expected_birth_dates(children: Iterable[_Rows], day: date) -> Mapping[int, date]:
    """Return when the children born after a day were expected, by key, from the history.

    Recording the birth takes the expected date out of the record; on that day it stood there.
    """
    born_later = [each.key for each in children if each.birth_date and each.birth_date > day]
    if not born_later:
        return {}
    changes = Change.objects.filter(
        table_name=Child._meta.db_table,
        row_key__in=born_later,
        old__expected_birth_date__isnull=False,
    )
    found = changes.exclude(old__expected_birth_date=None).order_by("pk")
    return {
        key: date.fromisoformat(expected)
        for key, expected in found.values_list("row_key", "old__expected_birth_date")
    }


def _child_in_return(found: _Rows, day: date, expected: Mapping[int, date]) -> ChildInReturn:
    """Return a child of the return. By position, and without a list where a row does: this is what
    takes the time where there are hundreds of thousands."""
    first = found.rows[0]
    key, restricted, child_id, birth_date, expected_date, sex, death_date = first[:7]
    if birth_date is not None and birth_date > day:
        # Born later, and so unborn on that day: of unborn children no sex is recorded (8750).
        birth_date, expected_date, sex = None, expected.get(key, birth_date), Sex.UNKNOWN.value
    episodes: list[message.Episode] = []
    keys: list[int] = []
    places: list[tuple[RecordedAssessment, ...]] = []
    assessments: list[message.Assessment] = []
    recorded: list[RecordedAssessment] = []
    for row, following in zip_longest(found.rows, found.rows[1:]):
        if row[14] is not None:
            assessments.append(_assessment(row, day))
            recorded.append(RecordedAssessment(row[14], row[15], row[16], row[17]))
        if following is None or following[7] != row[7]:
            episodes.append(_episode(row, tuple(assessments), day))
            keys.append(row[7])
            places.append(tuple(recorded))
            assessments.clear()
            recorded.clear()
    child = message.Child(
        child_id,
        None,  # neither a UPN
        None,  # nor a former one
        None,  # nor why it is not known
        birth_date,
        expected_date,
        sex,
        None,  # GenderCurrent, of earlier years
        _by(death_date, day),
        NOT_YET_OBTAINED,
        # Kinds are not recorded; and who is not recorded as disabled may be so: no NONE.
        (),
        tuple(episodes),
    )
    return ChildInReturn(key, restricted, child, tuple(keys), tuple(places))


def _episode(
    row: tuple[Any, ...], assessments: tuple[message.Assessment, ...], day: date
) -> message.Episode:
    _, referral_date, source, need, closure_date, reason, no_further_action = row[7:14]
    if closure_date is None or closure_date > day:
        closure_date = reason = None
    return message.Episode(
        referral_date,
        source,
        need or None,
        closure_date,
        reason,
        None,  # the initial conference
        no_further_action,
        assessments,
    )


def _assessment(row: tuple[Any, ...], day: date) -> message.Assessment:
    started, reviewed, ended, version_started, version_reviewed, codes = row[18:24]
    if codes is None:
        return message.Assessment(started, _by(reviewed, day), None, ())
    return message.Assessment(version_started, _by(version_reviewed, day), ended, tuple(codes))


def _by(day: date | None, last: date) -> date | None:
    """Return a day that is not after the last one; None for a later one."""
    return day if day is not None and day <= last else None
