"""A restricted record says so on every page of a manager's that shows the child."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from tests import people as make
from tests.pages.page import read, words
from tests.people import People

ADMIN = "/admin/assessments"


@pytest.fixture
def restricted(people: People) -> Assessment:
    """Submitted by Ada, and likely to be the child of a record of Ben's that is not restricted."""
    born = timezone.localdate() - timedelta(days=9 * 366)
    make.submit(make.start(people.ben, "EX2", birth_date=born))
    sent = make.submit(make.start(people.ada, "EX1", birth_date=born))
    return make.restrict(sent, people.mo)


def pages_of(assessment: Assessment, other: Assessment) -> dict[str, str]:
    episode = assessment.episode
    return {
        "queue": f"{ADMIN}/assessment/",
        "any": f"{ADMIN}/assessment/?status=any",
        "to decide on": f"{ADMIN}/assessment/{assessment.reference}/change/",
        "to correct": f"{ADMIN}/assessment/{assessment.reference}/correct/",
        "children": f"{ADMIN}/child/",
        "child": f"{ADMIN}/child/{episode.child.reference}/change/",
        "episodes": f"{ADMIN}/episode/",
        "episode": f"{ADMIN}/episode/{episode.reference}/change/",
        "review": "/admin/",
        "duplicates": "/duplicates/",
        "two records": f"/assessments/{assessment.reference}/join/{other.episode.child.reference}/",
        "work to reassign": f"/reassign/?worker={assessment.worker.reference}",
        "worklist": "/?tab=awaiting",
    }


def test_a_restricted_record_has_its_tag_on_every_page(people: People, mo: Client, restricted):
    other = Assessment.objects.get(episode__child__la_child_id="EX2")
    tags = {}
    for name, address in pages_of(restricted, other).items():
        response = mo.get(address, follow=True)
        assert response.status_code == 200, name
        assert "EX1" in response.content.decode(), name
        shown = read(response).select("main .review-tag--ask, main .govuk-tag--orange")
        tags[name] = {words(each.text) for each in shown}
        assert len(shown) <= 2, name  # the identity bar's, and the record's own
    assert tags == {name: {"Restricted record"} for name in tags}


def test_no_other_record_has_it(people: People, mo: Client, restricted):
    for address in (f"{ADMIN}/assessment/", f"{ADMIN}/child/", f"{ADMIN}/episode/"):
        rows = read(mo.get(address)).select("#result_list tbody tr")
        tagged = {words(row.th.a.text) for row in rows if row.select(".review-tag--ask")}
        assert len(rows) == 2
        assert all(each.startswith("EX1 ") for each in tagged)
        assert len(tagged) == 1
