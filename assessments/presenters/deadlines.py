"""Where an assessment stands in its 45 working days."""

from __future__ import annotations

from django.utils import timezone

from assessments.catalogue.working_days import Deadline, deadline_on
from assessments.models import Assessment, Status


def deadline_of(assessment: Assessment) -> Deadline | None:
    """None for an assessment that is over, or was authorised within its days before."""
    if assessment.status in (Status.AUTHORISED, Status.REOPENED, Status.CANCELLED):
        return None
    return deadline_on(timezone.localdate(), assessment.episode.referral_date)
