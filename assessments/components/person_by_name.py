"""One person, typed by name and kept by reference: of thousands no list could be selected from.

`components/person_by_name.html` draws the two fields.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from cinfactors.accounts.models import User

MOST_CANDIDATES = 20
"""From how many people of a typed name one is selected; of more, another letter is asked for."""


class PersonByNameForm(forms.Form):
    """A form with such a person, or nobody. A subclass has the two fields and says who there is.

    The name is posted alone, since it has no place in an address; the reference is also part of
    an address. Where several have the name, `candidates` are those to select from.
    """

    typed_field: str
    reference_field: str
    nobody_found: str
    """The message of a name that nobody has; it takes the name."""
    nobody_selected: str
    """The message of a reference that nobody has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates: list[User] = []
        self.selected: User | None = None

    def people(self, words: str) -> QuerySet[User]:
        """Return those of whom one can be selected, with each of the words in their name."""
        raise NotImplementedError  # each form says whom it offers

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = cleaned.get(self.typed_field, "").strip()
        reference = cleaned.get(self.reference_field)
        if self.typed_field in self.data and not typed:
            reference = None  # the name was taken out
        people = self.people(typed)
        selected = people.filter(reference=reference).first() if reference else None
        if self.errors.pop(self.reference_field, None) or (reference and not (selected or typed)):
            self.add_error(self.typed_field, self.nobody_selected)
        if typed and selected is None:
            selected = self._one_of([*people[: MOST_CANDIDATES + 1]], typed)
        self.selected = selected
        cleaned[self.reference_field] = selected.reference if selected else None
        return cleaned

    def _one_of(self, found: list[User], typed: str) -> User | None:
        """Return the only one found; else ask for more letters, or for one to be selected."""
        if len(found) == 1:
            return found[0]
        if not found:
            message = self.nobody_found.format(typed)
        elif len(found) > MOST_CANDIDATES:
            message = f"More than {MOST_CANDIDATES} people have such a name: enter more of it"
        else:
            self.candidates = found
            message = "Several people have such a name: select one"
        self.add_error(self.typed_field, message)
        return None

    def typed(self) -> forms.BoundField:
        return self[self.typed_field]

    def typed_name(self) -> str:
        """Return what stands in the box of the name."""
        if self.selected is not None and self.typed_field not in self.data:
            return self.selected.name
        return str(self.data.get(self.typed_field, ""))

    def people_to_select(self) -> list[tuple[UUID, str]]:
        """Return the candidates by reference, each with their teams."""
        return [
            (each.reference, ", ".join([each.name, *(team.name for team in each.teams.all())]))
            for each in self.candidates
        ]
