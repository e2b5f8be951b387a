"""Where an assessment stands in the working days that it may take."""

from __future__ import annotations

from django.utils import timezone

from assessments.catalogue.working_days import Deadline, deadline_on
from assessments.models import Assessment, Status


def deadline_of(assessment: Assessment) -> Deadline | None:
    """Return the deadline as of today; None for what is completed, amended or not, or cancelled.

    Of a child who is not born nobody is reminded.
    """
    if assessment.is_completed or assessment.status == Status.CANCELLED:
        return None
    if assessment.episode.child.not_born:
        return None
    return deadline_on(timezone.localdate(), assessment.episode.referral_date)
