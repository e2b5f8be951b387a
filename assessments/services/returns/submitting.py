"""Record that a return was submitted, with what stands in our records of its year."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from assessments import queries
from assessments.census.years import CensusYear
from assessments.models import CensusSubmission
from assessments.services.refusals import FactsRefused, NotPermitted
from assessments.services.returns.refusals import RestrictedRecords
from assessments.services.writing import is_first_time
from cinfactors.accounts.models import User
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_made_file

_KEEP = f"""
    INSERT INTO assessments_censussubmittedassessment
        (submission_id, child_id, assessment_id, referral_date, start_date, authorisation_date,
         codes)
    SELECT %(submission)s, standing.* FROM ({queries.STANDING_IN_THE_YEAR}) AS standing
"""  # noqa: S608  # of constants alone: every value is a parameter


def record_submission(
    *,
    year: CensusYear,
    submitted_on: date,
    serial_number: int,
    by: User,
    key: uuid.UUID,
    address: str | None = None,
    request_id: str = "",
) -> None:
    """Keep what stands in the year now, as what was submitted. Repeating it keeps nothing more.

    Raises NotPermitted; RestrictedRecords for who may not have them in a file; FactsRefused
    ("submitted_on") for a day to come, or one before the year began. Each restricted child counts
    as read.
    """
    if not queries.may_make_census_files(by):
        raise NotPermitted
    today = timezone.localdate()
    if not year.first_day <= submitted_on <= today:
        raise FactsRefused(
            {
                "submitted_on": f"Enter a day from 1 April {year.first_day.year} to today, on "
                "which the return was submitted"
            }
        )
    on = min(today, year.reference_date)
    restricted = queries.restricted_children_in_return(year, on)
    if restricted and not queries.may_export_restricted(by):
        raise RestrictedRecords
    act = "record submission"
    derived_key = uuid.uuid5(key, repr((by.pk, act, year.name, submitted_on, serial_number)))
    with transaction.atomic():
        if not is_first_time(derived_key, by=by, act=act):
            return
        submission = CensusSubmission.objects.create(
            year=year.name,
            submitted_on=submitted_on,
            serial_number=serial_number,
            recorded_by=by,
            recorded_at=timezone.now(),
        )
        with connection.cursor() as cursor:
            parameters = queries.parameters_of_year(year, on)
            cursor.execute(_KEEP, {**parameters, "submission": submission.pk})
        record_made_file(by.pk, Page.EXPORT, restricted, address=address, request_id=request_id)
