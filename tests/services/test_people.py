"""What the other tests start from has the status that it says."""

from __future__ import annotations

import pytest

from assessments.models import Status
from tests.people import People, in_status


@pytest.mark.parametrize("status", Status)
def test_an_assessment_can_be_brought_to_each_status(people: People, status: Status):
    made = in_status(status, people.ada, people.mo)
    made.refresh_from_db()
    assert made.status == status
