"""Every read for a person: what they may see, and how lists show it."""

from assessments.queries.lists import (
    GROUPS,
    group_counts,
    in_group,
    last_reviews,
    matching,
    not_completed_in,
)
from assessments.queries.seeing import (
    assessment_for,
    assessments_visible_to,
    child_of_reference,
    child_to_assess,
    children_visible_to,
    episodes_visible_to,
    for_reading,
    managers_of,
    may_cancel,
    may_record,
    may_start_assessments,
    own_assessment,
    own_assessments,
    teams_of,
)

__all__ = [
    "GROUPS",
    "assessment_for",
    "assessments_visible_to",
    "child_of_reference",
    "child_to_assess",
    "children_visible_to",
    "episodes_visible_to",
    "for_reading",
    "group_counts",
    "in_group",
    "last_reviews",
    "managers_of",
    "matching",
    "may_cancel",
    "may_record",
    "may_start_assessments",
    "not_completed_in",
    "own_assessment",
    "own_assessments",
    "teams_of",
]
