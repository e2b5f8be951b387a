"""Above the pages of an assessment: whose it is, and the way to its other pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.models import Status
from tests import people as make
from tests.pages.form_data import at
from tests.pages.page import read, words
from tests.people import People

TO_RECORD = {"factors": "Factors", "check": "Check"}
TO_READ = {"record": "Record", "history": "History"}


def bar_of(response):
    [bar] = read(response).select(".app-identity")
    return bar


def navigation_of(response):
    [navigation] = read(response).select("[aria-label='Pages of this assessment']")
    return navigation


def links(navigation) -> dict[str, str]:
    return {link["href"]: words(link.text) for link in navigation.select("a")}


def test_a_draft_leads_from_each_of_its_pages_to_the_others(ada, draft):
    pages = TO_RECORD | TO_READ
    for page, label in pages.items():
        navigation = navigation_of(ada.get(at(page, draft)))
        assert links(navigation) == {at(name, draft): text for name, text in pages.items()}
        current = navigation.select("[aria-current]")
        assert [(words(each.text), each["aria-current"]) for each in current] == [(label, "page")]


def test_a_page_that_is_not_named_is_not_marked(ada, draft):
    navigation = navigation_of(ada.get(at("cancel", draft)))
    assert len(links(navigation)) == 4
    assert navigation.select("[aria-current]") == []


@pytest.mark.parametrize("status", Status)
def test_only_who_may_record_is_led_to_the_pages_for_it(ada, people: People, browser_of, status):
    assessment = make.in_status(status, people.ada, people.mo)
    to_record = {at(name, assessment): text for name, text in TO_RECORD.items()}
    to_read = {at(name, assessment): text for name, text in TO_READ.items()}
    may_record = assessment.is_with_the_worker
    assert links(navigation_of(ada.get(at("record", assessment)))) == (
        to_record | to_read if may_record else to_read
    )
    for person in (people.ben, people.mo, people.dee):
        assert links(navigation_of(browser_of(person).get(at("record", assessment)))) == to_read


def test_every_link_opens(ada, draft):
    for address in links(navigation_of(ada.get(at("factors", draft)))):
        assert ada.get(address).status_code == 200


def test_brothers_and_sisters_are_told_apart_by_their_names(ada, people: People):
    for la_child_id, given_name in (("EX1001", "Zoë"), ("EX1002", "Noah"), ("EX1003", "")):
        sibling = make.start(people.ada, la_child_id, given_name=given_name)
        for page in ("factors", "check", "record", "history", "cancel"):
            response = ada.get(at(page, sibling))
            [name] = bar_of(response).select(".app-child-name")
            assert words(name.text) == f"{given_name} Sample".strip()
            assert "Sample" not in read(response).title.text


def test_the_managers_pages_have_it_too(people: People, browser_of, draft):
    mo = browser_of(people.mo)
    for page in ("reassign", "restrict"):
        navigation = navigation_of(mo.get(reverse(page, args=[draft.reference])))
        assert set(links(navigation).values()) == set(TO_READ.values())
