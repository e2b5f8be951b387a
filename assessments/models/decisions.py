"""Answers to rules, managers' decisions with the replies, and the idempotency keys of forms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from assessments.models.assessments import CODES, Assessment, Version
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text_constraints, validate_clean

CODE = r"^[1-9][0-9]?[A-Z]?$"
"""What a code of any edition looks like; the catalogue has which codes there are."""


class RuleAnswer(models.Model):
    """An answer to a rule, by the worker or a manager who corrects: a row each, never changed."""

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
            *clean_text_constraints("answer", "text", optional=["text"]),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.rule}"


class Review(models.Model):
    """A manager's decision on a submission: a row for each, never changed.

    `version` is the submission that was decided on; for a correction of the codes or of the dates,
    the one that it made.
    """

    class Decision(models.TextChoices):
        AUTHORISED = "authorised", "Authorised"
        RETURNED = "returned", "Returned"
        REOPENED = "reopened", "Reopened"
        CORRECTED = "corrected", "Corrected"
        DATES_CORRECTED = "dates_corrected", "Dates corrected"
        VOIDED = "voided", "Voided"

    class Reason(models.TextChoices):
        """Why a submission was returned. Ours."""

        MISSING_FACTOR = "missing_factor", "A factor is missing"
        WRONG_PERSON = "wrong_person", "Recorded for the wrong person"
        EVIDENCE_NOT_CLEAR = "evidence_not_clear", "The evidence is not clear"
        ANOTHER_FACTOR = "another_factor", "Looks like another factor"
        OTHER = "other", "Another reason"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="reviews")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=20, choices=Decision)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    comment = models.CharField(max_length=2000, blank=True, validators=[validate_clean])
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_is_known",
                condition=Q(
                    decision__in=[
                        "authorised",
                        "returned",
                        "reopened",
                        "corrected",
                        "dates_corrected",
                        "voided",
                    ]
                ),
            ),
            models.CheckConstraint(
                # A return may say it beside codes: guards/check_return_says_why.sql.
                name="every_decision_but_authorising_says_why",
                condition=Q(decision__in=["authorised", "returned"]) | ~Q(comment=""),
            ),
            models.CheckConstraint(
                name="a_return_has_a_reason_of_the_list",
                condition=Q(
                    decision="returned",
                    reason__in=[
                        "missing_factor",
                        "wrong_person",
                        "evidence_not_clear",
                        "another_factor",
                        "other",
                    ],
                )
                | (~Q(decision="returned") & Q(reason="")),
            ),
            *clean_text_constraints("review", "comment", optional=["comment"]),
        ]
        indexes = [
            # What was reopened at some time.
            models.Index(
                fields=["assessment"],
                name="review_reopened",
                condition=Q(decision="reopened"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.get_decision_display()}"


class PinnedComment(models.Model):
    """A manager's comment on one code of a returned submission: never changed."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="pinned")
    code = models.CharField(max_length=3)
    text = models.CharField(max_length=1000, validators=[validate_clean])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "code"], name="one_comment_on_each_code_of_a_review"
            ),
            models.CheckConstraint(
                name="a_pinned_comment_is_not_empty", condition=~Q(text="") & ~Q(code="")
            ),
            models.CheckConstraint(
                name="a_comment_is_pinned_to_a_code", condition=Q(code__regex=CODE)
            ),
            *clean_text_constraints("pinned_comment", "text"),
        ]

    def __str__(self) -> str:
        return f"{self.review}: {self.code}"


class Reply(models.Model):
    """What the worker said to a comment of a return or a reopening: a row each, never changed.

    A worker who puts it in other words makes another row; the latest counts. `code` names the
    pinned comment; it is empty for the comment of the decision itself.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="replies")
    code = models.CharField(max_length=3, blank=True)
    text = models.CharField(max_length=1000, validators=[validate_clean])
    replied_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "replies"
        constraints = [
            models.CheckConstraint(
                name="a_reply_names_a_code_or_none", condition=Q(code="") | Q(code__regex=CODE)
            ),
            *clean_text_constraints("reply", "text"),
        ]

    def __str__(self) -> str:
        return f"{self.review}: reply {self.code}".rstrip()


class ReviewRead(models.Model):
    """The worker's note that they have read a decision, where nothing else would show it."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="read")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.review}, read"


class IdempotencyKey(models.Model):
    """A form submission that was carried out, so that repeating it does nothing.

    The key is derived from that of the form and from what was posted: see `services.writing`.
    """

    key = models.UUIDField(primary_key=True)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=30)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, related_name="idempotency_keys"
    )
    version = models.PositiveIntegerField(
        null=True, help_text="The version of the assessment that it made"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="idempotency_key_at")]

    def __str__(self) -> str:
        return str(self.key)
