"""Whether others changed the record between two tries of one form submission."""

from __future__ import annotations

from assessments import evaluation, services
from assessments.components.picker.posted_selection import Wish
from assessments.models import Assessment


def was_overtaken(saved: Assessment, wish: Wish, description: str, complied: str) -> bool:
    """Whether others went on from what this very press had recorded before it was sent again."""
    rule = evaluation.edition_of(saved).rules_by_id.get(complied)
    added = [code for code in (rule and rule.adds,) if code and code not in wish.codes]
    return not any(
        services.is_recorded(saved, codes, description)
        for codes in (wish.codes, (*wish.codes, *added))
    )
