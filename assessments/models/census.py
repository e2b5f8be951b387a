"""What the last check of a census year found in our records, and why some of it stands.

Findings are kept so that a page is quick, derived from the records and written anew by each check.
A note is a record of its own.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from assessments.models.assessments import Assessment
from assessments.models.children import Child, Episode
from cinfactors.accounts.models import Team, User
from cinfactors.web.clean_text import clean_text_constraints, validate_clean


class CensusCheck(models.Model):
    """The last check of a census year: when it was, as at which day, and of how much."""

    year = models.CharField(max_length=7, unique=True, help_text="Such as 2025-26")
    as_at = models.DateField()
    checked_at = models.DateTimeField()
    children = models.PositiveIntegerField()
    assessments = models.PositiveIntegerField()
    completed = models.PositiveIntegerField()
    open_by_team = models.JSONField(
        help_text="Assessments not completed, by the team’s key, without restricted records"
    )
    open_in_restricted = models.PositiveIntegerField(default=0)
    late_by_team = models.JSONField(
        default=dict, help_text="Assessments that took too long from referral, by the team’s key"
    )
    figures = models.JSONField(
        default=dict, help_text="What the department will publish; of an earlier check, nothing"
    )
    continuity = models.JSONField(
        default=dict, help_text="What changed since the last submission; without one, nothing"
    )

    def __str__(self) -> str:
        return f"Census check of {self.year}"


class CensusFinding(models.Model):
    """What a census rule says of a record; `assessment` is where it can be mended."""

    class Kind(models.TextChoices):
        # A list is in the order of these words, what is to be mended first at its top.
        ERROR = "error", "DfE would refuse"
        QUERY = "query", "DfE would query"
        IF_STILL_OPEN = "still_open", "If still open on 31 March"

    census_check = models.ForeignKey(CensusCheck, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=13, choices=Kind)
    rule = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    mend = models.CharField(max_length=500)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, null=True, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, null=True, related_name="+")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, null=True, related_name="+"
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+")
    worker = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    reference = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        help_text="The same for the same rule, record and facts, from one check to the next",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="census_finding_is_of_a_known_kind",
                condition=Q(kind__in=["error", "query", "still_open"]),
            ),
        ]
        indexes = [
            models.Index(fields=["census_check", "kind", "id"], name="census_finding_kind"),
            models.Index(fields=["census_check", "team", "kind"], name="census_finding_team"),
            models.Index(fields=["reference"], name="census_finding_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.child}"


class CensusLateAssessment(models.Model):
    """A completed assessment that took more working days from the referral than it may."""

    census_check = models.ForeignKey(CensusCheck, on_delete=models.CASCADE, related_name="late")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    worker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    days = models.PositiveIntegerField(help_text="Working days that it took from the referral")
    allowed = models.PositiveIntegerField(help_text="Working days that it might have taken")

    class Meta:
        indexes = [
            models.Index(fields=["census_check", "team", "-days", "id"], name="census_late_team"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.days} working days"


class CensusNote(models.Model):
    """Why a query stands for a good reason: a row each, never changed; the latest counts.

    `finding` is the reference of what it is about. It is another one once the facts are others, so
    that a note lapses with them; and the same in every check until then, and in every census year
    but where it is about the year as a whole. Then `year` says which, in place of a child.
    """

    finding = models.UUIDField(db_index=True)
    rule = models.CharField(max_length=40)
    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="census_notes"
    )
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, null=True, related_name="+")
    year = models.CharField(max_length=7, blank=True, help_text="Such as 2025-26")
    text = models.CharField(max_length=1000, validators=[validate_clean])
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="a_census_note_is_not_empty", condition=~Q(text="")),
            models.CheckConstraint(
                name="a_census_note_is_about_a_child_or_a_year",
                condition=Q(child__isnull=False, year="") | Q(child=None) & ~Q(year=""),
            ),
            *clean_text_constraints("census_note", "text"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.child or self.year}"
