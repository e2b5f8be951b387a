"""Work on census files that takes longer than a request may, and the files that it needs.

A row says who asked for what and how far it has come; what is uploaded for it and what it makes
are kept encrypted, in parts, for an hour at most. None of it is a record of a child: rows and
parts are deleted.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cinfactors.accounts.models import User


class CensusTask(models.Model):
    """A census file to be made, read or compared, or a year to be checked, in the background."""

    class Kind(models.TextChoices):
        CHECK = "check", "Check of a year"
        EXPORT = "export", "File of a year"
        RECONCILE = "reconcile", "Comparison with a return"
        MERGE = "merge", "Our factors put into a return"
        JUDGE = "judge", "Check of a return"

    class Status(models.TextChoices):
        SENDING = "sending", "Being sent"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being done"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    OF_OUR_RECORDS = frozenset({Kind.EXPORT, Kind.RECONCILE, Kind.MERGE})
    """Whose rows say something of our records, and not of the file alone that was sent."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=9, choices=Kind)
    status = models.CharField(max_length=7, choices=Status)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """None of a year's nightly check."""
    asked_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True, help_text="For the record of what is read")
    request_id = models.CharField(max_length=36, help_text="Likewise")
    year = models.CharField(max_length=7, help_text="Of an uploaded return, once it is read")
    options = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    heard_at = models.DateTimeField(null=True, help_text="When what does it last said so")
    progress = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0, help_text="What `progress` ends with")
    refusal = models.CharField(max_length=500, help_text="Why there is no result, in words")
    counts = models.JSONField(default=dict, help_text="How much was found or done, by name")
    holds_restricted = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="census_task_is_of_a_known_kind_and_status",
                condition=Q(kind__in=["check", "export", "reconcile", "merge", "judge"])
                & Q(
                    status__in=[
                        "sending",
                        "waiting",
                        "running",
                        "done",
                        "refused",
                        "failed",
                        "stopped",
                    ]
                ),
            ),
        ]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="census_task_asked")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def title(self) -> str:
        """What it is, and of which year once that is known."""
        return ", ".join(filter(None, [self.get_kind_display(), self.year]))

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def waits_long(self) -> bool:
        """Whether nothing has begun it, and something that runs would have."""
        is_new = timezone.now() - self.asked_at < timedelta(seconds=30)
        return not self.is_over and self.heard_at is None and not is_new

    @property
    def per_cent(self) -> int:
        """How much is done; 0 where that is not known, 99 at most before it is over."""
        return min(99, 100 * self.progress // self.of) if self.of else 0

    @property
    def has_file(self) -> bool:
        """Whether it made a file, as one of our records or a return with our factors."""
        return self.status == self.Status.DONE and self.kind in {self.Kind.EXPORT, self.Kind.MERGE}


class CensusTaskPart(models.Model):
    """A part of a file that a task needs or has made, encrypted.

    `name` is the file's, `number` the part's place in it, from 0.
    """

    task = models.ForeignKey(CensusTask, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "name", "number"], name="census_task_part"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number} of {self.task_id}"
