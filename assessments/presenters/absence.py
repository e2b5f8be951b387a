"""What has become of the worker of an open assessment, in words."""

from __future__ import annotations

from assessments import queries
from assessments.models import Assessment
from assessments.queries import Absence

WORDS = {
    Absence.LEFT: "has left",
    Absence.OTHER_ROLE: "is no longer a social worker",
    Absence.OTHER_TEAM: "is not in the team any more",
}


def absence_in_words(assessment: Assessment) -> str:
    """Return why it needs another worker, to follow the name; "" where it needs none."""
    absence = queries.absence_of_worker(assessment)
    return WORDS[absence] if absence else ""
