"""What was answered and decided about assessments, and which presses were carried out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from assessments.models.assessments import CODES, Assessment, Version
from cinfactors.accounts.models import User
from cinfactors.text import clean_text, validate_clean


class RuleAnswer(models.Model):
    """What the worker answered to a rule: a row for each answer, never changed."""

    class Kind(models.TextChoices):
        COMPLIED = "complied", "Changed the selection"
        REASON = "reason", "Gave a reason"
        CONSIDERED = "considered", "Considered: not in this case"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    rule = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    codes = CODES.clone()
    text = models.CharField(max_length=1000, blank=True, validators=[validate_clean])
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="answer_kind_is_known",
                condition=Q(kind__in=["complied", "reason", "considered"]),
            ),
            models.CheckConstraint(
                name="a_reason_is_not_empty", condition=~Q(kind="reason") | ~Q(text="")
            ),
            *clean_text("answer", "text"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.rule}"


class Review(models.Model):
    """A manager's decision on a submission: a row for each, never changed."""

    class Decision(models.TextChoices):
        AUTHORISED = "authorised", "Authorised"
        RETURNED = "returned", "Returned"
        REOPENED = "reopened", "Reopened"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="reviews")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=10, choices=Decision)
    comment = models.CharField(max_length=2000, blank=True, validators=[validate_clean])
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_is_known",
                condition=Q(decision__in=["authorised", "returned", "reopened"]),
            ),
            models.CheckConstraint(
                name="a_return_or_reopening_says_why",
                condition=Q(decision="authorised") | ~Q(comment=""),
            ),
            *clean_text("review", "comment"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.get_decision_display()}"


class IdempotencyKey(models.Model):
    """One press of a button that was carried out, so that the same press again does nothing."""

    key = models.UUIDField(primary_key=True)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=30)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, related_name="presses"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="idempotency_key_at")]

    def __str__(self) -> str:
        return str(self.key)
