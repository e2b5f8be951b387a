"""Whether others changed the record between two tries of one form submission."""

from __future__ import annotations

from assessments import evaluation, services
from assessments.components.picker.posted_selection import PostedSelection
from assessments.models import Assessment


def was_overtaken(
    saved: Assessment, posted: PostedSelection, description: str, complied: str
) -> bool:
    """Whether the record differs from what was posted, once saving it has succeeded.

    This happens when a submission is repeated that was saved before, and others have changed the
    record since. `complied` is the rule whose code the submission adds.
    """
    rule = evaluation.edition_of(saved).rules_by_id.get(complied)
    added = [code for code in (rule and rule.adds,) if code and code not in posted.codes]
    return not any(
        services.is_recorded(saved, codes, description)
        for codes in (posted.codes, (*posted.codes, *added))
    )
