"""The notes on a year's census queries as plain text, for the collection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format

from assessments.models import CensusCheck, CensusFinding, CensusNote

DAY = "j F Y"


def notes_as_text(check: CensusCheck, notes: Iterable[tuple[CensusFinding, CensusNote]]) -> str:
    """Return each finding with its note, and who wrote it when."""
    title = f"Children in need census {check.year}, notes on queries, as at {_day(check.as_at)}"
    parts = ["\n".join(_lines(finding, note)) for finding, note in notes]
    return "\n\n".join([title, *(parts or ["No query was explained."])]) + "\n"


def _lines(finding: CensusFinding, note: CensusNote) -> Iterator[str]:
    child, episode = finding.child, finding.episode
    of_child = f", child {child.la_child_id}" if child else ", the whole year"
    referred = f", referred on {_day(episode.referral_date)}" if episode else ""
    yield f"{finding.rule}{of_child}{referred}"
    yield finding.message
    yield note.text
    yield f"Written by {note.written_by.name} on {_day(timezone.localdate(note.written_at))}"


def _day(day: date) -> str:
    return date_format(day, DAY)
