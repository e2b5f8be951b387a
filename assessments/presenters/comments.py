"""A manager's comments, each with what the worker replied."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments.catalogue.types import Edition
from assessments.models import Reply, Review
from assessments.presenters.selection import SelectedCode, named_codes

WHOLE = "general"
"""What the names of fields and ids have in place of a code for a decision's own comment."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a decision, on one code or on the whole, with what the worker replied last."""

    text: str
    selected: SelectedCode | None = None
    """The code that it is about; None for the decision's own comment."""
    is_selected: bool = False
    """Whether that code is selected: a manager may find one missing."""
    reply: Reply | None = None
    typed: str | None = None
    """What was typed in reply and is not saved; None where nothing was."""
    typed_after: int | None = None
    """The key of the reply that the box showed when it was typed."""
    error: str = ""

    @property
    def code(self) -> str:
        return self.selected.code if self.selected else ""

    @property
    def key(self) -> str:
        """What the names of its fields and its ids end with."""
        return self.code or WHOLE

    @property
    def box_text(self) -> str:
        """The text in the box of the reply."""
        if self.typed is not None:
            return self.typed
        return self.reply.text if self.reply else ""

    @property
    def seen(self) -> int | None:
        """The key of the reply that the box is known to have shown."""
        if self.typed is not None:
            return self.typed_after
        return self.reply.pk if self.reply else None


def comments_of(
    review: Review, edition: Edition, codes: Collection[str] = ()
) -> tuple[Comment, ...]:
    """Return the comments of a decision: its own, if it has one, then those on single codes.

    `edition` names the codes; `codes` are those selected now.
    """
    # The latest of each, since they are in the order in which they were made.
    replies = {reply.code: reply for reply in review.replies.all()}
    own = [Comment(review.comment, reply=replies.get(""))] if review.comment else []
    texts = {each.code: each.text for each in review.pinned.all()}
    pinned = [
        Comment(texts[each.code], each, each.code in codes, replies.get(each.code))
        for each in named_codes(edition, texts)
    ]
    return (*own, *pinned)
