"""Children and episodes of need in the admin: their lists, and a page of each."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from assessments.models import Episode
from tests import people as make
from tests.pages.page import read, words
from tests.people import People


def test_a_childs_page_says_in_words_what_is_about_the_child_alone(people: People, mo: Client):
    child = make.start(people.ada, "EX1").episode.child
    page = f"/admin/assessments/child/{child.reference}/change/"
    assert "Date of birth" in labels_of(mo.get(page))
    assert not {"Born", "Expected date of birth", "Date of death"} & labels_of(mo.get(page))
    child = make.start_unborn(people.ada, "EX2").episode.child
    child.not_born = True
    child.save()
    response = mo.get(f"/admin/assessments/child/{child.reference}/change/")
    assert {"Born", "Expected date of birth"} <= labels_of(response)
    assert "No: the pregnancy ended" in words(read(response).select_one(".field-born").text)


def labels_of(response) -> set[str]:
    return {words(label.text) for label in read(response).select(".review-facts dt")}


def test_an_episodes_page_says_in_words_what_is_not_so_and_leads_to_the_child(
    people: People, mo: Client
):
    episode = make.start(people.ada, "EX1").episode
    response = mo.get(f"/admin/assessments/episode/{episode.reference}/change/")
    page = read(response)
    facts = {
        words(each.dt.text): words(each.dd.text) for each in page.select(".review-facts > div")
    }
    assert facts["No further action"] == "No"
    assert (facts["Closed"], facts["Reason for closure"]) == ("Not closed", "–")
    assert page.h1.text == "Episode of child EX1"
    assert "EX1" not in page.title.text
    assert f"/admin/assessments/child/{episode.child.reference}/change/" in [
        link["href"] for link in page.select("a[href]")
    ]


def test_children_and_episodes_are_filtered_by_what_they_are(people: People, mo: Client):
    make.start(people.ada, "EX1", sex="M", disabled=None)
    make.start(people.ada, "EX2", sex="F", disabled=True)
    third = make.submit(make.start(people.ada, "EX3", sex="F", disabled=False))
    Episode.objects.filter(pk=make.authorise(third, people.mo).episode_id).update(
        closure_date=timezone.localdate(), reason_for_closure="RC8"
    )
    fourth = make.cancel(make.start(people.ada, "EX4", sex="F", disabled=False))
    Episode.objects.filter(pk=fourth.episode_id).update(no_further_action=True)
    for place, found in {
        "child/?sex=M": ["EX1"],
        "child/?sex=F&disabled=yes": ["EX2"],
        "child/?disabled=no": ["EX3", "EX4"],
        "child/?disabled=unknown": ["EX1"],
        "episode/?closed=RC8": ["EX3"],
        "episode/?closed=no": ["EX1", "EX2", "EX4"],
        "episode/?no_further_action=yes": ["EX4"],
        "episode/?no_further_action=no&closed=": ["EX1", "EX2", "EX3"],
    }.items():
        page = read(mo.get(f"/admin/assessments/{place}"))
        assert sorted(words(each.text) for each in page.select("#result_list tbody th")) == found
        assert page.select("button[data-print]")
    nothing = read(mo.get("/admin/assessments/episode/?closed=RC1"))
    assert "Nothing in your teams matches these filters." in nothing.text
    assert not nothing.select("button[data-print]")
