"""An assessment in the statuses that most tests start from."""

from __future__ import annotations

import pytest

from assessments.models import Assessment
from tests import people as make
from tests.people import People


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.start(people.ada)


@pytest.fixture
def submitted(people: People, draft: Assessment) -> Assessment:
    return make.submit(draft)


@pytest.fixture
def authorised(people: People, submitted: Assessment) -> Assessment:
    return make.authorise(submitted, people.mo)
