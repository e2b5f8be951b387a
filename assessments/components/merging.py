"""What a page chose where it clashed with what others saved, and what it took over from them.

What was taken over is said by name, and undone with one button. The message stays while the
person works on, so the page carries what it says in hidden fields.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict

from assessments import queries
from assessments.catalogue.types import Edition
from assessments.components.picker.posted_selection import PostedSelection
from assessments.evaluation import Evaluation
from assessments.models import Outcome
from assessments.presenters.clashes import ShownClash, clashes_of
from assessments.presenters.selection import SelectedCode, named_codes
from assessments.services import Chosen, Merge, SaveResult, Side
from assessments.services.merging import DESCRIPTION, OUTCOME, SELECTION
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text

CHOICE_PREFIX = "choose-"
"""Of the names of the radio buttons where two clash; the part follows."""
UNDO, HIDE = "undo_merge", "hide_merge"
"""The names of the buttons of the message."""


class VersionSeenForm(forms.Form):
    """The version with which the page was compared when the person chose."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)


def chosen_in(data: QueryDict) -> Chosen | None:
    """Return what the person chose where two clashed; None where the page did not ask."""
    seen = VersionSeenForm(data)
    if not seen.is_valid():
        return None
    sides = {
        name.removeprefix(CHOICE_PREFIX): side
        for name in data
        for side in Side
        if name.startswith(CHOICE_PREFIX) and data[name] == side
    }
    return Chosen(seen.cleaned_data["seen"], sides)


def clashes_to_choose(result: SaveResult, chosen: Chosen | None) -> list[ShownClash]:
    """Return what clashes in a save; what the page asked already without an answer is an error."""
    if result.merge is None or not result.merge.open:
        return []
    was_asked = chosen is not None and chosen.seen == result.assessment.version
    return clashes_of(result.merge, result.evaluation.edition, with_errors=was_asked)


class SinceForm(forms.Form):
    """The version that the page was of before it took anything over."""

    others_since = forms.IntegerField(min_value=1, max_value=2**31 - 1)


@dataclass(frozen=True, slots=True)
class OthersChanges:
    """What others saved, and this page took over, since it was of the version `since`."""

    since: int = 0
    """Nothing was taken over where it is 0."""
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    """The rules that others answered."""
    description: tuple[str, str] | None = None
    """The page's own and the one taken over."""
    outcome: tuple[str, str] | None = None

    def with_merge(self, merge: Merge | None, version: int) -> OthersChanges:
        """Return the same with what a save of the page of `version` took over unasked."""
        if merge is None:
            return self
        mine, state, asked = merge.mine, merge.state, merge.choices
        added, removed = state.codes - mine.codes, mine.codes - state.codes
        description, outcome = self.description, self.outcome
        if SELECTION in asked:
            added = removed = frozenset()
        elif DESCRIPTION not in asked and mine.description != state.description:
            description = (mine.description, state.description)
        if OUTCOME not in asked and mine.outcome != state.outcome:
            outcome = (mine.outcome, state.outcome)
        return OthersChanges(
            since=self.since or version,
            added=(self.added - removed) | added,
            removed=(self.removed - added) | removed,
            answered=self.answered | (_answered(merge) - asked.keys()),
            description=description,
            outcome=outcome,
        )

    def undone(self, posted: PostedSelection) -> PostedSelection:
        """Return what is posted with the page's own choice in place of what it took over.

        A description that was typed over since is the person's own, and stays.
        """
        kept = tuple(code for code in posted.codes if code not in self.added)
        codes = (*kept, *sorted(self.removed.difference(kept)))
        description = posted.description
        if self.description and clean_text(description) == self.description[1]:
            description = self.description[0]
        return replace(posted, codes=codes, description=description)


def _answered(merge: Merge) -> frozenset[str]:
    return frozenset(
        rule
        for rule in merge.others_answers
        if merge.state.answers.get(rule) == merge.theirs.answers[rule]
    )


NO_CHANGES = OthersChanges()


def with_others_changes(
    posted: PostedSelection, edition: Edition, data: QueryDict
) -> tuple[PostedSelection, OthersChanges]:
    """Return what a page asks for, and what its message says; nothing once hidden or undone."""
    others = others_changes_in(edition, data)
    return others.undone(posted) if UNDO in data else posted, still_said(others, data)


def still_said(others: OthersChanges, data: QueryDict) -> OthersChanges:
    """Return what the message goes on to say: nothing once it is hidden or undone."""
    return NO_CHANGES if UNDO in data or HIDE in data else others


def others_changes_in(edition: Edition, data: QueryDict) -> OthersChanges:
    """Return what the message on a posted page says."""
    since = SinceForm(data)
    if not since.is_valid():
        return NO_CHANGES

    def known(name: str, all_of_them: Collection[str]) -> frozenset[str]:
        return frozenset(all_of_them).intersection(data.get(name, "").split())

    outcome = (data.get("own_outcome", ""), data.get("others_outcome", ""))
    return OthersChanges(
        since=since.cleaned_data["others_since"],
        added=known("others_added", edition.codes),
        removed=known("others_removed", edition.codes),
        answered=known("others_answered", edition.rules_by_id),
        description=(
            (
                clean_text(data.get("own_description", "")),
                clean_text(data.get("others_description", "")),
            )
            if "others_description" in data
            else None
        ),
        outcome=outcome if set(outcome) <= {*Outcome.values} else None,
    )


@dataclass(frozen=True, slots=True)
class OthersMessage:
    """The message about what was taken over and still stands."""

    changes: OthersChanges
    people: tuple[str, ...]
    """The names of others who changed the record since."""
    added: tuple[SelectedCode, ...] = ()
    removed: tuple[SelectedCode, ...] = ()
    answered_beside: tuple[str, ...] = ()
    description: tuple[str, str] | None = None
    outcome: tuple[str, str] | None = None

    @property
    def can_be_undone(self) -> bool:
        own_outcome = self.outcome and self.outcome[0]
        return bool(self.added or self.removed or self.description or own_outcome)

    @property
    def outcome_label(self) -> str:
        return Outcome(self.outcome[1]).label if self.outcome else ""


def others_message(
    changes: OthersChanges, evaluation: Evaluation, person: User, *, with_outcome: bool = False
) -> OthersMessage | None:
    """Return the message about what still stands of what was taken over; None without any.

    A page that does not show the outcome does not speak of it.
    """
    if not changes.since:
        return None
    edition, selection = evaluation.edition, evaluation.selection
    description, outcome = changes.description, changes.outcome
    if description and description[1] != selection.other_description:
        description = None
    if outcome and (not with_outcome or outcome[1] != evaluation.assessment.outcome):
        outcome = None
    message = OthersMessage(
        changes,
        people=queries.others_who_changed(person, evaluation.assessment, changes.since),
        added=named_codes(edition, changes.added & selection.codes),
        removed=named_codes(edition, changes.removed - selection.codes),
        answered_beside=tuple(
            finding.beside[0]
            for finding in evaluation.asking
            if finding.rule.id in changes.answered and finding.beside
        ),
        description=description,
        outcome=outcome,
    )
    says = message.can_be_undone or message.answered_beside or message.outcome
    return message if says or message.people else None
