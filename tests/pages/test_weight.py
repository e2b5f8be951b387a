"""What the factor page weighs as it is sent: little enough for a slow phone."""

from __future__ import annotations

import gzip
import re

import pytest
from django.contrib.staticfiles import finders

from cinfactors.accounts.models import Density
from tests import people as make
from tests.pages.page import read
from tests.pages.sent import at

KILOBYTE = 1024
IMPORTED = re.compile(r'^import .* from "\./([^"]+)"', re.MULTILINE)


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
    """The page's scripts, and what they import."""
    found = {
        each.attributes["src"].removeprefix("/static/")
        for each in read(page).all("script")
        if "src" in each.attributes
    }
    return found | {other for name in found for other in IMPORTED.findall(text_of(name))}


def styles(page) -> set[str]:
    return {
        each.attributes["href"].removeprefix("/static/")
        for each in read(page).all("link")
        if each.attributes["rel"] == "stylesheet" and each.attributes["href"].startswith("/static/")
    }


@pytest.mark.parametrize("density", Density)
def test_the_page_with_all_its_guidance_is_at_most_14_kilobytes(ada, people, density):
    people.ada.density = density
    people.ada.save()
    draft = make.record(make.start(people.ada), "3B", "6B", "13A", "20")
    assert weight(ada.get(at("factors", draft)).content.decode()) <= 14 * KILOBYTE


def test_all_its_scripts_together_are_at_most_40_kilobytes(page):
    names = scripts(page)
    assert {"saving.js", "picking.js", "shortcuts.js", "htmx.min.js"} <= names
    assert weight(*map(text_of, names)) <= 40 * KILOBYTE


def test_a_slow_phone_has_it_within_a_second(page):
    """At 1.6 Mbit/s and 150 ms for each of three journeys there and back: page, styles, scripts."""
    sent = weight(page.content.decode(), *map(text_of, scripts(page) | styles(page)))
    assert 3 * 0.150 + sent * 8 / 1_600_000 <= 1


def test_nothing_is_loaded_from_elsewhere(page):
    for each in read(page).all("script", "link", "img"):
        address = each.attributes.get("src") or each.attributes.get("href", "")
        assert address.startswith("/"), address


def test_the_answer_to_a_change_is_small(ada, people):
    draft = make.record(make.start(people.ada), "3B", "6B")
    sent = {"codes": ["3B", "6B", "13A"], "version": draft.version, "key": make.uuid.uuid4()}
    assert weight(ada.post(at("working", draft), sent).content.decode()) <= 4 * KILOBYTE
