"""What a manager pinned to single codes stands beside them on the factor page."""

from __future__ import annotations

import pytest
from bs4 import Tag

from assessments.models import Assessment
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words

WORDS = {"13A": "What is the <b>evidence</b> of a gang?", "4B": "Her own words,\nplease"}


@pytest.fixture
def returned(people) -> Assessment:
    """4B was submitted; 13A is what the manager misses."""
    sent = make.submit(make.start(people.ada))
    return make.return_it(sent, people.mo, "See below", pinned=WORDS)


def by_id(page: Tag) -> dict[str, Tag]:
    return {one["id"]: one for one in page.find_all(id=True)}


def test_comments_stand_beside_their_codes_selected_or_not(ada, returned):
    found = by_id(read(ada.get(at("factors", returned))))
    for code, text in WORDS.items():
        assert words(found[f"comment-{code}"].text) == f"Mo Harbour: {words(text)}"
        assert f"comment-{code}" in found[f"code-{code}"]["aria-describedby"].split()
    assert found["code-4B"].has_attr("checked")
    assert not found["code-13A"].has_attr("checked")
    assert {name for name in found if name.startswith("comment-")} == {"comment-13A", "comment-4B"}
    assert "See below" in found["managers-words"].text


def test_comments_stay_when_a_selection_is_refused(ada, returned):
    response = ada.post(at("factors", returned), key_and_version(returned, codes=["4B", "21"]))
    assert response.status_code == 422
    assert WORDS["13A"] in by_id(read(response))["comment-13A"].text


def test_another_decision_replaces_the_comments(ada, people, returned):
    authorised = make.authorise(make.submit(returned, "4B"), people.mo)
    reopened = make.reopen(authorised, people.mo)
    found = by_id(read(ada.get(at("factors", reopened))))
    assert not [name for name in found if name.startswith("comment-")]
    assert "The court report says otherwise" in found["managers-words"].text


def test_a_draft_has_no_comments(ada, draft):
    assert "comment-" not in ada.get(at("factors", draft)).content.decode()
