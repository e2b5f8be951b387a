"""The code sets of the children in need census that an episode and a child are recorded in."""

from __future__ import annotations

from django.db import models


class Sex(models.TextChoices):
    """Sex as the census records it from 2024-25 (rule 4180)."""

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


NOT_YET_OBTAINED = "NOBT"
"""The census's code for an ethnicity that is not recorded: the layout wants one of every child."""
