"""Corrections of facts: of a child, of an episode, of the days of an assessment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from assessments.models.assessments import Assessment
from assessments.models.children import Child, Episode
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text_constraints, validate_clean


class FactsCorrection(models.Model):
    """That somebody corrected or added to the facts, and why: a row each, never changed.

    What was there before and is there now is in the history, in the same transaction.
    """

    class Act(models.TextChoices):
        DETAILS = "details", "Changed the child’s details"
        BIRTH = "birth", "Recorded the birth"
        DEATH = "death", "Recorded that the child has died"
        NOT_BORN = "not_born", "Recorded that the child is not born"
        REFERRAL = "referral", "Changed the referral"
        START = "start", "Changed the start date"
        JOINED = "joined", "Joined two records of the child"

    act = models.CharField(max_length=10, choices=Act)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="corrections")
    episode = models.ForeignKey(
        Episode, on_delete=models.PROTECT, null=True, related_name="corrections"
    )
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, related_name="facts_corrections"
    )
    joined = models.ForeignKey(
        Child,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The other record of the child, which was joined to this one",
    )
    reason = models.CharField(max_length=500, blank=True, validators=[validate_clean])
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="correction_of_facts_is_known",
                condition=Q(
                    act__in=[
                        "details",
                        "birth",
                        "death",
                        "not_born",
                        "referral",
                        "start",
                        "joined",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="a_correction_says_what_it_is_of",
                condition=Q(act="referral", episode__isnull=False, assessment__isnull=True)
                | Q(act="start", episode__isnull=False, assessment__isnull=False)
                | Q(
                    act__in=["details", "birth", "death", "not_born", "joined"],
                    episode__isnull=True,
                    assessment__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="joining_says_which_record_and_why",
                condition=(Q(act="joined", joined__isnull=False) & ~Q(reason=""))
                | (~Q(act="joined") & Q(joined__isnull=True)),
            ),
            *clean_text_constraints("facts_correction", "reason", optional=["reason"]),
        ]

    def __str__(self) -> str:
        return f"{self.child}: {self.get_act_display()}"
