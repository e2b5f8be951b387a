"""What differs between two selections."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.components.picker.state import PickerState
from assessments.models import Assessment
from assessments.presenters.selection import SelectedCode, named


@dataclass(frozen=True, slots=True)
class Difference:
    """A code on which two selections differ."""

    selected: SelectedCode
    mine: bool
    theirs: bool


def conflict_rows(state: PickerState, theirs: Assessment) -> list[Difference]:
    """What differs between what was sent and what is stored."""
    stored = frozenset(theirs.codes)
    return [
        Difference(each, each.code in state.ticked, each.code in stored)
        for each in named(state.edition, state.ticked ^ stored)
    ]
