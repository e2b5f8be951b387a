"""What was said or recorded of single codes before, as it stands beside them on the factor page."""

from __future__ import annotations

from collections.abc import Mapping

from assessments.layout import Note
from assessments.models import Review

Notes = Mapping[str, tuple[Note, ...]]
"""By code."""


def pinned_notes(review: Review, pinned: Mapping[str, str]) -> Notes:
    """What the manager pinned to single codes, which need not be selected."""
    said_by = f"{review.decided_by.name}:"
    return {code: (Note("comment", said_by, text),) for code, text in pinned.items()}
