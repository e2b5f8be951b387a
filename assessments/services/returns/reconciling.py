"""Compare the return that the case system made with what is recorded here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils import timezone

from assessments.census.check import year_of
from assessments.census.differences import Difference, Kind, differences, missing_there
from assessments.census.read import read
from assessments.census.rules.loader import codes_that_stand_alone
from assessments.census.years import years
from assessments.services.returns.held import held_in
from assessments.services.returns.refusals import refuse_other_authority
from cinfactors.accounts.models import User
from cinfactors.audit.models import Page


@dataclass(slots=True)
class Reconciliation:
    year: str
    children: int = 0
    assessments: int = 0
    matched: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    restricted: int = 0
    """How many of the differences are in restricted records. These are not reported."""


def reconcile_return(
    theirs: BinaryIO,
    *,
    by: User | None,
    report: Callable[[Difference], object],
    address: str | None = None,
    request_id: str = "",
) -> Reconciliation:
    """Report each difference between a return and what is recorded of its year, as at today.

    Differences in restricted records are counted and not reported. Raises NotPermitted,
    RestrictedRecords, OtherAuthority, and the census's Refused, also after some were reported.
    """
    message = read(theirs, keep_modules=False)
    refuse_other_authority(message.header)
    year = year_of(message.header, years())
    on = min(timezone.localdate(), year.reference_date)
    matching = held_in(year, on, by=by, page=Page.RECONCILE, address=address, request_id=request_id)
    done = Reconciliation(year.name)
    no_factors = codes_that_stand_alone(year)

    def say(difference: Difference) -> None:
        done.kinds[difference.kind] += 1
        if difference.restricted:
            done.restricted += 1
        else:
            report(difference)

    for child in message.children:
        pairs = matching.pairs(child)
        done.children += 1
        done.assessments += len(pairs)
        done.matched += sum(pair.here is not None for pair in pairs)
        for difference in differences(child.child_id or "", pairs, no_factors):
            say(difference)
    for difference in missing_there(matching.missing()):
        say(difference)
    return done
