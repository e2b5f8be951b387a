"""The record: children, episodes of need, assessments and what was decided about them.

Fields, constraints and questions about one row. What a selection may hold is the catalogue's
to say: the constraints on codes are written from it by `manage.py makeeditionmigration`.
Writes go through `assessments.services`, reads for a person through `assessments.queries`.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from cinfactors.accounts.models import Team, User
from cinfactors.text import clean_text, validate_clean

LA_CHILD_ID = r"^[A-Za-z0-9]{1,20}$"
"""Census rules 1570 and 1580: at most 20 letters and digits."""

CODES = ArrayField(models.CharField(max_length=3), default=list, blank=True)


class Sex(models.TextChoices):
    """Sex as the census has it from 2024-25 (rule 4180)."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Not known"


class ReferralSource(models.TextChoices):
    """Where the referral came from: the census's code set."""

    FAMILY = "1A", "Individual: family member, relative or carer"
    ACQUAINTANCE = "1B", "Individual: acquaintance"
    SELF = "1C", "Individual: self"
    OTHER_INDIVIDUAL = "1D", "Individual: other"
    SCHOOLS = "2A", "Schools"
    EDUCATION = "2B", "Education services"
    GP = "3A", "Health services: general practitioner"
    HEALTH_VISITOR = "3B", "Health services: health visitor"
    SCHOOL_NURSE = "3C", "Health services: school nurse"
    PRIMARY_HEALTH = "3D", "Health services: other primary health services"
    EMERGENCY = "3E", "Health services: accident and emergency department"
    OTHER_HEALTH = "3F", "Health services: other"
    HOUSING = "4", "Housing"
    SOCIAL_CARE = "5A", "Authority services: social care"
    OTHER_INTERNAL = "5B", "Authority services: other internal"
    EXTERNAL = "5C", "Authority services: external"
    EARLY_HELP = "5D", "Authority services: early help"
    POLICE = "6", "Police"
    OTHER_LEGAL = "7", "Other legal agency"
    OTHER = "8", "Other"
    ANONYMOUS = "9", "Anonymous"
    UNKNOWN = "10", "Unknown"


class PrimaryNeed(models.TextChoices):
    """The main reason why the child came to be in need: the census's code set."""

    NOT_STATED = "N0", "Not stated"
    ABUSE_OR_NEGLECT = "N1", "Abuse or neglect"
    CHILDS_DISABILITY = "N2", "Child’s disability or illness"
    PARENTS_DISABILITY = "N3", "Parent’s disability or illness"
    ACUTE_STRESS = "N4", "Family in acute stress"
    DYSFUNCTION = "N5", "Family dysfunction"
    BEHAVIOUR = "N6", "Socially unacceptable behaviour"
    LOW_INCOME = "N7", "Low income"
    ABSENT_PARENTING = "N8", "Absent parenting"
    NOT_IN_NEED = "N9", "Cases other than children in need"


class ReasonForClosure(models.TextChoices):
    """Why an episode was closed: the census's code set (rule 8640)."""

    ADOPTED = "RC1", "Adopted"
    DIED = "RC2", "Died"
    CHILD_ARRANGEMENTS_ORDER = "RC3", "Child arrangements order"
    SPECIAL_GUARDIANSHIP_ORDER = "RC4", "Special guardianship order"
    TRANSFERRED = "RC5", "Transferred to another authority"
    ADULT_SERVICES = "RC6", "Transferred to adult services"
    SERVICES_CEASED = "RC7", "Services ceased for any other reason"
    NO_FURTHER_ACTION = "RC8", "Closed after assessment, no further action"
    EARLY_HELP = "RC9", "Closed after assessment, referred to early help"


class Outcome(models.TextChoices):
    """What the assessment led to. Ours: the census carries no outcome of an assessment."""

    NO_FURTHER_ACTION = "no_further_action", "No further action"
    EARLY_HELP = "early_help", "Early help"
    CHILD_IN_NEED_PLAN = "child_in_need_plan", "Child in need plan"
    SECTION_47 = "section_47", "Strategy discussion or section 47 enquiry"
    LOOKED_AFTER = "looked_after", "The child is to be looked after"
    EXISTING_PLAN = "existing_plan", "The existing plan goes on"
    OTHER_SERVICE = "other_service", "Another service, outside children’s social care"


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned"
    AUTHORISED = "authorised", "Authorised"
    REOPENED = "reopened", "Reopened"
    CANCELLED = "cancelled", "Cancelled"


WITH_THE_WORKER = frozenset({Status.DRAFT, Status.RETURNED, Status.REOPENED})
"""The statuses in which the worker may change what is recorded."""

NOT_COMPLETED = frozenset({Status.DRAFT, Status.RETURNED, Status.SUBMITTED})
"""Not completed, unless a version was authorised before; census rule 8896 allows one of them
to an episode."""


class Child(models.Model):
    """A child, or an unborn child, whom the authority knows by its own id."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    la_child_id = models.CharField(
        "child id",
        max_length=20,
        validators=[RegexValidator(LA_CHILD_ID, "Enter up to 20 letters and digits")],
    )
    given_name = models.CharField(max_length=100, blank=True, validators=[validate_clean])
    family_name = models.CharField(max_length=100, validators=[validate_clean])
    birth_date = models.DateField("date of birth", null=True, blank=True)
    expected_birth_date = models.DateField("expected date of birth", null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex)
    disabled = models.BooleanField(default=False)

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
                name="sex_is_of_the_census_code_set", condition=Q(sex__in=Sex.values)
            ),
            *clean_text("child", "given_name", "family_name"),
        ]
        indexes = [
            models.Index(
                OpClass(Upper("family_name"), name="varchar_pattern_ops"), name="child_family_name"
            ),
            models.Index(
                OpClass(Upper("given_name"), name="varchar_pattern_ops"), name="child_given_name"
            ),
        ]

    def __str__(self) -> str:
        return self.la_child_id

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_unborn(self) -> bool:
        return self.birth_date is None

    def age_on(self, day: date) -> int | None:
        """Age in whole years on `day`; None while unborn."""
        born = self.birth_date
        if born is None or born > day:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


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


class Assessment(models.Model):
    """An assessment of a child, with the factors identified at its end.

    `version` counts every write, so that a stale one is noticed; the database lets it only
    grow by one. What leaves the product is the latest authorised `Version`, never this row.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assessments")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assessments")
    start_date = models.DateField()
    internal_review_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(
        null=True, blank=True, help_text="The day on which it was authorised"
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
                condition=Q(status=Status.AUTHORISED, end_date__isnull=False)
                | (~Q(status=Status.AUTHORISED) & Q(end_date__isnull=True)),
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
                condition=Q(status=Status.DRAFT),
                name="one_draft_for_each_episode",
                violation_error_message=(
                    "This episode has an assessment that is not completed (census rule 8896)"
                ),
            ),
            *clean_text("assessment", "other_description", "cancellation_reason"),
        ]
        indexes = [
            GinIndex(fields=["codes"], name="assessment_codes"),
            models.Index(fields=["worker", "status"], name="assessment_worker_status"),
            models.Index(fields=["team", "status"], name="assessment_team_status"),
            models.Index(fields=["status", "submitted_at"], name="assessment_status_submitted"),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def is_with_the_worker(self) -> bool:
        return self.status in WITH_THE_WORKER


class Version(models.Model):
    """What stood in an assessment when it was submitted: immutable, numbered from 1.

    The database lets only the mark of its authorisation be added, once.
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
            *clean_text("version", "other_description"),
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
