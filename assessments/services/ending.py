"""The day on which an assessment ends, and the edition in force on it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from assessments.catalogue.errors import NoEditionInForce
from assessments.catalogue.types import Edition
from assessments.evaluation import edition_on
from assessments.models import Assessment
from assessments.services.facts import in_words
from assessments.services.refusals import FactsRefused


def end_of(current: Assessment, given: date | None) -> date:
    """Return the day on which it ends: the one that it has, else the one given, else today.

    Raises FactsRefused for a day on which it cannot have ended.
    """
    today = timezone.localdate(current.saved_at)
    kept = current.end_date
    end_date = kept or given or today
    message = ""
    if given not in (None, end_date):
        message = f"The assessment keeps its end, {in_words(end_date)}"
    elif kept is None:
        message = end_refused(end_date, current.start_date, current)
    if message:
        raise FactsRefused({"end_date": message})
    return end_date


def end_refused(end_date: date, start_date: date, current: Assessment) -> str:
    """Say why an assessment that started then cannot have ended on that day; "" if it can."""
    closed = current.episode.closure_date
    if end_date > timezone.localdate(current.saved_at):
        return "End date must be today or in the past"
    if end_date < start_date:
        return (
            f"End date must be on or after the start date, {in_words(start_date)} "
            "(census rule 8608)"
        )
    if closed is not None and end_date > closed:
        return (
            f"End date must be on or before the day the episode was closed, {in_words(closed)} "
            "(census rule 8565)"
        )
    return ""


def edition_on_the_end(end_date: date) -> Edition:
    """Return the edition in force on the day. Raises FactsRefused for one that is only read."""
    try:
        return edition_on(end_date)
    except NoEditionInForce:
        message = (
            f"Nothing can be recorded under the guide that was in force on {in_words(end_date)}"
        )
        raise FactsRefused({"end_date": message}) from None
