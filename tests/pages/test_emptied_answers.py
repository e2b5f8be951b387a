"""An answer that was emptied on the page is never submitted as if it were still there."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from assessments.models import Status
from tests.people import answer_all, record, set_outcome, start

CASES = {
    "gangs-with-criminal-exploitation": (
        "13A",
        {"text-gangs-with-criminal-exploitation": ""},
        "13A Gangs: give a reason, or add 24A",
    ),
    "young-carer": (
        "6B",
        {"text-young-carer": "She is two"},
        "6B Physical disability or illness: say “not in this case”, or add 7A",
    ),
}


@pytest.fixture
def answered(people):
    def with_code(code: str):
        return answer_all(set_outcome(record(start(people.ada), code)))

    return with_code


def post(client, assessment, **fields):
    sent = {"key": uuid.uuid4(), "version": assessment.version, "outcome": assessment.outcome}
    return client.post(reverse("check", args=[assessment.reference]), sent | fields)


@pytest.mark.parametrize("button", ["save", "submit"])
@pytest.mark.parametrize("rule", CASES)
def test_an_emptied_answer_is_required_again(ada, answered, rule, button):
    code, fields, message = CASES[rule]
    assessment = answered(code)
    response = post(ada, assessment, next=button, **fields)
    assert response.status_code == 422
    assert [problem.message for problem in response.context["problems"]] == [message]
    assessment.refresh_from_db()
    assert assessment.status == Status.DRAFT


def test_an_answer_that_still_stands_is_submitted(ada, answered):
    assessment = answered("6B")
    response = post(ada, assessment, next="submit", **{"considered-young-carer": "yes"})
    assert response.headers["Location"] == reverse("submitted", args=[assessment.reference])


def test_complying_replaces_the_answer(ada, answered):
    assessment = answered("13A")
    fields = {"text-gangs-with-criminal-exploitation": ""}
    response = post(ada, assessment, complied="gangs-with-criminal-exploitation", **fields)
    assert response.status_code == 302
    assessment.refresh_from_db()
    assert assessment.codes == ["13A", "24A"]


def test_an_outcome_chosen_with_21_asks_why_before_it_is_submitted(ada, people):
    assessment = record(start(people.ada), "21")
    refused = post(ada, assessment, outcome="early_help", next="submit")
    assert refused.status_code == 422
    assert [problem.message for problem in refused.context["problems"]] == [
        "21 No factors identified: give a reason, or remove 21"
    ]
    assert 'name="text-no-factors-early-help"' in refused.content.decode()
    assessment.refresh_from_db()
    assert (assessment.status, assessment.outcome) == (Status.DRAFT, "early_help")
    answer = {"text-no-factors-early-help": "The children’s centre offers them a group"}
    sent = post(ada, assessment, next="submit", **answer)
    assert sent.status_code == 302
    assessment.refresh_from_db()
    assert assessment.status == Status.SUBMITTED
