"""The authority's colour has one value, in the settings, and every page has it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.people import People
from tests.programs import ROOT


def test_no_stylesheet_gives_the_colour_a_value_of_its_own():
    styles = [path for kind in ("*.css", "*.scss") for path in (ROOT / "frontend").rglob(kind)]
    assert any("var(--authority-colour" in path.read_text() for path in styles)
    for path in styles:
        assert not re.search(r"--authority-colour\s*:", path.read_text()), path.name


def test_the_stylesheet_has_the_colour_of_the_settings(client: Client, settings, db):
    settings.AUTHORITY_COLOUR = "#123abc"
    assert (
        client.get("/authority.css").content.decode() == ":root { --authority-colour: #123abc; }\n"
    )


@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("ada", "/assessments/"),
        ("mo", "/admin/assessments/assessment/"),
        ("abe", "/admin/accounts/user/"),
    ],
)
def test_pages_and_admin_load_the_stylesheet(people: People, browser_of, person: str, address: str):
    page = browser_of(getattr(people, person)).get(address).content.decode()
    assert '<link rel="stylesheet" href="/authority.css">' in page


def test_the_page_to_sign_in_loads_the_stylesheet(client: Client, db):
    page = client.get("/account/sign-in/").content.decode()
    assert '<link rel="stylesheet" href="/authority.css">' in page
