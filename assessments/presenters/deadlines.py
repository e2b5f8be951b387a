"""Where an assessment stands in its 45 working days."""

from __future__ import annotations

from django.utils import timezone

from assessments.catalogue.working_days import Deadline, deadline_on
from assessments.models import Assessment
from assessments.queries import STATUSES_WITHOUT_DEADLINE


def deadline_of(assessment: Assessment) -> Deadline | None:
    """Return the deadline on today's date; None for an assessment to which it no longer applies."""
    if assessment.status in STATUSES_WITHOUT_DEADLINE:
        return None
    return deadline_on(timezone.localdate(), assessment.episode.referral_date)
