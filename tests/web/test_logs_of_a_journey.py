"""A day's work with all that can go wrong in it: the log contains no child and no code."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Reply, Review, Status
from cinfactors.web.logs import JsonFormatter
from tests import people as make
from tests.pages.form_data import at, key_and_version, new_child_form
from tests.people import PASSWORD, People, make_people
from tests.web.failing_urls import FAILING

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.failing_urls")]

CHILD_ID, GIVEN, FAMILY = "ZQX7000", "Quillon", "Zephyrine"
CODES = ("13A", "24A", "6B", "7A", "20")
TYPED = ("Owes Mr Brackwater", "Seen at Larkhollow", "Ask about Tamsinbury", "At Wendlemoor")
WRONG_PASSWORD, WRONG_NAME = "wellington marmalade quay", "notbeatrix"


class Lines(logging.Handler):
    """Collects every line as the log has it."""

    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log(monkeypatch) -> Iterator[list[str]]:
    """The lines of every logger, at the levels of the settings."""
    handler = Lines()
    loggers = [logging.getLogger(name) for name in ("", "django", "cinfactors")]
    monkeypatch.setattr(loggers[0], "level", logging.WARNING)
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture
def people(db) -> People:
    return make_people()


def browser() -> Client:
    return Client(raise_request_exception=False)


def signed_in(person, password: str = PASSWORD) -> Client:
    client = browser()
    client.post("/account/sign-in/", {"login": person.username, "password": password})
    assert "_auth_user_id" in client.session
    return client


def test_no_log_line_contains_a_child_a_code_or_typed_text(people: People, log: list[str]):
    sign_in_goes_wrong()
    ada = signed_in(people.ada)
    assessment = a_worker_records(ada)
    a_manager_returns_it(signed_in(people.mo), assessment)
    the_worker_sends_it_again(ada, assessment)
    a_manager_authorises_it(signed_in(people.mo), assessment)
    an_administrator_adds_a_person(signed_in(people.abe))
    everything_goes_wrong(ada, assessment)

    lines = [json.loads(line) for line in log]
    assert len(lines) > 40
    assert {200, 302, 400, 403, 404, 409, 422, 500} <= {line.get("status") for line in lines}
    assert {"error", "warning", "info"} <= {line["level"] for line in lines}
    secret = (
        *(CHILD_ID, GIVEN, FAMILY, *TYPED),
        *(WRONG_PASSWORD, WRONG_NAME, PASSWORD, "Percivale", "Winter", "Harbour"),
        str(assessment.reference),
    )
    for line in log:
        for word in secret:
            assert word.lower() not in line.lower(), word
        # As codes are written; an id of a request has small letters.
        assert not [code for code in CODES[:-1] if code in line], line


def sign_in_goes_wrong() -> None:
    client = browser()
    for name in (WRONG_NAME, "ada"):
        client.post("/account/sign-in/", {"login": name, "password": WRONG_PASSWORD})
    client.post(f"/account/sign-in/?next=/{FAMILY}/", {"login": WRONG_PASSWORD})
    client.get(f"/assessments/?words={FAMILY}")


def a_worker_records(ada: Client) -> Assessment:
    ada.post(reverse("start"), {"la_child_id": CHILD_ID})
    names = {"la_child_id": CHILD_ID, "given_name": GIVEN, "family_name": FAMILY}
    ada.post(reverse("start_with_new_child"), new_child_form(**names, sex=""))
    ada.post(reverse("start_with_new_child"), new_child_form(**names))
    made = Assessment.objects.get()
    ada.post(at("factors", made), key_and_version(made, codes=[*CODES, "99Z"]))
    ada.post(at("factors", made), key_and_version(made, codes=CODES, other_description=TYPED[0]))
    made.refresh_from_db()
    assert made.codes
    ada.post(at("check", made), key_and_version(made, next="submit"))
    submitted_with_reasons(ada, made)
    ada.post(reverse("assessments"), {"words": FAMILY}, follow=True)
    ada.get(at("record", made))
    return made


def submitted_with_reasons(ada: Client, made: Assessment) -> None:
    """All questions answered by the service, the submission by the page."""
    make.answer_all(Assessment.objects.get(pk=made.pk), TYPED[1])
    now = Assessment.objects.get(pk=made.pk)
    ada.post(at("check", now), key_and_version(now, outcome="early_help", next="submit"))
    assert Assessment.objects.get(pk=made.pk).status == Status.SUBMITTED


def review_address(assessment: Assessment, name: str) -> str:
    return reverse(f"admin:assessments_assessment_{name}", args=[assessment.reference])


def a_manager_returns_it(mo: Client, assessment: Assessment) -> None:
    listed = reverse("admin:assessments_assessment_changelist")
    mo.post(listed, {"q": CHILD_ID})
    mo.get(listed)
    mo.get(review_address(assessment, "change"))
    now = Assessment.objects.get(pk=assessment.pk)
    typed = {"reason": Review.Reason.EVIDENCE_NOT_CLEAR, "comment": TYPED[2]}
    mo.post(review_address(now, "return"), key_and_version(now, **typed | {"comment": ""}))
    mo.post(review_address(now, "return"), key_and_version(now, **typed))
    mo.post(review_address(now, "return"), key_and_version(now, **typed))
    assert Assessment.objects.get(pk=now.pk).status == Status.RETURNED


def the_worker_sends_it_again(ada: Client, assessment: Assessment) -> None:
    ada.get(at("factors", assessment))
    now = Assessment.objects.get(pk=assessment.pk)
    reply = {"replies-to": now.reviews.get().pk, "reply-general": TYPED[3]}
    too_long = reply | {"reply-general": TYPED[3] * 100}
    for sent in (too_long, reply | {"replies-to": "0"}, reply):
        ada.post(at("check", now), key_and_version(now, next="save", **sent))
    assert Reply.objects.get().text == TYPED[3]
    submitted_with_reasons(ada, assessment)


def a_manager_authorises_it(mo: Client, assessment: Assessment) -> None:
    now = Assessment.objects.get(pk=assessment.pk)
    mo.post(review_address(now, "authorise"), key_and_version(now, confirmed="yes"))
    assert Assessment.objects.get(pk=now.pk).status == Status.AUTHORISED


def an_administrator_adds_a_person(abe: Client) -> None:
    abe.post("/admin/accounts/user/add/", {"name": "Percivale Winter", "username": "percivale"})
    abe.get("/admin/accounts/user/?q=Percivale")


def everything_goes_wrong(ada: Client, made: Assessment) -> None:
    for view in FAILING:
        ada.post(f"/failing/{view.__name__}/", {"name": FAMILY, "code": CODES[0]})
        ada.get(f"/failing/{view.__name__}/?name={FAMILY}")
    now = Assessment.objects.get(pk=made.pk)
    for address in (
        f"/{FAMILY}/",
        f"/guidance/{CODES[0]}x/",
        f"/assessments/{CHILD_ID}/?q={GIVEN}",
    ):
        ada.get(address)
    ada.post(at("factors", now), key_and_version(now, codes=CODES, version="x"))
    ada.post(at("factors", now), key_and_version(now, codes=CODES))
    ada.post(reverse("assessments"), {"words": FAMILY * 300_000})
    ada.get("/", headers={"host": f"{FAMILY}.example"})
    ada.get("/", headers={"X-Request-ID": f"{FAMILY}-{GIVEN}", "User-Agent": FAMILY})
    ada.generic("PUT", f"/{FAMILY}/", FAMILY)
    forged = Client(enforce_csrf_checks=True)
    forged.post(at("factors", now), {"codes": CODES, "other_description": TYPED[0]})
    forged.post(f"/account/sign-in/?next=/{FAMILY}/", {"login": WRONG_PASSWORD})
    browser().post(
        at("factors", now), key_and_version(now, codes=CODES, other_description=TYPED[0])
    )
