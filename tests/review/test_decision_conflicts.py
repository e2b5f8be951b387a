"""A decision on what somebody else has changed or decided in the meantime."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from assessments import services
from assessments.models import (
    PinnedComment,
    Review,
)
from cinfactors.accounts.models import Role
from tests import people as make
from tests.pages.page import field_value, read
from tests.people import People
from tests.review.decisions import (
    DECISIONS,
    OF_WHAT_IS_AUTHORISED,
    SESSIONS,
    at,
    for_decision,
    form_data,
    section,
    sent_by_page,
    told,
)
from tests.snapshot import unchanged


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_second_manager_sees_what_the_first_decided(people: People, browser_of, decision: str):
    found = for_decision(decision, people)
    max_ = make.make_person("Max Shore", people.north, role=Role.TEAM_MANAGER)
    page = sent_by_page(decision, found)
    if decision in OF_WHAT_IS_AUTHORISED:
        first = make.reopen(found, people.mo)
    else:
        first = make.return_it(found, people.mo)
    review = first.reviews.last()
    when = timezone.localtime(review.decided_at)
    second = browser_of(max_)
    with unchanged(SESSIONS):
        response = second.post(at(found, decision), page)
    assert response.status_code == 409
    assert told(response) == (
        f"Mo Harbour {review.get_decision_display().lower()} it on "
        f"{date_format(when, 'j F Y')} at {when:%H:%M}, after you opened the page."
    )
    for name in ("comment", "reason"):
        typed = page.get(name, "")
        if typed and typed not in Review.Reason.values:
            assert typed in read(response).text


def test_what_was_typed_can_be_copied_when_the_page_has_no_place_for_it(
    people: People, browser_of, sent
):
    max_ = browser_of(make.make_person("Max Shore", people.north, role=Role.TEAM_MANAGER))
    page = sent_by_page("return", sent) | {"pinned-13A": "Who says so?"}
    make.authorise(sent, people.mo)
    unsent = section(max_.post(at(sent, "return"), page), "What you wrote was not sent")
    assert "Comment for the worker Look again" in unsent
    assert "Comment on 13A Gangs Who says so?" in unsent
    page = form_data(sent, codes=["3B", "4B"], reason="It was the mother")
    unsent = section(max_.post(at(sent, "correct"), page), "What you wrote was not sent")
    assert "3B, 4B" in unsent
    assert "It was the mother" in unsent


def test_a_return_after_the_worker_changed_it_is_refused_and_keeps_what_was_typed(
    people: People, mo: Client, sent
):
    page = form_data(sent, reason="other", comment="Look again", **{"pinned-13A": "Who says so?"})
    back = services.withdraw_submission(
        assessment=sent, by=people.ada, version=sent.version, key=uuid.uuid4()
    )
    now = make.submit(back, "3A", "4B")
    with unchanged():
        response = mo.post(at(sent, "return"), page)
    assert response.status_code == 409
    assert told(response).startswith(f"It was changed at {timezone.localtime(now.saved_at):%H:%M}")
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "pinned-13A") == "Who says so?"
    assert field_value(response, "version") == str(now.version)
    fields = {"reason": "other", "comment": "Look again", "pinned-13A": "Who says so?"}
    assert mo.post(at(sent, "return"), form_data(now, **fields)).status_code == 302
    assert PinnedComment.objects.get().code == "13A"
