"""The compressed size of the factor page and its files: small enough for a slow phone."""

from __future__ import annotations

import gzip

import pytest
from django.contrib.staticfiles import finders

from cinfactors.accounts.models import Density
from tests import people as make
from tests.pages.form_data import at
from tests.pages.page import read

KILOBYTE = 1024


@pytest.fixture
def page(ada, people):
    """The factor page with a few factors of which the rules ask something."""
    return ada.get(at("factors", make.record(make.start(people.ada), "3B", "6B", "13A", "20")))


def text_of(name: str) -> str:
    path = finders.find(name)
    assert path, f"{name} is not built"
    with open(path, encoding="utf-8") as file:
        return file.read()


def weight(*texts: str) -> int:
    return sum(len(gzip.compress(text.encode(), 6)) for text in texts)


def scripts(page) -> set[str]:
    return {each["src"].removeprefix("/static/") for each in read(page).select("script[src]")}


def styles(page) -> set[str]:
    return {
        each["href"].removeprefix("/static/")
        for each in read(page).select("link[rel=stylesheet][href^='/static/']")
    }


@pytest.mark.parametrize("density", Density)
def test_the_page_with_all_its_guidance_is_at_most_14_kilobytes(ada, people, density):
    people.ada.density = density
    people.ada.save()
    draft = make.record(make.start(people.ada), "3B", "6B", "13A", "20")
    assert weight(ada.get(at("factors", draft)).content.decode()) <= 14 * KILOBYTE


def test_all_its_scripts_together_are_at_most_20_kilobytes(page):
    names = scripts(page)
    assert names == {"pages.js", "factors.js"}
    assert weight(*map(text_of, names)) <= 20 * KILOBYTE


def test_a_slow_phone_has_it_in_time(page):
    """At 1.6 Mbit/s and 150 ms for each of two journeys there and back: the page, then its files.

    More files at once than a browser asks of one host would be a third journey.
    """
    files = scripts(page) | styles(page)
    assert len(files) <= 5
    sent = weight(page.content.decode(), *map(text_of, files))
    # A third of the 0.9 s in which it is to be usable is left to the phone's processor.
    assert 2 * 0.150 + sent * 8 / 1_600_000 <= 0.6


def test_nothing_is_loaded_from_elsewhere(page):
    for each in read(page).find_all(["script", "link", "img"]):
        address = each.get("src") or each.get("href", "")
        assert address.startswith("/"), address


def test_the_autosave_response_is_small(ada, people):
    draft = make.record(make.start(people.ada), "3B", "6B")
    sent = {"codes": ["3B", "6B", "13A"], "version": draft.version, "key": make.uuid.uuid4()}
    assert weight(ada.post(at("autosave", draft), sent).content.decode()) <= 4 * KILOBYTE
