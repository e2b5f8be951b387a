"""Returns that were submitted to the department, and what stood in our records then.

A copy of each assessment of the year, made when the submission is recorded and never changed, so
that what is recorded later can be told from what the department has.
"""

from __future__ import annotations

from django.db import models

from assessments.models.assessments import CODES, Assessment
from assessments.models.children import Child
from cinfactors.accounts.models import User


class CensusSubmission(models.Model):
    """A return of a census year that was submitted. The one recorded last counts."""

    year = models.CharField(max_length=7, help_text="Such as 2025-26")
    submitted_on = models.DateField()
    serial_number = models.PositiveIntegerField(help_text="SerialNo of the return")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["year", "id"], name="census_submission_year")]

    def __str__(self) -> str:
        return f"Return {self.serial_number} of {self.year}"


class CensusSubmittedAssessment(models.Model):
    """An assessment as it stood in the year when its submission was recorded."""

    submission = models.ForeignKey(
        CensusSubmission, on_delete=models.PROTECT, related_name="assessments"
    )
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    referral_date = models.DateField()
    start_date = models.DateField()
    authorisation_date = models.DateField(null=True)
    codes = CODES.clone()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "assessment"], name="an_assessment_is_submitted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment} of {self.submission}"
