"""What is recorded here of a census year, by child, to be compared with a return."""

from __future__ import annotations

from contextlib import closing
from datetime import date

from django.db import transaction

from assessments import queries
from assessments.census.matching import Held, Holding, Matching
from assessments.census.years import CensusYear
from assessments.services.refusals import NotPermitted
from assessments.services.returns.refusals import RestrictedRecords
from cinfactors.accounts.models import User
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_made_file


def held_in(
    year: CensusYear,
    on: date,
    *,
    by: User | None,
    page: Page,
    address: str | None = None,
    request_id: str = "",
) -> Matching:
    """Return what finds the assessments of every child of the year.

    Some 170 bytes to a child are kept in memory. Raises NotPermitted, and RestrictedRecords
    for who may not have them: what is left out would look missing. Each restricted child counts as
    read.
    """
    if by is not None and not queries.may_make_census_files(by):
        raise NotPermitted
    permitted = by is not None and queries.may_export_restricted(by)
    held = Holding()
    restricted: dict[int, str] = {}
    with transaction.atomic(), closing(queries.children_in_return(year, on)) as children:
        for each in children:
            child_id = (each.child.child_id or "").upper()
            if each.restricted:
                if not permitted:
                    raise RestrictedRecords
                restricted[each.key] = child_id
            held.add(
                child_id,
                (
                    Held(episode.referral_date, it.start_date, it.authorisation_date, it.factors)
                    for episode in each.child.episodes
                    for it in episode.assessments
                    # Neither is missing: the database does not let that be.
                    if episode.referral_date is not None and it.start_date is not None
                ),
            )
        if by is not None:
            record_made_file(by.pk, page, [*restricted], address=address, request_id=request_id)
    return Matching(held, {*restricted.values()})
