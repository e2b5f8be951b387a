"""Every write to the record.

Each service names the person who acts, checks that they may, checks the version that they saw
and carries the key of the press of the button that asked for it, so that the same press twice
is carried out once. All of it happens in one transaction: a refusal stores nothing.
"""

from assessments.services.recording import (
    answer_rule,
    cancel,
    record_factors,
    set_outcome,
    submit,
    withdraw_submission,
)
from assessments.services.refusals import (
    EditConflict,
    FactsRefused,
    Locked,
    NotPermitted,
    Refused,
    SelectionRefused,
    SubmissionRefused,
)
from assessments.services.starting import NewChild, NewEpisode, start_assessment

__all__ = [
    "EditConflict",
    "FactsRefused",
    "Locked",
    "NewChild",
    "NewEpisode",
    "NotPermitted",
    "Refused",
    "SelectionRefused",
    "SubmissionRefused",
    "answer_rule",
    "cancel",
    "record_factors",
    "set_outcome",
    "start_assessment",
    "submit",
    "withdraw_submission",
]
