"""The cached HTML of the factor page belongs to nobody: each request adds only its own."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.urls import reverse

from assessments import queries
from assessments.components.picker import rendering
from assessments.models import Assessment
from assessments.pages.factors import parts
from cinfactors.accounts.models import Density, User
from tests.pages.page import ticked
from tests.people import record, start


def a_draft(worker: User, la_child_id: str, *codes: str) -> Assessment:
    draft = start(worker, la_child_id)
    return record(draft, *codes) if codes else draft


def matches(pattern: str, html: str) -> list[str]:
    return re.findall(pattern, html)


@pytest.fixture
def page_of(browser_of):
    def page(assessment: Assessment) -> HttpResponse:
        address = reverse("factors", args=[assessment.reference])
        return browser_of(assessment.worker).get(address)

    return page


def test_each_person_finds_their_own_name_child_and_selection(people, page_of):
    adas = record(start(people.ada, "EX1", given_name="Robin"), "3B")
    bens = record(start(people.ben, "EX2", given_name="Rowan"), "16A", "20")
    for _ in range(2):
        for assessment, other in ((adas, bens), (bens, adas)):
            response = page_of(assessment)
            html = response.content.decode()
            assert assessment.worker.name in html
            assert other.worker.name not in html
            assert matches(r"Child</span>\s*([A-Z0-9]+)\s*</strong>", html) == [
                assessment.episode.child.la_child_id
            ]
            assert set(matches(r"<bdi>(.*?)</bdi>", html)) == {
                assessment.episode.child.name,
                assessment.worker.name,
            }
            links = {link for link in matches(r'href="(/assessments/[^"]+)"', html) if "-" in link}
            assert all(str(assessment.reference) in link for link in links)
            assert ticked(response) == assessment.codes


def test_no_two_pages_share_a_key_or_a_token(people, page_of):
    draft = a_draft(people.ada, "EX1")
    first, second = (page_of(draft).content.decode() for _ in range(2))
    for field in ("key", "csrfmiddlewaretoken"):
        values = matches(rf'name="{field}" value="([^"]+)"', first + second)
        assert len(values) == (2 if field == "key" else 4)
        assert len(set(values)) == 2


def test_a_name_is_text_and_never_markup(people, page_of):
    User.objects.filter(pk=people.ada.pk).update(name="Ada <b>&amp; Winter")
    ada = User.objects.get(pk=people.ada.pk)
    page = page_of(start(ada, "EX1", given_name="<i>&lt;", family_name="{{ x }}")).content.decode()
    assert "Ada &lt;b&gt;&amp;amp; Winter" in page
    assert "<bdi>&lt;i&gt;&amp;lt; {{ x }}</bdi>" in page


def test_the_compiled_statement_reads_what_the_query_reads(people):
    draft = a_draft(people.ada, "EX1", "3A", "20")
    found = queries.own_assessment(people.ada, draft.reference)
    same = queries.own_assessments(people.ada).get(reference=draft.reference)
    for mine, theirs in (
        (found, same),
        (found.episode, same.episode),
        (found.episode.child, same.episode.child),
    ):
        assert type(mine) is type(theirs)
        fields = [field.attname for field in type(mine)._meta.concrete_fields]
        assert [getattr(mine, name) for name in fields] == [
            getattr(theirs, name) for name in fields
        ]


def test_the_compiled_statement_reads_nothing_of_other_people(people):
    draft = a_draft(people.ada, "EX1")
    people.ada.is_active = False
    for person in (people.ben, people.cleo, people.mo, people.dee, people.abe, people.ada):
        with pytest.raises(Assessment.DoesNotExist):
            queries.own_assessment(person, draft.reference)


def test_the_warmed_cache_has_all_that_the_first_pages_share(people, page_of):
    caches = (parts.prerendered_page, rendering.prerendered_picker)
    draft = a_draft(people.ada, "EX1", "3B")
    for each in caches:
        each.cache_clear()
    parts.warm_cache()
    rendered = [each.cache_info().misses for each in caches]
    for density in Density:
        User.objects.filter(pk=people.ada.pk).update(density=density)
        assert ticked(page_of(draft)) == ["3B"]
    assert [each.cache_info().misses for each in caches] == rendered == [1, len(Density)]
