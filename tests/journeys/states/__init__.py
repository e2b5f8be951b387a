"""Every page of the product in each of its states: how a person comes to see it.

Each takes the people and `at_a_browser`, and gives back the visitor who looks at it.
"""

from tests.journeys.states import (
    accounts,
    lists,
    looking_after,
    reading,
    recording,
    starting,
    working,
)

STATES = (
    *accounts.STATES,
    *lists.STATES,
    *starting.STATES,
    *recording.STATES,
    *working.STATES,
    *reading.STATES,
    *looking_after.STATES,
)
