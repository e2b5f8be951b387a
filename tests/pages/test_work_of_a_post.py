"""What a post costs: it is parsed once, no selection is judged twice, answers are fetched once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import evaluation, queries, rules
from assessments.components.picker import posted_selection
from assessments.models import Assessment
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.people import People

REASON, CONSIDER = "gangs-with-criminal-exploitation", "young-carer"
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK")

Post = Callable[[Client, Assessment], tuple[str, dict[str, Any]]]
"""What is done before, and the page to which it then posts what."""


@dataclass(frozen=True)
class Work:
    """How often a request does each."""

    judged: int
    """The rules are evaluated, each time on another selection."""
    answers: int
    """The answers given before are fetched."""
    queries: int
    """Statements, sign-in's among them, without those that open and close savepoints."""
    rows: int = 2
    """The person's own row is fetched: to know that it is theirs, and locked, to change it."""
    parsed: int = 1


def posting(page: str, **fields: Any) -> Post:
    """A page with nothing new since it was rendered."""
    return lambda _, draft: (page, key_and_version(draft, **fields))


def after(page: str, *theirs: str, **fields: Any) -> Post:
    """A page from which something is sent after somebody else has saved."""

    def post(_: Client, draft: Assessment) -> tuple[str, dict[str, Any]]:
        sent = key_and_version(draft, **fields)
        make.record(draft, *theirs)
        return page, sent

    return post


def twice(page: str, **fields: Any) -> Post:
    """A form that was sent before, and had its answer."""

    def post(browser: Client, draft: Assessment) -> tuple[str, dict[str, Any]]:
        sent = key_and_version(draft, **fields)
        browser.post(at(page, draft), sent)
        return page, sent

    return post


def when_closed(page: str, **fields: Any) -> Post:
    def post(_: Client, draft: Assessment) -> tuple[str, dict[str, Any]]:
        sent = key_and_version(draft, **fields)
        make.cancel(draft)
        return page, sent

    return post


def with_everything(page: str, **fields: Any) -> Post:
    """A page of an assessment that lacks nothing."""

    def post(_: Client, draft: Assessment) -> tuple[str, dict[str, Any]]:
        ready = make.answer_all(make.set_outcome(draft))
        return page, key_and_version(ready, outcome=ready.outcome, **fields)

    return post


TEXT, CONSIDERED = f"text-{REASON}", f"considered-{CONSIDER}"
SAME, MORE, ALONE, DOUBLED = ["6B", "13A"], ["6B", "13A", "16A"], ["21"], ["6B", "13A", "13A"]
TOO_LONG = {"codes": [*SAME, "20"], "other_description": "a" * 501}
SUBMIT = {"next": "submit", TEXT: "So", CONSIDERED: "yes"}

POSTS: dict[str, tuple[Post, int, Work]] = {
    "autosave saved": (posting("autosave", codes=MORE), 200, Work(1, 1, 8)),
    "autosave same": (posting("autosave", codes=SAME), 200, Work(1, 1, 5)),
    "autosave that asks nothing": (posting("autosave", codes=["4B"]), 200, Work(1, 0, 7)),
    "autosave answered": (
        posting("autosave", codes=SAME, answer=REASON, **{TEXT: "So"}),
        200,
        Work(1, 1, 9),
    ),
    "autosave complied": (
        posting("autosave", codes=SAME, complied=f"{REASON} +24A"),
        200,
        Work(2, 1, 9),
    ),
    "autosave refused": (posting("autosave", codes=DOUBLED), 200, Work(1, 1, 5)),
    "autosave, description refused": (posting("autosave", **TOO_LONG), 200, Work(2, 1, 8)),
    "autosave merged": (after("autosave", "6B", "4B", codes=MORE), 200, Work(2, 1, 12)),
    "autosave conflict": (after("autosave", "4B", codes=ALONE), 200, Work(2, 1, 9)),
    "autosave repeated": (twice("autosave", codes=MORE), 200, Work(1, 1, 6)),
    "autosave closed": (when_closed("autosave", codes=MORE), 200, Work(1, 1, 5)),
    "form saved": (posting("factors", codes=MORE, next="check"), 302, Work(1, 0, 7)),
    "form saved and drawn": (posting("factors", codes=SAME, typed="16A"), 200, Work(1, 1, 10)),
    "form answered": (
        posting("factors", codes=SAME, next="check", **{TEXT: "So", CONSIDERED: "yes"}),
        302,
        Work(1, 1, 10),
    ),
    "form refused": (posting("factors", codes=DOUBLED), 422, Work(1, 1, 7)),
    "form, description refused": (posting("factors", **TOO_LONG), 422, Work(2, 1, 7)),
    "form merged": (after("factors", "6B", "4B", codes=MORE), 200, Work(2, 1, 14)),
    "form conflict": (after("factors", "4B", codes=ALONE), 409, Work(2, 1, 11)),
    "form repeated": (twice("factors", codes=MORE, next="check"), 302, Work(1, 0, 5)),
    "form closed": (when_closed("factors", codes=MORE), 409, Work(0, 0, 4, rows=1, parsed=0)),
    "check saved": (posting("check", outcome="early_help"), 302, Work(1, 1, 9)),
    "check answered": (posting("check", answer=REASON, **{TEXT: "So"}), 302, Work(1, 1, 9)),
    "check refused": (posting("check", answer=REASON, **{TEXT: ""}), 422, Work(1, 1, 11)),
    "check merged": (after("check", "6B", "4B", outcome="early_help"), 200, Work(2, 1, 17)),
    "check submit refused": (
        posting("check", outcome="early_help", next="submit"),
        422,
        Work(1, 1, 16, rows=3),
    ),
    "check answered and submitted": (
        posting("check", outcome="early_help", **SUBMIT),
        302,
        Work(2, 1, 17, rows=3),
    ),
    "check submitted": (with_everything("check", **SUBMIT), 302, Work(1, 1, 16, rows=3)),
    "check submitted again": (twice("check", outcome="early_help", **SUBMIT), 302, Work(1, 1, 8)),
    "check closed": (when_closed("check", outcome="early_help"), 409, Work(1, 1, 7)),
}


def counted(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> list[tuple[Any, ...]]:
    """The arguments of each call of a function, by whichever module."""
    calls: list[tuple[Any, ...]] = []

    def counting(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return function(*args, **kwargs)

    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if value is function and module.__name__.startswith("assessments."):
                monkeypatch.setattr(module, name, counting)
    return calls


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), *SAME)


@pytest.mark.parametrize("name", POSTS)
def test_a_post_is_parsed_once_and_no_selection_is_judged_twice(
    ada: Client, draft: Assessment, monkeypatch: pytest.MonkeyPatch, name: str
):
    post, status, expected = POSTS[name]
    page, fields = post(ada, draft)
    for each in ("factors", "check"):
        # What is kept from the first request of a process on is no part of this one's.
        ada.get(at(each, draft))
    parsed = counted(monkeypatch, posted_selection.parse_post)
    judged = counted(monkeypatch, rules.evaluate)
    answers = counted(monkeypatch, evaluation.answers_of)
    rows = counted(monkeypatch, queries.own_assessment)
    with CaptureQueriesContext(connection) as captured:
        response: HttpResponse = ada.post(at(page, draft), fields)
    assert response.status_code == status
    sql = [each["sql"] for each in captured if not each["sql"].startswith(TRANSACTION)]
    assert len({(edition.id, selection) for edition, selection in judged}) == len(judged), "twice"
    done = Work(len(judged), len(answers), len(sql), len(rows), len(parsed))
    assert done == expected, "\n".join(sql)
