"""What is in a census year, as the return has it: which children, episodes and assessments.

Not a list for a person: a return holds every child of the authority, restricted records too.
Who may have one made is said by `may_export_restricted` and checked by the services.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from assessments.census import message
from assessments.census.years import CensusYear, years
from assessments.models import NEVER_COUNTED, NOT_YET_OBTAINED, Child, Sex

ROWS_AT_ONCE = 2000
CHILDREN_AT_ONCE = 500
"""Whose expected dates of birth are looked up together."""

SEARCHED_TOGETHER = 50_000
"""Values made and still referred to, after which Python searches for garbage: some megabytes."""

NOT_RECORDED = frozenset({"upn", "ethnicity", "disabilities", "modules"})
"""What a return has and our records have not; rules about it are judged in files alone."""

# Episodes: open on a day of the year, closed in it, or referred in it. A referral with no further
# action opens nothing, and belongs to the year in which it was made or closed.
_EPISODES = """
    FROM assessments_episode AS episode
    JOIN assessments_child AS child ON child.id = episode.child_id
"""
_STANDING = """
    WHERE episode.referral_date <= %(day)s
      AND (episode.closure_date >= %(first)s
           OR (episode.closure_date IS NULL
               AND (NOT episode.no_further_action OR episode.referral_date >= %(first)s)))
      AND (episode.no_further_action {or_has_assessments}
           OR NOT EXISTS (SELECT FROM assessments_assessment AS work
                          WHERE work.episode_id = episode.id)
           OR EXISTS (SELECT FROM assessments_assessment AS work
                      WHERE work.episode_id = episode.id AND NOT work.status = ANY(%(never)s)))
"""
_IN_THE_YEAR = _STANDING.format(or_has_assessments="")
# Beside its assessments: what of it stands there need not be looked for once more.
_IN_THE_YEAR_WITH_THEM = _STANDING.format(or_has_assessments="OR assessment.id IS NOT NULL")
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
ROWS_OF_A_YEAR = f"""
    SELECT child.id, child.restricted, child.la_child_id, child.birth_date,
           child.expected_birth_date, child.sex,
           CASE WHEN child.death_date <= %(day)s THEN child.death_date END,
           episode.id, episode.referral_date, episode.referral_source,
           nullif(episode.primary_need, ''),
           CASE WHEN episode.closure_date <= %(day)s THEN episode.closure_date END,
           CASE WHEN episode.closure_date <= %(day)s THEN episode.reason_for_closure END,
           episode.no_further_action,
           assessment.id, assessment.reference::text, assessment.team_id, assessment.worker_id,
           CASE WHEN version.codes IS NULL THEN assessment.start_date
                ELSE version.start_date END,
           CASE WHEN version.codes IS NOT NULL THEN
                    CASE WHEN version.internal_review_date <= %(day)s
                         THEN version.internal_review_date END
                WHEN assessment.internal_review_date <= %(day)s
                THEN assessment.internal_review_date END,
           CASE WHEN version.codes IS NOT NULL THEN assessment.end_date END,
           coalesce(version.codes, '{{}}')
    {_EPISODES}
    {_ASSESSMENTS}
    {_IN_THE_YEAR_WITH_THEM}
    ORDER BY child.id, episode.referral_date, episode.id, assessment.start_date, assessment.id
"""  # of constants alone: every value is a parameter
"""Of which a return is made; see `parameters_of_year`."""
_OF_CHILD, _OF_EPISODE, _OF_RECORDED, _OF_ASSESSMENT = (
    slice(0, 7),
    slice(8, 14),
    slice(14, 18),
    slice(18, 22),
)
_CHILD_KEY, _BIRTH_DATE, _EPISODE_KEY, _ASSESSMENT_KEY = 0, 3, 7, 14
"""Places in a row, which is one to an assessment, and one to an episode without any."""
STANDING_IN_THE_YEAR = f"""
    SELECT child.id AS child_id, assessment.id AS assessment_id, episode.referral_date,
           coalesce(version.start_date, assessment.start_date) AS start_date,
           CASE WHEN version.codes IS NOT NULL THEN assessment.end_date END AS authorisation_date,
           coalesce(version.codes, '{{}}') AS codes
    {_EPISODES}
    {_ASSESSMENTS}
    {_IN_THE_YEAR_WITH_THEM} AND assessment.id IS NOT NULL
"""  # as above
"""Each assessment of a year as its return has it; see `parameters_of_year`."""
_OF_ONE_CHILD = ROWS_OF_A_YEAR.replace(
    _IN_THE_YEAR_WITH_THEM, f"{_IN_THE_YEAR_WITH_THEM} AND child.id = %(child)s"
)
_RESTRICTED = f"""
    SELECT DISTINCT child.id
    {_EPISODES}
    {_IN_THE_YEAR} AND child.restricted
    ORDER BY child.id
"""
_NUMBER = f"SELECT count(DISTINCT child.id) {_EPISODES} {_IN_THE_YEAR}"


_EXPECTED = """
    SELECT row_key, old ->> 'expected_birth_date' FROM history.change
    WHERE table_name = %(table)s AND row_key = ANY(%(keys)s)
      AND old ->> 'expected_birth_date' IS NOT NULL
    ORDER BY id
"""


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
    with connection.cursor() as cursor:
        # The first rows at once, in the order of an index, and so no sorting before them.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 0.001")
    with _searching_less(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS_OF_A_YEAR, parameters_of_year(year, day))
        with closing(_fetched(cursor)) as rows:
            children = ([*own] for _, own in groupby(rows, key=itemgetter(_CHILD_KEY)))
            while some := [*islice(children, CHILDREN_AT_ONCE)]:
                expected = _expected_birth_dates(some, day)
                for each in some:
                    yield _child_in_return(each, day, expected)


def child_in_return(year: CensusYear, on: date, child: int) -> ChildInReturn | None:
    """Return one child as `children_in_return`; None for one who is not in the return."""
    day = min(on, year.reference_date)
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE_CHILD, {**parameters_of_year(year, day), "child": child})
        rows = cursor.fetchall()
    return _child_in_return(rows, day, _expected_birth_dates([rows], day)) if rows else None


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


_Row = tuple[Any, ...]


@contextmanager
def _searching_less() -> Iterator[None]:
    """Search less often for values that refer to each other in circles; rows have none.

    Each search goes through all that came since the last one, which takes a fifth of an export.
    """
    before = gc.get_threshold()
    gc.set_threshold(SEARCHED_TOGETHER, *before[1:])
    try:
        yield
    finally:
        if before[0] != SEARCHED_TOGETHER:  # which another export has set
            gc.set_threshold(*before)


def _fetched(cursor: Any) -> Generator[_Row, None, None]:
    """Yield every row; the next are fetched while the caller works on those before."""
    with ThreadPoolExecutor(max_workers=1) as fetching:
        coming = fetching.submit(cursor.fetchmany, ROWS_AT_ONCE)
        while rows := coming.result():
            coming = fetching.submit(cursor.fetchmany, ROWS_AT_ONCE)
            yield from rows


def _expected_birth_dates(children: Iterable[list[_Row]], day: date) -> Mapping[int, date]:
    """Return when the children born after a day were expected, by key, from the history.

    Recording the birth takes the expected date out of the record; on that day it stood there.
    """
    born_later = [
        rows[0][_CHILD_KEY]
        for rows in children
        if (born := rows[0][_BIRTH_DATE]) is not None and born > day
    ]
    if not born_later:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED, {"table": Child._meta.db_table, "keys": born_later})
        return {key: date.fromisoformat(expected) for key, expected in cursor.fetchall()}


def _child_in_return(rows: list[_Row], day: date, expected: Mapping[int, date]) -> ChildInReturn:
    """Return a child of the return, of its own rows. By position, and without a list where the
    database can say it: this is what takes the time where there are hundreds of thousands."""
    key, restricted, child_id, birth_date, expected_date, sex, death_date = rows[0][_OF_CHILD]
    if birth_date is not None and birth_date > day:
        # Born later, and so unborn on that day: of unborn children no sex is recorded (8750).
        birth_date, expected_date, sex = None, expected.get(key, birth_date), Sex.UNKNOWN.value
    of_episodes: list[tuple[_Row, list[message.Assessment], list[RecordedAssessment]]] = []
    last = None
    for row in rows:
        if row[_EPISODE_KEY] != last:
            last = row[_EPISODE_KEY]
            assessments: list[message.Assessment] = []
            places: list[RecordedAssessment] = []
            of_episodes.append((row, assessments, places))
        if row[_ASSESSMENT_KEY] is not None:
            places.append(RecordedAssessment(*row[_OF_RECORDED]))
            started, reviewed, authorised, codes = row[_OF_ASSESSMENT]
            assessments.append(message.Assessment(started, reviewed, authorised, tuple(codes)))
    child = message.Child(
        child_id,
        None,  # neither a UPN
        None,  # nor a former one
        None,  # nor why it is not known
        birth_date,
        expected_date,
        sex,
        None,  # GenderCurrent, of earlier years
        death_date,
        NOT_YET_OBTAINED,
        # Kinds are not recorded; and who is not recorded as disabled may be so: no NONE.
        (),
        tuple([_episode(row, own) for row, own, _ in of_episodes]),
    )
    return ChildInReturn(
        key,
        restricted,
        child,
        tuple([row[_EPISODE_KEY] for row, _, _ in of_episodes]),
        tuple([tuple(own) for _, _, own in of_episodes]),
    )


def _episode(row: _Row, assessments: list[message.Assessment]) -> message.Episode:
    referral_date, source, need, closure_date, reason, no_further_action = row[_OF_EPISODE]
    return message.Episode(
        referral_date,
        source,
        need,
        closure_date,
        reason,
        None,  # the initial conference
        no_further_action,
        tuple(assessments),
    )
