"""The exceptions that services raise when they refuse a write. A refusal stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db.models import Model

from assessments.models import Assessment, Child, Episode, Review
from assessments.rules import Finding
from cinfactors.web.clean_text import error_message


class Refused(Exception):
    """A write that was refused; nothing of it is stored."""


class NotPermitted(Refused):
    """The person may not do this, or not to this assessment."""


class Locked(Refused):
    """The assessment is in a status in which this cannot be done."""


class FactsRefused(Refused):
    """What was entered cannot be stored; `messages` has a message for each field, by its name."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = dict(messages)


class NeedsConfirming(Refused):
    """What was entered is hardly right; `messages` says why, by field. Ask once, then go on.

    A service that raises it is given the messages that the person has confirmed.
    """

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = dict(messages)


def field_errors(entry: Model, *fields: str) -> dict[str, str]:
    """Return the messages of the fields that cannot be stored as they are, by field name."""
    others = {each.name for each in entry._meta.fields} - {*fields}
    try:
        entry.clean_fields(exclude=others)
    except ValidationError as refused:
        return {field: error_message(errors) for field, errors in refused.error_dict.items()}
    return {}


class SelectionRefused(Refused):
    """The selection breaks a rule that holds on every save."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(finding.rule.id for finding in findings))
        self.findings = tuple(findings)


class SubmissionRefused(SelectionRefused):
    """What has to be corrected, answered or entered before the assessment is submitted."""

    def __init__(self, findings: Sequence[Finding], *, outcome_missing: bool) -> None:
        super().__init__(findings)
        self.outcome_missing = outcome_missing


class EditConflict(Refused):
    """The assessment was changed after the page was rendered; `theirs` is the row as it is now."""

    def __init__(self, theirs: Assessment) -> None:
        super().__init__(f"version {theirs.version}")
        self.theirs = theirs


class StaleFacts(Refused):
    """The facts were changed after the page was rendered; `theirs` is the row as it is now."""

    def __init__(self, theirs: Child | Episode) -> None:
        super().__init__(f"version {theirs.version}")
        self.theirs = theirs


class UnknownComment(Refused):
    """The comment that is replied to is none of the last decision on the assessment."""


class NothingChanged(Refused):
    """What a manager asked has no reply, and nothing was changed since: it is to be confirmed."""

    def __init__(self, review: Review, comments: int) -> None:
        super().__init__(review.decision)
        self.review = review
        self.comments = comments


class AlreadyDecided(Refused):
    """Another decision came first: `review` is that decision, `theirs` the row as it is now."""

    def __init__(self, review: Review, theirs: Assessment) -> None:
        super().__init__(review.decision)
        self.review = review
        self.theirs = theirs


class NeedsReading(Refused):
    """A manager has to read the record before it is authorised; `why` has each reason."""

    def __init__(self, why: Sequence[str]) -> None:
        super().__init__(", ".join(why))
        self.why = tuple(why)
