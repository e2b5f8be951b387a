"""Records that may be of one child: found when a child is added, decided on by a manager."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from assessments.models.children import Child
from cinfactors.accounts.models import User


class LikelyDuplicate(models.Model):
    """A child who was added, and another with the same date of birth and a like name.

    It waits until the two are joined, or a manager says that they are not the same child.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="likely_duplicates")
    other = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The manager who said that they are not the same child",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "other"], name="each_likely_duplicate_is_found_once"
            ),
            models.CheckConstraint(
                name="a_likely_duplicate_is_another_record", condition=~Q(child=F("other"))
            ),
            models.CheckConstraint(
                name="whether_it_is_the_same_child_says_who_and_when",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["found_at"],
                condition=Q(decided_at__isnull=True),
                name="likely_duplicates_undecided",
            )
        ]

    def __str__(self) -> str:
        return f"{self.child} and {self.other}"
