"""People who tick, type, take back, reload and lose answers: what is shown as saved is stored.

Each walk is one session on the factor page. Its page keeps what a browser's would: the boxes,
the hidden fields, and what was sent without a response. It takes from a response what a browser's
takes; that a browser does so is for the journeys.
"""

from __future__ import annotations

import re
from itertools import count

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.catalogue import loader
from assessments.models import Assessment
from tests import people as make

SESSIONS, STEPS = 200, 40
EDITION = loader.edition("2021-04")
ALONE = EDITION.solitary_codes
CODES = [*EDITION.codes]
RULES = [rule.id for rule in EDITION.rules if rule.severity in ("explain", "consider")]

HIDDEN = re.compile(r'name="(key|version)" value="([^"]+)"')
TICKS = re.compile(r'data-ticked="([^"]*)"\s+data-unticked="([^"]*)"')
# Not by the parser, which would take longer than the rest: there are thousands of answers.
BUTTON = re.compile(r'name="(instead|undo|undo_merge|complied)"\s+value="([^"]+)"')
CHOICE = re.compile(r'name="(choose-[\w-]+)"')
CARRIED = re.compile(r'name="(seen|others_\w+|own_\w+)"\s+value="([^"]*)"')
CHECKED = re.compile(r'value="(\w+)"\s+id="code-\w+"\s+checked')


class Page:
    """The factor page in one tab."""

    def __init__(self, browser: Client, assessment: Assessment) -> None:
        self.browser, self.assessment = browser, assessment
        self.address = f"/assessments/{assessment.reference}/autosave/"
        self.open()

    def open(self) -> None:
        html = self.browser.get(self.address.replace("autosave", "factors")).content.decode()
        self.ticked = set(CHECKED.findall(html))
        self._takes(html)
        self.saved: set[str] | None = set(self.ticked)
        self.lost: dict | None = None
        self.is_current = True

    def _takes(self, html: str) -> None:
        """Keep what the browser keeps besides the boxes."""
        self.key_and_version = dict(HIDDEN.findall(html))
        self.buttons = dict(BUTTON.findall(html))
        self.carried = dict(CARRIED.findall(html))
        self.choices = set(CHOICE.findall(html))

    def send(self, *, lose: str = "", **act: str) -> None:
        """Send the page, or what was lost before, as it was then."""
        if self.lost is not None:
            self._send(self.lost)
        if self.saved is None and not self.choices & act.keys():
            return  # two values stand beside each other, and wait
        fields = {"codes": [*self.ticked], **self.key_and_version, **self.carried, **act}
        if lose == "request":
            self.lost = fields
        elif lose == "answer":
            self.browser.post(self.address, fields)
            self.lost = fields
        else:
            self._send(fields)

    def _send(self, fields: dict) -> None:
        self.lost = None
        answer = self.browser.post(self.address, fields)
        assert answer.status_code == 200
        html = answer.content.decode()
        ticked, unticked = (set(codes.split()) for codes in TICKS.search(html).groups())
        unchanged = self.ticked.symmetric_difference(fields["codes"])
        self.ticked |= ticked - unchanged
        self.ticked -= unticked - unchanged
        self._takes(html)
        self.is_current = True
        outcome = answer["X-Save-Outcome"]
        assert outcome in {"saved", "conflict"}
        self.saved = None if outcome == "conflict" else (set(fields["codes"]) | ticked) - unticked

    def shows_what_is_stored(self) -> None:
        self.assessment.refresh_from_db()
        stored = set(self.assessment.codes)
        assert len(stored) == 1 or not stored & ALONE
        if self.saved is not None and self.lost is None and self.is_current:
            assert self.saved == stored
            assert self.ticked == stored


@pytest.fixture
def a_page(people, ada):
    """Makes pages, each of an assessment of its own."""
    number = count(1)
    return lambda: Page(ada, make.start(people.ada, f"EX{next(number)}"))


codes = st.sampled_from(CODES)
steps = st.one_of(
    st.tuples(st.just("tick"), codes),
    st.tuples(st.just("tick"), st.sampled_from(sorted(ALONE))),
    st.tuples(st.just("several"), st.lists(codes, min_size=2, max_size=4)),
    st.tuples(st.just("type"), st.lists(st.one_of(codes, st.just("99z")), min_size=1, max_size=3)),
    st.tuples(st.just("remove"), codes),
    st.tuples(st.just("lose"), st.sampled_from(["request", "answer"]), codes),
    st.tuples(st.just("choose"), st.sampled_from(["mine", "theirs"])),
    st.tuples(st.just("search"), st.sampled_from(["knife", "county lines", "zzzz"])),
    st.tuples(st.just("answer"), st.sampled_from(RULES)),
    st.tuples(st.just("another tab"), codes),
    st.tuples(st.just("reload")),
)


def carry_out(page: Page, step: tuple) -> None:
    match step:
        case ("tick", code):
            page.ticked ^= {code}
            page.send()
        case ("several", several):
            page.ticked.symmetric_difference_update(several)
            page.send()
        case ("type", several):
            page.send(typed=" ".join(several).lower())
        case ("remove", code):
            page.send(remove=code)
        case ("lose", what, code):
            page.ticked ^= {code}
            page.send(lose=what)
        case ("choose", side) if page.choices:
            page.send(**dict.fromkeys(page.choices, side))
        case ("choose", _) if page.buttons:
            name, value = sorted(page.buttons.items())[0]
            page.send(**{name: value})
        case ("search", words):
            assert page.browser.post("/assessments/find/", {"find": words}).status_code == 200
        case ("answer", rule):
            page.send(answer=rule, **{f"text-{rule}": "It is so in this case"})
        case ("another tab", code):
            in_another_tab(page.assessment, code)
            page.is_current = False
        case ("reload",):
            page.open()


def in_another_tab(assessment: Assessment, code: str) -> None:
    current = Assessment.objects.select_related("worker").get(pk=assessment.pk)
    kept = [] if ALONE & {code, *current.codes} else current.codes
    make.saved(current, codes=(*kept, *({code} - {*kept})))


@settings(
    max_examples=SESSIONS,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[*HealthCheck],
)
@given(walk=st.lists(steps, min_size=1, max_size=STEPS))
def test_what_is_shown_as_saved_is_what_is_stored(a_page, walk):
    with transaction.atomic():
        page = a_page()
        for step in walk:
            carry_out(page, step)
            page.shows_what_is_stored()
        page.open()
        page.shows_what_is_stored()
        # Rows of the walks before would stand in the way of every look-up after them.
        transaction.set_rollback(True)
