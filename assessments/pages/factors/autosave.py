"""Autosave: what the factor page posts while the person works.

Each change is saved as far as it can be, and the response has the parts of the page that move.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.idempotency import key_and_version_of
from assessments.components.merging import (
    UNDO,
    OthersChanges,
    OthersMessage,
    chosen_in,
    clashes_to_choose,
    others_message,
    with_others_changes,
)
from assessments.components.picker.choices import choice_of
from assessments.components.picker.posted_selection import PostedSelection, parse_post
from assessments.components.picker.state import picker_state
from assessments.components.records import own_assessment_or_404
from assessments.components.replies import (
    ManagersWords,
    PostedReplies,
    managers_words,
    parse_replies,
    save_replies,
)
from assessments.evaluation import Evaluation, edition_of
from assessments.models import Assessment
from assessments.pages.factors import parts
from assessments.pages.factors.forms import save_preferences
from assessments.pages.factors.notes import notes_and_reading
from assessments.presenters.code_notes import NO_NOTES
from assessments.services import Chosen, SaveOutcome, SaveResult, Sent
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.clean_text import clean_text


@require_http_methods(["GET", "HEAD", "POST"])
def autosave(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Save what can be saved of the posted page, and respond with the parts that move in it.

    GET responds with a fresh CSRF token.
    """
    assessment = own_assessment_or_404(request, reference)
    if request.method != "POST":
        return parts.token_response(request)
    before = None
    for earlier in _earlier_posts(request.POST):
        saved = _save(earlier, request.user, assessment, before)
        assessment, before = saved.result.assessment, saved.shown
    saved = _save(request.POST, request.user, assessment, before)
    posted, result = saved.posted, saved.result
    merge = result.merge if result.outcome is SaveOutcome.SAVED else None
    page = _page(request, saved, saved.others.with_merge(merge, saved.version))
    return parts.autosave_response(
        page,
        redraw_picker=saved.has_density,
        taken_over=merge.state.codes.symmetric_difference(posted.codes) if merge else (),
        description=_description_to_show(request, posted, result),
    )


MOST_EARLIER_POSTS = 50
"""More buttons than a person presses while the page waits for an answer."""


def _earlier_posts(data: QueryDict) -> list[QueryDict]:
    """Return what a page that was left sent, or would have sent, before its last post, in order.

    It had no answer to these, and repeats them: what has arrived is not carried out again.
    """
    earlier = data.getlist("earlier")
    if len(earlier) > MOST_EARLIER_POSTS:
        raise BadRequest("earlier")
    return [QueryDict(each) for each in earlier]


@dataclass(frozen=True, slots=True)
class _Saved:
    """What was posted, and what came of it."""

    version: int
    """Of the page."""
    has_density: bool
    shown: Sent
    """As the page had it: what a button did it has not been told, nor has its next post it."""
    posted: PostedSelection
    others: OthersChanges
    chosen: Chosen | None
    replies: PostedReplies
    result: SaveResult


def _save(data: QueryDict, by: User, assessment: Assessment, before: Sent | None) -> _Saved:
    """Save one post, of a page that sent another `before` it without an answer, or none."""
    key, version = key_and_version_of(data)
    has_density = save_preferences(data, by)
    edition, chosen = edition_of(assessment), chosen_in(data)
    parsed = parse_post(edition, data)
    shown = Sent(codes=parsed.posted_codes, other_description=parsed.description)
    posted, others = with_others_changes(parsed, edition, data)
    posted = posted.without_conflicting(edition, assessment.codes)
    # As with the answers beside codes, what is typed waits for its button.
    replies = save_replies(parse_replies(data).pressed_alone, assessment=assessment, by=by, key=key)
    result = services.save_record(
        assessment=assessment,
        sent=posted.to_record(posted.pressed_answers),
        by=by,
        version=version,
        key=key,
        chosen=chosen,
        before=before,
    )
    return _Saved(version, has_density, shown, posted, others, chosen, replies, result)


def _description_to_show(
    request: SignedInRequest, posted: PostedSelection, result: SaveResult
) -> str | None:
    """Return the description to put into the page's box; None where its own stays.

    One that no selected code takes is not recorded, and stays for when such a code is selected.
    """
    if UNDO in request.POST:
        return posted.description
    saved = result.assessment
    is_merged = result.outcome is SaveOutcome.SAVED and result.merge is not None
    if not is_merged or result.evaluation.edition.described_codes.isdisjoint(saved.codes):
        return None
    is_same = saved.other_description == clean_text(posted.description)
    return None if is_same else saved.other_description


def _page(request: SignedInRequest, saved: _Saved, others: OthersChanges) -> parts.FactorPage:
    """Return the page after a save: with what is recorded, or with what could not be."""
    posted, result, replies = saved.posted, saved.result, saved.replies
    assessment, evaluation = result.assessment, result.evaluation
    failure = _failure(result)
    if not failure and replies.unknown:
        failure = "your reply. The manager has decided again since. Load this page again to see it"
    if failure:
        evaluation = evaluation.with_codes(posted.codes, posted.description)
    # Notes stay as they are on the page, unless the picker is drawn again.
    notes = NO_NOTES
    if saved.has_density:
        feedback = queries.review_feedback(assessment)
        notes = notes_and_reading(request, result.evaluation, feedback)
    is_conflict = result.outcome is SaveOutcome.CONFLICT
    return parts.FactorPage(
        request=request,
        assessment=assessment,
        picker=picker_state(
            evaluation,
            request.user.density,
            notes=notes,
            texts=_texts_to_keep(posted, result, others),
            errors=result.refused,
            description=posted.description if failure else None,
            choice=choice_of(evaluation.edition, posted, stays=evaluation.selection.codes),
        ),
        version=result.version,
        posted=posted,
        outcome=_outcome(result, replies),
        failure=f"Not saved: {failure}" if failure else "",
        clashes=clashes_to_choose(result, saved.chosen),
        last_change=queries.last_change(request.user, assessment) if is_conflict else None,
        others=_message(request, others, evaluation),
        is_merged_now=result.merge is not None and not failure,
        words=_answered_comments(evaluation, replies),
    )


def _answered_comments(evaluation: Evaluation, replies: PostedReplies) -> ManagersWords | None:
    """Return the comments that the post replies to; what is typed below the others stays.

    None where they are others by now: the page keeps what it has, and shows the conflict.
    """
    if not replies.replies or replies.unknown:
        return None
    feedback = queries.review_feedback(evaluation.assessment)
    words = managers_words(feedback, evaluation, replies)
    return words.answered_in(replies) if words else None


def _texts_to_keep(
    posted: PostedSelection, result: SaveResult, others: OthersChanges
) -> dict[str, str]:
    """Return what was typed beside the codes, but where others have answered and it is no news."""
    before = result.merge.base.answers if result.merge else {}
    return {
        rule: text
        for rule, text in posted.texts.items()
        if rule not in others.answered or clean_text(text) not in ("", before.get(rule))
    }


def _message(
    request: SignedInRequest, others: OthersChanges, evaluation: Evaluation
) -> OthersMessage | None:
    """Return the message about what was taken over.

    What was on its way when the page was loaded again was the person's own, and is no news.
    """
    message = others_message(others, evaluation, request.user)
    if message is not None and "catch_up" in request.POST and not message.people:
        return None
    return message


def _outcome(result: SaveResult, replies: PostedReplies) -> SaveOutcome:
    """Return the outcome for the page: refused also if the description or a reply alone is not."""
    is_saved = result.outcome is SaveOutcome.SAVED
    if is_saved and ("other_description" in result.refused or replies.unknown):
        return SaveOutcome.REFUSED
    return result.outcome


def _failure(result: SaveResult) -> str:
    """Return why the selection or its description is not saved; empty if both are."""
    if result.outcome is SaveOutcome.CLOSED:
        return "this assessment is not with you any more, and cannot be changed"
    if result.outcome is SaveOutcome.CONFLICT:
        return "choose what to record"
    if result.findings:
        return result.findings[0].message
    if "other_description" in result.refused:
        return f"the description. {result.refused['other_description']}"
    return ""
