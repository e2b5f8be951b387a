"""Accessibility of every page in each of its states: axe, and small screens."""

from __future__ import annotations

import pytest

from tests.journeys.accessibility import assert_no_axe_violations
from tests.journeys.states import STATES


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_pages_have_no_axe_violations(state, people, at_a_browser):
    assert_no_axe_violations(state(people, at_a_browser).page, state.__name__)
