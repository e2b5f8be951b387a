"""Children, and their episodes of need."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper

from assessments.models.code_sets import PrimaryNeed, ReasonForClosure, ReferralSource, Sex
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import (
    NameField,
    clean_name_constraints,
    clean_text_constraints,
)

LA_CHILD_ID = r"^[A-Za-z0-9]{1,20}$"
"""Census rules 1570 and 1580: at most 20 letters and digits."""

DISABLED = ((True, "Yes"), (False, "No"), (None, "Not known"))
"""Whether a child is recorded as disabled; of an unborn child it is not known, as a rule."""

CHILD_WORDS = Func(
    "given_name",
    "family_name",
    "la_child_id",
    function="child_words",
    output_field=SearchVectorField(),
)
"""The words that a child is found by, as a function of the database makes them of a row: without
capitals, accents and apostrophes, parted at spaces and hyphens."""


class Child(models.Model):
    """A child, or an unborn child, whom the authority knows by its own id.

    `version` counts every change of the row: the database does, whoever writes.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    la_child_id = models.CharField(
        "child id",
        max_length=20,
        validators=[RegexValidator(LA_CHILD_ID, "Enter up to 20 letters and digits")],
    )
    given_name = NameField(max_length=100, blank=True)
    family_name = NameField(max_length=100)
    birth_date = models.DateField("date of birth", null=True, blank=True)
    expected_birth_date = models.DateField("expected date of birth", null=True, blank=True)
    death_date = models.DateField("date of death", null=True, blank=True)
    not_born = models.BooleanField(
        default=False, db_default=False, help_text="The pregnancy ended, and the child is not born"
    )
    sex = models.CharField(max_length=1, choices=Sex)
    disabled = models.BooleanField(
        "recorded as disabled",
        choices=DISABLED,
        null=True,
        blank=True,
        help_text="Not known is no answer: neither a yes for a rule, nor the NONE of the census",
    )
    restricted = models.BooleanField(
        "restricted record", default=False, help_text="Only the people who are named may see it"
    )
    joined_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="joined",
        help_text="The record of the same child that this one was joined to; it has the episodes",
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        verbose_name_plural = "children"
        constraints = [
            models.UniqueConstraint(
                Upper("la_child_id"),
                name="child_ids_are_unique",
                violation_error_message="There is a child with this id already",
            ),
            models.CheckConstraint(
                name="child_id_is_letters_and_digits",
                condition=Q(la_child_id__regex=LA_CHILD_ID),
                violation_error_message="Enter up to 20 letters and digits",
            ),
            models.CheckConstraint(
                name="exactly_one_of_birth_date_and_expected_birth_date",
                condition=Q(birth_date__isnull=True, expected_birth_date__isnull=False)
                | Q(birth_date__isnull=False, expected_birth_date__isnull=True),
                violation_error_message=(
                    "Enter the date of birth, or for an unborn child the expected date"
                ),
            ),
            models.CheckConstraint(
                name="died_on_or_after_the_birth",
                condition=Q(death_date__isnull=True)
                | Q(birth_date__isnull=False, death_date__gte=F("birth_date")),
                violation_error_message=(
                    "The date of death must be on or after the date of birth (census rule 8535)"
                ),
            ),
            models.CheckConstraint(
                name="a_child_who_is_not_born_has_no_date_of_birth",
                condition=Q(not_born=False) | Q(birth_date__isnull=True),
                violation_error_message="A child with a date of birth was born",
            ),
            models.CheckConstraint(
                name="sex_is_of_the_census_code_set", condition=Q(sex__in=Sex.values)
            ),
            models.CheckConstraint(
                name="an_unborn_childs_sex_is_not_known",
                condition=Q(birth_date__isnull=False)
                | Q(expected_birth_date__isnull=True)
                | Q(sex="U"),
                violation_error_message=(
                    "Select “Not known”: the sex of an unborn child is not recorded "
                    "(census rule 8750)"
                ),
            ),
            models.CheckConstraint(
                name="a_record_is_joined_to_another",
                condition=Q(joined_to__isnull=True) | ~Q(joined_to=F("id")),
            ),
            *clean_text_constraints("child", "given_name", "family_name", optional=["given_name"]),
            *clean_name_constraints("child", "given_name", "family_name"),
        ]
        indexes = [
            GinIndex(CHILD_WORDS, name="child_words"),
            # Every list asks which records are restricted: they are few among all.
            models.Index(fields=["id"], condition=Q(restricted=True), name="child_restricted"),
            # A child who is added is compared with those of the same day.
            models.Index(fields=["birth_date"], name="child_birth_date"),
            models.Index(
                fields=["expected_birth_date"],
                condition=Q(expected_birth_date__isnull=False),
                name="child_expected_birth_date",
            ),
            # What is overdue leaves them out: they are few, too.
            models.Index(fields=["id"], condition=Q(not_born=True), name="child_not_born"),
        ]

    def __str__(self) -> str:
        return self.la_child_id

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_unborn(self) -> bool:
        """Whether there is no date of birth: not born yet, or the pregnancy has ended."""
        return self.birth_date is None

    def is_unborn_on(self, day: date) -> bool:
        """Whether the child was not born by the end of `day`, as far as is recorded."""
        return self.birth_date is None or self.birth_date > day

    def age_on(self, day: date) -> int | None:
        """Age in whole years on `day`, or at the death if that was before; None while unborn."""
        born = self.birth_date
        if born is None or born > day:
            return None
        day = min(day, self.death_date or day)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class NamedPerson(models.Model):
    """A person who may see a restricted record of a child, as far as their role and teams allow.

    The record of a colleague's own family, say: everyone who is not named here is refused.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="named_people")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="named_for")
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "named people"
        constraints = [
            models.UniqueConstraint(
                fields=["child", "person"], name="each_person_is_named_once_for_a_child"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.child}"


class Episode(models.Model):
    """An episode of need: from a referral to its closure."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="episodes")
    referral_date = models.DateField()
    referral_source = models.CharField(max_length=2, choices=ReferralSource)
    primary_need = models.CharField(max_length=2, choices=PrimaryNeed, blank=True)
    closure_date = models.DateField(null=True, blank=True)
    reason_for_closure = models.CharField(max_length=3, choices=ReasonForClosure, blank=True)
    no_further_action = models.BooleanField("referral ended in no further action", default=False)
    family_reference = models.CharField(
        max_length=20,
        blank=True,
        help_text="Shared by brothers and sisters who were referred together",
        validators=[RegexValidator(LA_CHILD_ID, "Enter up to 20 letters and digits")],
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="referral_source_is_of_the_census_code_set",
                condition=Q(referral_source__in=ReferralSource.values),
            ),
            models.CheckConstraint(
                name="primary_need_is_of_the_census_code_set",
                condition=Q(primary_need__in=["", *PrimaryNeed.values]),
            ),
            models.CheckConstraint(
                name="reason_for_closure_is_of_the_census_code_set",
                condition=Q(reason_for_closure__in=["", *ReasonForClosure.values]),
            ),
            models.CheckConstraint(
                name="closed_on_or_after_the_referral",
                condition=Q(closure_date__isnull=True) | Q(closure_date__gte=F("referral_date")),
                violation_error_message=(
                    "The closure date must be on or after the referral date (census rule 8630)"
                ),
            ),
            models.CheckConstraint(
                name="closure_has_a_date_and_a_reason",
                condition=Q(closure_date__isnull=True, reason_for_closure="")
                | (Q(closure_date__isnull=False) & ~Q(reason_for_closure="")),
                violation_error_message=(
                    "Enter both the closure date and the reason (census rules 8805 and 8810)"
                ),
            ),
            models.CheckConstraint(
                name="family_reference_is_letters_and_digits",
                condition=Q(family_reference="") | Q(family_reference__regex=LA_CHILD_ID),
                violation_error_message="Enter up to 20 letters and digits",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(closure_date__isnull=True, no_further_action=False),
                name="one_open_episode_for_each_child",
                violation_error_message="This child has an open episode already",
            ),
        ]
        indexes = [
            models.Index(fields=["referral_date"], name="episode_referral_date"),
            models.Index(
                fields=["family_reference"],
                condition=~Q(family_reference=""),
                name="episode_family_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child}, referred {self.referral_date:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.closure_date is None and not self.no_further_action
