"""Replies to a manager's comments: what a page posted, what came of it, and the boxes to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.http import QueryDict
from django.template.loader import get_template

from assessments import services
from assessments.evaluation import Evaluation
from assessments.models import Assessment, Review
from assessments.presenters.comments import WHOLE, Comment, comments_of
from assessments.queries import ReviewFeedback
from assessments.services import SentReply
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text, normalise_newlines
from cinfactors.web.problems import Problem

PREFIX = "reply-"
"""What the name of a box begins with; a comment's key follows."""


@dataclass(frozen=True, slots=True)
class PostedReplies:
    """What was posted in the boxes, and why it is not saved, if it is not."""

    review: int = 0
    """The decision whose comments the page showed."""
    replies: tuple[SentReply, ...] = ()
    saved: bool = False
    unknown: bool = False
    """Whether they are to comments of another decision: nothing is saved then."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """By code: nothing at all is saved where there are any."""

    @property
    def pressed_alone(self) -> PostedReplies:
        """Return the same with the reply whose button was pressed, if one was: one at most."""
        pressed = tuple(each for each in self.replies if each.pressed)
        return replace(self, replies=pressed)

    @property
    def is_refused(self) -> bool:
        return self.unknown or bool(self.errors)

    @property
    def problems(self) -> list[Problem]:
        """Return the lines of the error summary, each linked to its box."""
        return [
            Problem(message, f"{PREFIX}{code or WHOLE}") for code, message in self.errors.items()
        ]


NO_REPLIES = PostedReplies()


def parse_replies(data: QueryDict) -> PostedReplies:
    """Return what was posted in the boxes of replies, whichever there were."""
    pressed = data.get("reply")
    replies = [
        SentReply(
            code="" if key == WHOLE else key,
            text=normalise_newlines(data.get(name, "")),
            seen=_row_key(data.get(f"seen-{key}")),
            pressed=key == pressed,
        )
        for name in data
        if name.startswith(PREFIX)
        for key in [name.removeprefix(PREFIX)]
    ]
    return PostedReplies(_row_key(data.get("replies-to")) or 0, tuple(replies))


def _row_key(posted: str | None) -> int | None:
    """Return the key of a row; None for what is none, which no page sends."""
    is_number = posted is not None and posted.isascii() and posted.isdigit() and len(posted) < 19
    return int(posted) if is_number and posted else None


def save_replies(
    posted: PostedReplies, *, assessment: Assessment, by: User, key: UUID
) -> PostedReplies:
    """Save what was posted, if it can be, and return it with what came of it.

    Where the assessment has left the worker meanwhile nothing is saved: the page finds that out
    from saving the rest of it. Raises NotPermitted.
    """
    try:
        services.reply(
            assessment=assessment, review=posted.review, replies=posted.replies, by=by, key=key
        )
    except services.Locked:
        return posted
    except services.UnknownComment:
        return replace(posted, unknown=True)
    except services.FactsRefused as refused:
        return replace(posted, errors=refused.messages)
    return replace(posted, saved=True)


@dataclass(frozen=True, slots=True)
class ManagersWords:
    """What a manager said to the worker, each comment with its reply and the box for one."""

    review: Review
    comments: tuple[Comment, ...]
    without_a_box: tuple[str, ...] = ()
    """What was posted in reply to another decision than the last and is not saved."""

    def answered_in(self, posted: PostedReplies) -> ManagersWords:
        """Return the same with the comments alone that were replied to."""
        codes = {each.code for each in posted.replies}
        return replace(self, comments=tuple(each for each in self.comments if each.code in codes))


def managers_words(
    feedback: ReviewFeedback | None, evaluation: Evaluation, posted: PostedReplies = NO_REPLIES
) -> ManagersWords | None:
    """Return what the manager asks of the worker, with what was posted and is not saved."""
    if feedback is None:
        return None
    review = feedback.review
    comments = comments_of(review, evaluation.edition, evaluation.selection.codes)
    if posted.saved or not posted.replies:
        return ManagersWords(review, comments)
    if posted.unknown or posted.review != review.pk:
        new = services.new_replies(evaluation.assessment, posted.replies)
        texts = [clean_text(each.text) for each in new]
        return ManagersWords(review, comments, without_a_box=tuple(filter(None, texts)))
    sent = {each.code: each for each in posted.replies}
    return ManagersWords(
        review,
        tuple(
            _with_posted(each, sent.get(each.code), posted.errors.get(each.code, ""))
            for each in comments
        ),
    )


def _with_posted(comment: Comment, sent: SentReply | None, error: str) -> Comment:
    if sent is None or (clean_text(sent.text) == comment.box_text and not error):
        return comment
    return replace(comment, typed=sent.text, typed_after=sent.seen, error=error)


def render_comments(words: ManagersWords, form: str) -> Iterator[tuple[str, str]]:
    """Yield each comment as it stands on the page with this form: its id and its HTML."""
    template = get_template("components/comment.html")
    for comment in words.comments:
        context = {"comment": comment, "replies_in": form}
        yield f"asked-{comment.key}", template.render(context)
