"""Assessments, and the version that each submission makes of one."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from assessments.models.children import Episode
from cinfactors.accounts.models import Team, User
from cinfactors.web.clean_text import clean_text_constraints, validate_clean

CODES = ArrayField(models.CharField(max_length=3), default=list, blank=True)


class Outcome(models.TextChoices):
    """What the assessment led to. Ours: the census carries no outcome of an assessment."""

    NO_FURTHER_ACTION = "no_further_action", "No further action"
    EARLY_HELP = "early_help", "Early help"
    CHILD_IN_NEED_PLAN = "child_in_need_plan", "Child in need plan"
    SECTION_47 = "section_47", "Strategy discussion or section 47 enquiry"
    LOOKED_AFTER = "looked_after", "The child is to be looked after"
    EXISTING_PLAN = "existing_plan", "Continue the existing plan"
    OTHER_SERVICE = "other_service", "Another service, outside children’s social care"


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned"
    AUTHORISED = "authorised", "Authorised"
    REOPENED = "reopened", "Reopened"
    CANCELLED = "cancelled", "Cancelled"
    VOIDED = "voided", "Voided"


WITH_THE_WORKER = frozenset({Status.DRAFT, Status.RETURNED, Status.REOPENED})
"""The statuses in which the worker may change what is recorded."""

NEVER_COUNTED = frozenset({Status.CANCELLED, Status.VOIDED})
"""The statuses of what stays in the record and is in no census: started in error, or another
child's."""

NOT_COMPLETED = Q(end_date__isnull=True) & ~Q(status=Status.CANCELLED)
"""The condition on assessments that are not completed yet: no version of them was authorised.
Census rule 8896 allows one such assessment in an episode."""


class Assessment(models.Model):
    """An assessment of a child, with the factors identified at its end.

    `version` counts every write, so that a stale one is noticed; the database lets it only
    grow by one. What leaves the product is the latest authorised `Version`, dated by this row.

    `end_date` is there exactly when a version was authorised. It is set when that happens for the
    first time and stays when the assessment is reopened and amended: an assessment ends once.
    From then on start and end change by a manager's decision alone, which says why.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assessments")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assessments")
    start_date = models.DateField()
    internal_review_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(
        null=True,
        blank=True,
        help_text="The day on which it was first authorised, or an earlier one given then",
    )
    edition = models.CharField(max_length=7, help_text="The edition of the guide it is under")
    codes = CODES.clone()
    other_description = models.CharField(max_length=500, blank=True, validators=[validate_clean])
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    cancellation_reason = models.CharField(max_length=500, blank=True, validators=[validate_clean])
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="outcome_is_known", condition=Q(outcome__in=["", *Outcome.values])
            ),
            models.CheckConstraint(
                name="authorised_on_or_after_the_start",
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                violation_error_message=(
                    "An assessment cannot end before it started (census rule 8608)"
                ),
            ),
            models.CheckConstraint(
                name="reviewed_on_or_after_the_start",
                condition=Q(internal_review_date__isnull=True)
                | Q(internal_review_date__gte=F("start_date")),
                violation_error_message="The internal review cannot be before the start",
            ),
            models.CheckConstraint(
                name="an_authorised_assessment_has_an_end_date",
                condition=Q(
                    status__in=[Status.AUTHORISED, Status.REOPENED, Status.VOIDED],
                    end_date__isnull=False,
                )
                | Q(status__in=[Status.DRAFT, Status.CANCELLED], end_date__isnull=True)
                # A returned or submitted one has an end if it was authorised before.
                | Q(status__in=[Status.RETURNED, Status.SUBMITTED]),
            ),
            models.CheckConstraint(
                name="submitted_and_authorised_selections_are_not_empty",
                condition=~Q(status__in=[Status.SUBMITTED, Status.AUTHORISED])
                | Q(codes__len__gt=0),
            ),
            models.CheckConstraint(
                name="a_submitted_assessment_has_its_time",
                condition=~Q(status=Status.SUBMITTED) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_cancelled_assessment_has_a_reason",
                condition=(Q(status=Status.CANCELLED) & ~Q(cancellation_reason=""))
                | (~Q(status=Status.CANCELLED) & Q(cancellation_reason="")),
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=NOT_COMPLETED,
                name="one_assessment_of_an_episode_is_not_completed",
                violation_error_message=(
                    "This episode has an assessment that is not completed (census rule 8896)"
                ),
            ),
            *clean_text_constraints(
                "assessment",
                "other_description",
                "cancellation_reason",
                optional=["other_description", "cancellation_reason"],
            ),
        ]
        indexes = [
            GinIndex(fields=["codes"], name="assessment_codes"),
            models.Index(fields=["worker", "status"], name="assessment_worker_status"),
            models.Index(fields=["team", "status"], name="assessment_team_status"),
            models.Index(fields=["status", "submitted_at"], name="assessment_status_submitted"),
            # The lists of who sees everybody's, in their order.
            models.Index(
                fields=["-end_date", "-id"],
                name="assessment_authorised_by_end",
                condition=Q(status=Status.AUTHORISED),
            ),
            models.Index(
                fields=["start_date", "id"],
                name="assessment_to_do_by_start",
                condition=Q(status__in=[Status.DRAFT, Status.REOPENED, Status.RETURNED]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def is_with_the_worker(self) -> bool:
        return self.status in WITH_THE_WORKER

    @property
    def is_completed(self) -> bool:
        """Whether it was ever authorised, as the census has it: reopened or not."""
        return self.end_date is not None


class Version(models.Model):
    """A snapshot of an assessment as it was submitted: immutable, numbered from 1.

    The database lets only its authorisation be added, once: by whom and when, with the end date
    of the assessment and the edition of that day. A correction of the dates is made with it.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    codes = CODES.clone()
    other_description = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    start_date = models.DateField()
    internal_review_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    edition = models.CharField(max_length=7)
    answers = models.JSONField(default=list)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="submissions")
    submitted_at = models.DateTimeField()
    corrected_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        help_text="The manager who changed codes or dates of the version before it",
    )
    authorised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="authorisations"
    )
    authorised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"], name="version_numbers_are_unique"
            ),
            models.CheckConstraint(name="a_version_is_not_empty", condition=Q(codes__len__gt=0)),
            models.CheckConstraint(
                name="a_version_has_a_known_outcome", condition=Q(outcome__in=Outcome.values)
            ),
            models.CheckConstraint(
                name="an_authorised_version_says_who_and_when",
                condition=Q(
                    authorised_by__isnull=True, authorised_at__isnull=True, end_date__isnull=True
                )
                | Q(
                    authorised_by__isnull=False,
                    authorised_at__isnull=False,
                    end_date__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="a_version_ends_on_or_after_its_start",
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
            ),
            *clean_text_constraints("version", "other_description", optional=["other_description"]),
        ]
        indexes = [
            models.Index(
                fields=["end_date"],
                condition=Q(end_date__isnull=False),
                name="version_end_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}, version {self.number}"
