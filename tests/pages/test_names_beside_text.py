"""A name in another direction of writing leaves the text beside it where it is."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from assessments.models import Child, Review, Status
from cinfactors.accounts.models import User
from tests import people as make
from tests.pages.addresses import address_of, routes
from tests.pages.form_data import at
from tests.pages.page import words

NAME = "محمد علي"
PLAIN = ("title", "option", "textarea", "script", "style")
"""Elements that have text alone: a browser shows each on a line of its own, or not at all."""
APART = re.compile(rf"<({'|'.join(['bdi', *PLAIN])})\b[^>]*>[^<]*</\1>")
"""Most names, which need not be looked for by reading the whole page."""


@pytest.fixture
def records(people):
    """A record in every status; everybody has the same name."""
    found = []
    for number, status in enumerate(Status):
        found.append(make.in_status(status, people.ada, people.mo, f"EX{number}"))
    returned = make.return_it(
        make.submit(make.start(people.ada, "EX90")), people.mo, pinned={"4B": "Whose?"}
    )
    found.append(make.submit(returned))
    corrected = make.correct(make.submit(make.start(people.ada, "EX91")), people.mo, "4A")
    found.append(make.authorise(corrected, people.mo))
    restricted = make.restrict(make.start(people.ada, "EX92"), people.mo)
    found.append(restricted)
    User.objects.update(name=NAME)
    Child.objects.update(given_name=NAME, family_name=NAME)
    return found


def names_beside_text(html: str) -> set[str]:
    """The texts in which the name stands without an element of its own."""
    found = set()
    if NAME not in APART.sub("", html):
        return found
    for text in BeautifulSoup(html, "html.parser").find_all(string=lambda each: NAME in each):
        # Django's own crumbs and titles of a team's or a membership's row end with its name.
        djangos = (
            text.find_parent(class_="breadcrumbs") or text.parent.parent.get("id") == "content"
        )
        if djangos or text.find_parent(["bdi", *PLAIN]):
            continue
        block = text.parent
        while block.name in ("span", "a", "strong", "label"):
            block = block.parent
        # Alone in its cell or paragraph it takes the direction from nothing else.
        if not words(block.text).replace(NAME, "").strip(" 0123456789"):
            continue
        found.add(words(block.text))
    return found


def test_every_page_keeps_a_name_apart_from_what_stands_beside_it(people, records, browser_of):
    # The others see the same pages, with less to do on them.
    recording = (people.ada, people.mo)
    seen, beside = 0, {}
    for who in (people.ada, people.mo, people.dee, people.abe):
        client = browser_of(User.objects.get(pk=who.pk))
        # Of many routes the address is the same for every record.
        addresses = {
            address_of(route, record, people.ada.pk): route
            for route in routes()
            for record in records[: None if "<" in route and who in recording else 1]
        }
        for address, route in addresses.items():
            page = client.get(address)
            html = page.getvalue().decode(errors="replace")
            if NAME in html and page["Content-Type"].startswith("text/html"):
                seen += 1
                if found := names_beside_text(html):
                    beside[route] = found
    assert beside == {}, "\n".join(f"{route}: {texts}" for route, texts in beside.items())
    assert seen > 100
    assert Review.objects.exists()


def test_the_lists_and_searches_do_too(people, records, browser_of):
    ada = browser_of(User.objects.get(pk=people.ada.pk))
    pages = [
        ada.post(reverse("assessments"), {"words": NAME}, follow=True),
        ada.get(f"{reverse('assessments')}?whose=team"),
        ada.get(f"{reverse('assessments')}?tab=returned"),
        ada.post(reverse("start"), {"la_child_id": NAME}),
        ada.get(f"{at('record', records[0])}?names=printed"),
    ]
    for page in pages:
        html = page.content.decode()
        assert f"<bdi>{NAME}" in html
        assert names_beside_text(html) == set()
