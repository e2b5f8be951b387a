"""The cached HTML of the factor page belongs to nobody: each request adds only its own."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from assessments import queries
from assessments.components.picker import rendering
from assessments.models import Assessment
from assessments.pages.factors import parts
from cinfactors.accounts.models import Density, User
from tests.people import record, start


def a_draft(worker: User, la_child_id: str, *codes: str) -> Assessment:
    draft = start(worker, la_child_id)
    return record(draft, *codes) if codes else draft


def matches(pattern: str, html: str) -> list[str]:
    return re.findall(pattern, html)


@pytest.fixture
def page_of(browser_of):
    def page(assessment: Assessment) -> str:
        address = reverse("factors", args=[assessment.reference])
        return browser_of(assessment.worker).get(address).content.decode()

    return page


def test_each_person_finds_their_own_name_child_and_selection(people, page_of):
    adas = a_draft(people.ada, "EX1", "3B")
    bens = a_draft(people.ben, "EX2", "16A", "20")
    for _ in range(2):
        for assessment, other in ((adas, bens), (bens, adas)):
            html = page_of(assessment)
            assert assessment.worker.name in html
            assert other.worker.name not in html
            assert matches(r"Child ([A-Z0-9]+)</strong>", html) == [
                assessment.episode.child.la_child_id
            ]
            assert matches(r'value="(\w+)" id="code-\w+" checked', html) == assessment.codes


def test_no_two_pages_share_a_key_or_a_token(people, page_of):
    draft = a_draft(people.ada, "EX1")
    first, second = page_of(draft), page_of(draft)
    for field in ("key", "csrfmiddlewaretoken"):
        values = matches(rf'name="{field}" value="([^"]+)"', first + second)
        assert len(values) == (2 if field == "key" else 4)
        assert len(set(values)) == 2


def test_a_name_is_text_and_never_markup(people, page_of):
    User.objects.filter(pk=people.ada.pk).update(name="Ada <b>&amp; Winter")
    html = page_of(a_draft(User.objects.get(pk=people.ada.pk), "EX1"))
    assert "Ada &lt;b&gt;&amp;amp; Winter" in html


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
    caches = (parts.page_segments, rendering.picker_segments)
    draft = a_draft(people.ada, "EX1", "3B")
    for each in caches:
        each.cache_clear()
    parts.warm_cache()
    rendered = [each.cache_info().misses for each in caches]
    for density in Density:
        User.objects.filter(pk=people.ada.pk).update(density=density)
        assert "3B" in page_of(draft)
    assert [each.cache_info().misses for each in caches] == rendered == [1, len(Density)]
