"""Every page of the product in each of its states: how a person comes to see it.

Each takes the people and `at_a_browser`, and gives back the visitor who looks at it.
"""

from tests.journeys.states import (
    access,
    accounts,
    autosave,
    lists,
    reading,
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
    *access.STATES,
)
