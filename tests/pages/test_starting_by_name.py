"""A child is looked for by name among those whom the person sees anyway."""

from __future__ import annotations

from django.urls import reverse

from tests import people as make
from tests.pages.page import read, words


def found(client, typed: str) -> list[str]:
    page = read(client.post(reverse("start"), {"la_child_id": typed}))
    return [words(item.text) for item in page.select("#found + ul li")]


def test_the_children_of_a_name_are_listed_with_id_and_birth(people, browser_of):
    named = {"given_name": "Zoë", "family_name": "O’Brien"}
    child = make.start(people.ada, "EX1", **named).episode.child
    other = make.start(people.ben, "EX2", **named).episode.child
    make.start(people.cleo, "EX3", **named)
    make.restrict(make.start(people.ben, "EX4", **named), people.mo)
    ada = browser_of(people.ada)
    assert found(ada, "obrien zoe") == [
        f"{each.la_child_id} Zoë O’Brien, born {each.birth_date.day} {each.birth_date:%B %Y}"
        for each in (child, other)
    ]
    page = read(ada.post(reverse("start"), {"la_child_id": "obrien"}))
    assert page.select("#found + ul a")[0]["href"] == reverse(
        "start_for_child", args=[child.reference]
    )


def test_a_name_of_nobody_they_see_asks_for_the_id(people, browser_of):
    make.start(people.cleo, "EX3", family_name="O’Brien")
    response = browser_of(people.ada).post(reverse("start"), {"la_child_id": "obrien"})
    assert response.status_code == 422
    message = (
        "No child of your or your team’s assessments has this name. Enter the child’s whole id"
    )
    assert message in response.content.decode()
    assert "EX3" not in response.content.decode()


def test_the_beginning_of_an_id_leads_to_no_other_child(people, browser_of):
    make.start(people.ada, "EX1001")
    page = browser_of(people.ada).post(reverse("start"), {"la_child_id": "EX100"}, follow=True)
    assert "There is no child with the id EX100 here yet" in words(read(page).text)


def test_another_teams_child_is_found_by_the_whole_id_even_without_digits(people, browser_of):
    child = make.start(people.cleo, "ROBIN").episode.child
    response = browser_of(people.ada).post(reverse("start"), {"la_child_id": "robin"})
    assert response["Location"] == reverse("start_for_child", args=[child.reference])
