"""Every write to the record.

Each service takes the person who acts and checks that they may. Those that change an assessment
also take the version of it that the person saw, and the idempotency key of the form, so that a
repeated form submission is carried out once. All of it happens in one transaction: a refusal
stores nothing.
"""

from assessments.services.answering import NOTE, SentAnswer
from assessments.services.changing_referrals import Referral, change_referral
from assessments.services.changing_starts import change_start_date
from assessments.services.child_facts import (
    Birth,
    ChildFacts,
    change_details,
    record_birth,
    record_death,
    record_not_born,
)
from assessments.services.correcting import FactsCorrected
from assessments.services.correcting_dates import correct_dates
from assessments.services.covering import arrange_cover, end_cover
from assessments.services.duplicates import say_not_the_same
from assessments.services.joining import join_records
from assessments.services.merging import Merge, Side
from assessments.services.reassigning import (
    Reassigned,
    move_records,
    reassign,
    reassign_each,
)
from assessments.services.recording import Chosen, SaveOutcome, SaveResult, save_record
from assessments.services.refusals import (
    AlreadyDecided,
    EditConflict,
    FactsRefused,
    Locked,
    NeedsConfirming,
    NeedsReading,
    NothingChanged,
    NotPermitted,
    Refused,
    SelectionRefused,
    StaleFacts,
    SubmissionRefused,
    UnknownComment,
)
from assessments.services.replying import SentReply, new_replies, reply
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
from assessments.services.sent import Sent
from assessments.services.starting import NewChild, NewEpisode, start_assessment
from assessments.services.submitting import cancel, submit, withdraw_submission
from assessments.services.voiding import void

__all__ = [
    "NOTE",
    "AlreadyDecided",
    "Authorised",
    "Birth",
    "ChildFacts",
    "Chosen",
    "EditConflict",
    "FactsCorrected",
    "FactsRefused",
    "Locked",
    "Merge",
    "NeedsConfirming",
    "NeedsReading",
    "NewChild",
    "NewEpisode",
    "NotPermitted",
    "NothingChanged",
    "Reassigned",
    "Referral",
    "Refused",
    "SaveOutcome",
    "SaveResult",
    "SelectionRefused",
    "Sent",
    "SentAnswer",
    "SentReply",
    "Side",
    "StaleFacts",
    "SubmissionRefused",
    "UnknownComment",
    "arrange_cover",
    "authorise",
    "authorise_each",
    "cancel",
    "change_details",
    "change_referral",
    "change_start_date",
    "correct",
    "correct_dates",
    "end_cover",
    "join_records",
    "lift_restriction",
    "mark_read",
    "move_records",
    "new_replies",
    "reassign",
    "reassign_each",
    "record_birth",
    "record_death",
    "record_not_born",
    "reopen",
    "reply",
    "restrict",
    "return_to_worker",
    "save_record",
    "say_not_the_same",
    "start_assessment",
    "submit",
    "void",
    "withdraw_submission",
]
