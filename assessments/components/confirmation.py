"""“Is this right?”: what is hardly right is shown with a button that says so, once.

The button carries the messages that it confirms. A service that asks whether something is right
goes on if all its messages are among them; else it asks again.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.forms import BaseForm
from django.http import HttpRequest

from cinfactors.web.problems import Problem, first_input_id

FIELD = "confirmed"


def confirmed_in(request: HttpRequest) -> list[str]:
    """Return the messages that the person confirmed with the button, if it was that."""
    return request.POST.get(FIELD, "").splitlines()


def hardly_right(messages: Mapping[str, str], *forms: BaseForm) -> list[Problem]:
    """Return what to ask about, each linked to its field in one of the forms."""
    found = []
    for name, message in messages.items():
        form = next((each for each in forms if name in each.fields), None)
        found.append(Problem(message, first_input_id(form[name]) if form else ""))
    return found
