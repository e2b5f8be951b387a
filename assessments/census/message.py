"""The parts of a return that concern factors and the rules about them, as frozen values.

The names of the fields are ours, those in `*_ELEMENTS` the census's, in the order in which the
layout has them. What a record holds besides is kept as it came: `Module` and `Other`.

What there are hundreds of thousands of are named tuples, made in a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class FaultKind(StrEnum):
    """Why an element could not be read as the layout has it."""

    NOT_A_DATE = "not-a-date"
    NOT_TRUE_OR_FALSE = "not-true-or-false"
    STANDS_TWICE = "stands-twice"
    NOT_PLAIN_TEXT = "not-plain-text"
    UNKNOWN_ELEMENT = "unknown-element"


@dataclass(frozen=True, slots=True)
class Fault:
    """An element that could not be read. Its text is not kept: it may be anything."""

    kind: FaultKind
    element: str


@dataclass(frozen=True, slots=True)
class Other:
    """An element that no field holds, with all that is in it."""

    within: str
    """The element in which it stands."""
    after: str
    """The one that it follows there; empty where it stands first."""
    xml: str


@dataclass(frozen=True, slots=True)
class Module:
    """A part of an episode besides its assessments, kept whole: a plan, a section 47 enquiry."""

    name: str
    values: Mapping[str, str]
    """The texts of the elements directly in it, by name; of repeated ones the last."""
    xml: str
    """Empty where the return was read without keeping it."""


class Assessment(NamedTuple):
    start_date: date | None
    internal_review_date: date | None
    authorisation_date: date | None
    factors: tuple[str, ...]
    """As they stand in the file, an empty or a repeated one too; none for an empty wrapper."""
    faults: tuple[Fault, ...] = ()
    others: tuple[Other, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is not completed; an authorisation date that cannot be read is one."""
        return self.authorisation_date is None and not has_fault(
            self, "AssessmentAuthorisationDate"
        )


class Episode(NamedTuple):
    referral_date: date | None
    referral_source: str | None
    primary_need: str | None
    closure_date: date | None
    reason_for_closure: str | None
    initial_conference_date: date | None
    no_further_action: bool | None
    """None where ReferralNFA is missing, or neither true nor false."""
    assessments: tuple[Assessment, ...]
    modules: tuple[Module, ...] = ()
    faults: tuple[Fault, ...] = ()
    others: tuple[Other, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is not closed; a closure date that cannot be read is one."""
        return self.closure_date is None and not has_fault(self, "CINclosureDate")

    @property
    def is_open_need(self) -> bool:
        """Whether it is open and not a referral with no further action."""
        return self.no_further_action is False and self.is_open


class Child(NamedTuple):
    child_id: str | None
    upn: str | None
    former_upn: str | None
    upn_unknown: str | None
    birth_date: date | None
    expected_birth_date: date | None
    sex: str | None
    """Of the years 2024-25 on."""
    gender: str | None
    """GenderCurrent, of the years before."""
    death_date: date | None
    ethnicity: str | None
    disabilities: tuple[str, ...]
    episodes: tuple[Episode, ...]
    faults: tuple[Fault, ...] = ()
    others: tuple[Other, ...] = ()

    @property
    def is_unborn(self) -> bool:
        """Whether it has an expected date of birth and no date of birth."""
        return (
            self.expected_birth_date is not None
            and self.birth_date is None
            and not has_fault(self, "PersonBirthDate")
        )


@dataclass(frozen=True, slots=True)
class Header:
    """Texts as they stand, but for the reference date; None where they are missing."""

    collection: str | None = None
    year: str | None = None
    reference_date: date | None = None
    source_level: str | None = None
    authority: str | None = None
    software_code: str | None = None
    release: str | None = None
    serial_number: str | None = None
    made_at: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A return. `children` can be gone through once, and raises what reading them raises."""

    header: Header
    children: Iterator[Child]


COLLECTION_ELEMENTS = MappingProxyType(
    {"Collection": "collection", "Year": "year", "ReferenceDate": "reference_date"}
)
SOURCE_ELEMENTS = MappingProxyType(
    {
        "SourceLevel": "source_level",
        "LEA": "authority",
        "SoftwareCode": "software_code",
        "Release": "release",
        "SerialNo": "serial_number",
        "DateTime": "made_at",
    }
)
IDENTIFIER_ELEMENTS = MappingProxyType(
    {
        "LAchildID": "child_id",
        "UPN": "upn",
        "FormerUPN": "former_upn",
        "UPNunknown": "upn_unknown",
        "PersonBirthDate": "birth_date",
        "ExpectedPersonBirthDate": "expected_birth_date",
        "GenderCurrent": "gender",
        "Sex": "sex",
        "PersonDeathDate": "death_date",
    }
)
CHARACTERISTIC_ELEMENTS = MappingProxyType(
    {"Ethnicity": "ethnicity", "Disabilities": "disabilities"}
)
EPISODE_ELEMENTS = MappingProxyType(
    {
        "CINreferralDate": "referral_date",
        "ReferralSource": "referral_source",
        "PrimaryNeedCode": "primary_need",
        "CINclosureDate": "closure_date",
        "ReasonForClosure": "reason_for_closure",
        "DateOfInitialCPC": "initial_conference_date",
        "Assessments": "assessments",
        "CINPlanDates": "modules",
        "Section47": "modules",
        "ReferralNFA": "no_further_action",
        "ChildProtectionPlans": "modules",
        "PreProceedingsandFGDM": "modules",
    }
)
ASSESSMENT_ELEMENTS = MappingProxyType(
    {
        "AssessmentActualStartDate": "start_date",
        "AssessmentInternalReviewDate": "internal_review_date",
        "AssessmentAuthorisationDate": "authorisation_date",
        "FactorsIdentifiedAtAssessment": "factors",
    }
)
WRAPPED = MappingProxyType(
    {"FactorsIdentifiedAtAssessment": "AssessmentFactors", "Disabilities": "Disability"}
)
"""The element that is repeated in each wrapper."""
MODULES = frozenset(each for each, field in EPISODE_ELEMENTS.items() if field == "modules")


def has_fault(part: Child | Episode | Assessment, *elements: str) -> bool:
    """Return whether one of these elements stands in the part and could not be read."""
    return any(fault.element in elements for fault in part.faults)
