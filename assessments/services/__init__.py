"""Every write to the record.

Each service takes the person who acts and checks that they may. Those that change an assessment
also take the version of it that the person saw, and the idempotency key of the form, so that a
repeated form submission is carried out once. All of it happens in one transaction: a refusal
stores nothing.
"""

from assessments.services.reassigning import reassign
from assessments.services.recording import (
    answer_rule,
    cancel,
    is_recorded,
    record_factors,
    set_outcome,
    submit,
    withdraw_submission,
)
from assessments.services.refusals import (
    AlreadyDecided,
    EditConflict,
    FactsRefused,
    Locked,
    NeedsReading,
    NotPermitted,
    Refused,
    SelectionRefused,
    SubmissionRefused,
)
from assessments.services.restricting import lift_restriction, restrict
from assessments.services.reviewing import (
    Authorised,
    authorise,
    authorise_each,
    correct,
    mark_read,
    reopen,
    return_to_worker,
)
from assessments.services.starting import NewChild, NewEpisode, start_assessment

__all__ = [
    "AlreadyDecided",
    "Authorised",
    "EditConflict",
    "FactsRefused",
    "Locked",
    "NeedsReading",
    "NewChild",
    "NewEpisode",
    "NotPermitted",
    "Refused",
    "SelectionRefused",
    "SubmissionRefused",
    "answer_rule",
    "authorise",
    "authorise_each",
    "cancel",
    "correct",
    "is_recorded",
    "lift_restriction",
    "mark_read",
    "reassign",
    "record_factors",
    "reopen",
    "restrict",
    "return_to_worker",
    "set_outcome",
    "start_assessment",
    "submit",
    "withdraw_submission",
]
