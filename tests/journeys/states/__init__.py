"""Every page of the product in each of its states, as functions that open it.

Each takes the people and `at_a_browser`, and returns the visitor whose page it is.
"""

from tests.journeys.states import (
    access,
    accounts,
    autosave,
    census,
    child_facts,
    dates,
    desk,
    lists,
    reading,
    reading_log,
    recording,
    starting,
)

STATES = (
    *accounts.STATES,
    *lists.STATES,
    *starting.STATES,
    *recording.STATES,
    *autosave.STATES,
    *reading.STATES,
    *reading_log.STATES,
    *census.STATES,
    *access.STATES,
    *child_facts.STATES,
    *dates.STATES,
    *desk.STATES,
)
