"""Every page in each of its states, for everybody: axe, small screens, and pictures to look at."""

from __future__ import annotations

import pytest

from tests.journeys.accessibility import nothing_stands_in_the_way
from tests.journeys.states import STATES


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_stands_in_anyones_way(state, people, at_a_browser):
    nothing_stands_in_the_way(state(people, at_a_browser).page, state.__name__)
